"""An event in the words of one reader: what the templates put into text and HTML."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.core.alerts import content
from pipeline.core.alerts.content import Dossier, EventNews, FactLine, Lead, StoryLine
from pipeline.core.text import tags
from pipeline.core.text.mailaddress import header_text
from pipeline.words.language import Words

_RTL = frozenset({"ar", "fa", "he", "ur", "ps", "ckb", "yi", "dv", "ug", "sd"})


@dataclass(frozen=True, slots=True)
class ShownLink:
    """Words that lead somewhere."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class ShownLead:
    """What a story says happened, in its own words."""

    text: str
    by: str
    tag: str
    dir: str


@dataclass(frozen=True, slots=True)
class ShownFact:
    """An amount and who states it."""

    amount: str
    role: str
    says: str
    disputed: str  # empty where all agree


@dataclass(frozen=True, slots=True)
class ShownStory:
    """A story in one line."""

    title: str
    tag: str
    dir: str
    url: str
    outlet: str
    when: str
    is_copy: bool


@dataclass(frozen=True, slots=True)
class ShownLanguage:
    """The stories of one language."""

    language: str
    tag: str
    dir: str
    count: str
    stories: list[ShownStory]
    more: str | None


@dataclass(frozen=True, slots=True)
class ShownEvent:
    """What the templates need of one event, in words; None, or nothing, where there is nothing to say."""

    reason: str
    badge: str
    title: str
    title_lang: str
    dir: str
    level: str
    part_of: str | None
    follows: ShownLink | None
    lead: ShownLead | None
    short_lead: ShownLead | None  # in a digest
    news: list[str]
    new_stories: list[ShownStory]
    more_new: str | None
    new_facts: list[ShownFact]
    counts: list[str]
    first_seen: str
    facts: list[ShownFact]
    more_facts: str | None
    why: str
    groups: list[ShownLanguage]
    has_copies: bool
    more_languages: str | None
    url: str
    wish: str | None  # the place of its reader's own links


def of(item: EventNews, words: Words, base_url: str, wish: str | None) -> ShownEvent:
    """Put one event into words; every text is one line without control characters."""
    dossier, event = item.dossier, item.dossier.event
    title, tag = content.headline(item, words.language)
    whole, _ = content.title(dossier, words.language)
    new, more_new = content.news_first(item)
    listed, dropped = content.groups(dossier, words.language)
    amounts, more_amounts = content.facts(dossier)
    counts = [
        words.say("stories", n=event.story_count),
        words.say("languages", n=event.language_count),
        words.say("independent", n=event.independent_count),
    ]
    return ShownEvent(
        reason=item.reason,
        badge=words.say(item.reason),
        title=header_text(title, 300) or words.say("no_title"),
        title_lang=tag,
        dir=_direction(tag),
        level=words.say("level", n=event.level, what=words.say(f"what_level{max(1, event.level)}")),
        part_of=words.say("part_of", title=header_text(whole, 200)) if item.fresh and whole != title else None,
        follows=_follows(dossier, words, base_url),
        lead=_lead(content.lead(item, words.language), words),
        short_lead=_lead(content.lead(item, words.language, 180.0, 1), words),
        news=_news(item, words),
        new_stories=[_story(s, words) for s in new],
        more_new=words.say("more", n=more_new) if more_new else None,
        new_facts=_facts(content.new_facts(item), words),
        counts=counts,
        first_seen=words.say("first_seen", when=words.when(event.first_seen_at)),
        facts=_facts(amounts, words),
        more_facts=words.say("more_facts", n=more_amounts) if more_amounts else None,
        why=why(dossier, words),
        groups=[
            ShownLanguage(
                language=words.language_name(g.language),
                tag=g.language,
                dir=_direction(g.language),
                count=words.number(len(g.stories) + g.more),
                stories=[_story(s, words) for s in g.stories],
                more=words.say("more", n=g.more) if g.more else None,
            )
            for g in listed
        ],
        has_copies=any(s.is_copy for g in listed for s in g.stories),
        more_languages=words.say("more_languages", n=dropped) if dropped else None,
        url=f"{base_url}/events/{event.id}",
        wish=wish,
    )


