"""An event in the words of one reader: what the templates put into text and HTML."""

from typing import Any

from pipeline.core.alerts import content
from pipeline.core.alerts.content import Item, Sheet
from pipeline.core.text.mailaddress import header_text
from pipeline.words.language import Words

_RTL = frozenset({"ar", "fa", "he", "ur", "ps", "ckb", "yi", "dv", "ug", "sd"})


def of(item: Item, words: Words, base_url: str) -> dict[str, Any]:
    """Give what the templates need of one event, in words; every text is one line without control characters."""
    sheet, event = item.sheet, item.sheet.event
    title, tag = content.title(sheet, words.language)
    listed, dropped = content.groups(sheet, words.language)
    amounts, more_amounts = content.facts(sheet)
    counts = [
        words.say("stories", n=event.story_count),
        words.say("languages", n=event.language_count),
        words.say("independent", n=event.independent_count),
    ]
    return {
        "reason": item.reason,
        "badge": words.say(item.reason),
        "title": header_text(title, 300) or words.say("no_title"),
        "title_lang": tag,
        "dir": _direction(tag),
        "level": words.say("level", n=event.level, what=words.say(f"what_level{max(1, event.level)}")),
        "level_number": event.level,
        "news": _news(item, words),
        "counts": counts,
        "first_seen": words.say("first_seen", when=words.when(event.first_seen_at)),
        "facts": [
            {
                "amount": words.amount(f),
                "role": words.say(f"role_{f.role}" if f"role_{f.role}" in words.known else "role_"),
                "says": words.sources([header_text(o, 80) for o in f.outlets]),
                "disputed": words.say("disputed") if f.disputed else "",
            }
            for f in amounts
        ],
        "more_facts": words.say("more_facts", n=more_amounts) if more_amounts else None,
        "why": _why(sheet, words),
        "groups": [
            {
                "language": words.language_name(g.language),
                "tag": g.language,
                "dir": _direction(g.language),
                "count": words.number(len(g.stories) + g.more),
                "stories": [
                    {
                        "title": header_text(s.title, 300) or words.say("no_title"),
                        "url": _link(s.url),
                        "outlet": header_text(s.outlet, 80),
                        "when": words.short(s.at),
                        "is_copy": s.is_copy,
                    }
                    for s in g.stories
                ],
                "more": words.say("more", n=g.more) if g.more else None,
            }
            for g in listed
        ],
        "has_copies": any(s.is_copy for g in listed for s in g.stories),
        "more_languages": words.say("more_languages", n=dropped) if dropped else None,
        "url": f"{base_url}/events/{event.id}",
    }


def _news(item: Item, words: Words) -> list[str]:
    news = item.news
    found: list[str] = []
    found += [words.say(f"news_{key}") for key in ("merged", "split", "revived") if news.get(key)]
    if news.get("languages"):
        tags = [words.language_name(t) for t in news["languages"]]
        found.append(words.say("news_languages", what=words.names(tags)))
    if news.get("level"):
        low, high = news["level"]
        found.append(words.say("news_level", low=low, high=high))
    if news.get("contradictions"):
        found.append(words.say("news_contradictions", n=news["contradictions"]))
    if news.get("reports"):
        found.append(words.say("news_reports", n=news["reports"]))
    return found


def _why(sheet: Sheet, words: Words) -> str:
    parts = []
    if sheet.why.names:
        parts.append(words.say("why_names", names=words.names([header_text(n, 60) for n in sheet.why.names])))
    if sheet.why.seed and sheet.event.level >= 2:
        parts.append(words.say("why_seed", title=header_text(sheet.why.seed, 90)))
    return "; ".join(parts)


def _direction(tag: str) -> str:
    return "rtl" if tag.partition("-")[0] in _RTL else "ltr"


def _link(url: str) -> str:
    """Give an address that may stand in a link; nothing but http and https, nothing that breaks a line."""
    clean = url.strip()
    is_web = clean.lower().startswith(("http://", "https://"))
    return clean if is_web and not any(c.isspace() or ord(c) < 32 or c in '<>"' for c in clean) else ""
