"""Events as an Atom feed (RFC 4287), to follow in any reader."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote_plus, urlsplit
from xml.etree import ElementTree

from pipeline.core.alerts import content
from pipeline.core.alerts.content import Dossier
from pipeline.core.text.plain import safe

_ATOM = "http://www.w3.org/2005/Atom"


def feed(
    found: Sequence[tuple[Dossier, datetime]],
    base_url: str,
    language: str,
    now: datetime,
    amount: Callable[[content.FactLine], str],
    asked: str = "",
) -> bytes:
    """Write events with the time each last changed, newest first; titles in `language` where a story has one.

    `amount` writes one; `asked` is the query of a filtered list: it makes a feed of its own.
    """
    base = base_url.rstrip("/")
    host = urlsplit(base).hostname or "localhost"
    ElementTree.register_namespace("", _ATOM)
    root = _element("feed")
    query = f"?{asked}" if asked else ""
    _add(root, "title", f"newswatch: {unquote_plus(asked)}" if asked else "newswatch")
    _add(root, "id", f"tag:{host},2026:newswatch/events{query}")
    _add(root, "updated", _time(max((at for _, at in found), default=now)))
    root.append(_element("link", rel="alternate", href=f"{base}/events{query}"))
    root.append(_element("link", rel="self", href=f"{base}/events.atom{query}"))
    for dossier, at in found:
        root.append(_entry(dossier, at, base, host, language, amount))
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


@dataclass(frozen=True, slots=True)
class ThreadEntry:
    """One thread as a feed's entry: who began it, when it was last told, and its events: (number, title, began)."""

    id: int
    title: str
    at: datetime
    events: Sequence[tuple[int, str, datetime]]


def threads(found: Sequence[ThreadEntry], base_url: str, now: datetime) -> bytes:
    """Write threads, the one that was told last first; an entry's link leads to its newest event."""
    base = base_url.rstrip("/")
    host = urlsplit(base).hostname or "localhost"
    ElementTree.register_namespace("", _ATOM)
    root = _element("feed")
    _add(root, "title", "newswatch: threads")
    _add(root, "id", f"tag:{host},2026:newswatch/threads")
    _add(root, "updated", _time(max((t.at for t in found), default=now)))
    root.append(_element("link", rel="alternate", href=f"{base}/threads"))
    root.append(_element("link", rel="self", href=f"{base}/threads.atom"))
    for told in found:
        entry = _element("entry")
        number, newest, _ = told.events[-1]
        _add(entry, "title", safe(f"{told.title} → {newest}"))
        _add(entry, "id", f"tag:{host},2026:newswatch/threads/{told.id}")
        _add(entry, "updated", _time(told.at))
        entry.append(_element("link", rel="alternate", href=f"{base}/events/{number}"))
        author = _element("author")
        _add(author, "name", "newswatch")
        entry.append(author)
        _add(entry, "summary", "\n".join(f"{at:%Y-%m-%d} {safe(title)}" for _, title, at in told.events))
        root.append(entry)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def _entry(
    dossier: Dossier, at: datetime, base: str, host: str, language: str, amount: Callable[[content.FactLine], str]
) -> ElementTree.Element:
    event = dossier.event
    title, tag = content.title(dossier, language)
    entry = _element("entry")
    entry.set("{http://www.w3.org/XML/1998/namespace}lang", tag)
    _add(entry, "title", safe(title))
    _add(entry, "id", f"tag:{host},2026:newswatch/events/{event.id}")  # never changes, so a reader shows it once
    _add(entry, "published", _time(event.first_seen_at))
    _add(entry, "updated", _time(at))
    entry.append(_element("link", rel="alternate", href=f"{base}/events/{event.id}"))
    for story in dossier.stories[: content.MAX_STORIES]:
        if story.url.startswith(("http://", "https://")):
            entry.append(_element("link", rel="related", href=safe(story.url), title=safe(story.title)[:200]))
    author = _element("author")
    _add(
        author, "name", ", ".join(dict.fromkeys(safe(s.outlet) for s in dossier.stories[:3] if s.outlet)) or "newswatch"
    )
    entry.append(author)
    for topic in event.topics:
        entry.append(_element("category", term=topic))
    listed, _ = content.groups(dossier, language)
    lines = [f"Level {event.level} · {event.story_count} stories · {event.language_count} languages"]
    lines += [f"{g.language}: {safe(s.title)} ({safe(s.outlet)})" for g in listed for s in g.stories[:2]]
    amounts, _ = content.facts(dossier)
    lines += [_amount(line, amount(line)) for line in amounts]
    _add(entry, "summary", "\n".join(lines))
    return entry


def _amount(line: content.FactLine, written: str) -> str:
    """Write who states an amount, and of what."""
    what = f" ({line.role})" if line.role else ""
    who = ", ".join(safe(o) for o in line.outlets[:3] if o)
    return f"{safe(written)}{what}: {who}" + (" · reports differ" if line.disputed else "")


def _element(name: str, **attributes: str) -> ElementTree.Element:
    return ElementTree.Element(f"{{{_ATOM}}}{name}", attributes)


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    child = _element(name)
    child.text = text
    parent.append(child)


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