def _story(story: StoryLine, words: Words) -> ShownStory:
    return ShownStory(
        title=header_text(story.title, 300) or words.say("no_title"),
        tag=story.language,
        dir=_direction(story.language),
        url=_link(story.url),
        outlet=header_text(story.outlet, 80) or words.say("unknown_outlet"),
        when=words.short(story.at),
        is_copy=story.is_copy,
    )


def _lead(lead: Lead | None, words: Words) -> ShownLead | None:
    """Quote what happened, with who says it, and in which language where it is not the reader's."""
    if lead is None:
        return None
    story = lead.story
    outlet = header_text(story.outlet, 80) or words.say("unknown_outlet")
    is_theirs = tags.base(story.language) == tags.base(words.language)
    by = words.say("lead_by", outlet=outlet)
    if not is_theirs:
        by = words.say("lead_by_in", outlet=outlet, language=words.language_name(story.language))
    return ShownLead(header_text(lead.text, 600), by, story.language, _direction(story.language))


def _facts(lines: Sequence[FactLine], words: Words) -> list[ShownFact]:
    return [
        ShownFact(
            amount=words.amount(f),
            role=words.say(f"role_{f.role}" if f"role_{f.role}" in words.known else "role_"),
            says=words.sources([header_text(o, 80) for o in f.outlets]),
            disputed=words.say("disputed") if f.disputed else "",
        )
        for f in lines
    ]


def _follows(dossier: Dossier, words: Words, base_url: str) -> ShownLink | None:
    """Name the happening that this one follows, with its day."""
    if dossier.follows is None:
        return None
    titles = dossier.follows.titles
    said = titles.get(words.language) or titles.get("en") or dossier.follows.title
    when = words.day(dossier.follows.at)
    text = words.say("follows", title=header_text(said, 200) or words.say("no_title"), when=when)
    return ShownLink(text, f"{base_url}/events/{dossier.follows.event_id}")


def _news(item: EventNews, words: Words) -> list[str]:
    news = item.news
    found: list[str] = []
    if news.stories:
        found.append(words.say("news_stories", n=news.stories))
    found += [words.say(f"news_{key}") for key in ("merged", "split", "revived") if getattr(news, key)]
    if news.languages:
        named = [words.language_name(t) for t in news.languages]
        found.append(words.say("news_languages", what=words.names(named)))
    if news.level:
        low, high = news.level
        found.append(words.say("news_level", low=low, high=high))
    if news.contradictions:
        found.append(words.say("news_contradictions", n=news.contradictions))
    if news.reports:
        found.append(words.say("news_reports", n=news.reports))
    return found


def why(dossier: Dossier, words: Words) -> str:
    """Say in one sentence why this reader gets the event: what it has to do with what they follow, and with whom."""
    names = words.names([header_text(n, 60) for n in dossier.why.names])
    seed = header_text(dossier.why.seed or "", 90)
    level = max(1, dossier.event.level)
    if level >= 3 and seed:
        return words.say("why_3" if names else "why_3_bare", names=names, title=seed)
    if not names:
        return words.say("why_2_bare") if level >= 2 else ""
    return words.say("why_2" if level >= 2 else "why_1", names=names)


def _direction(tag: str) -> str:
    return "rtl" if tags.base(tag) in _RTL else "ltr"


def _link(url: str) -> str:
    """Give an address that may stand in a link; nothing but http and https, nothing that breaks a line."""
    clean = url.strip()
    is_web = clean.lower().startswith(("http://", "https://"))
    return clean if is_web and not any(c.isspace() or ord(c) < 32 or c in '<>"' for c in clean) else ""
