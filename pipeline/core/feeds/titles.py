"""Headlines as a person would print them: outlet, kind and update number are read off, the raw title is kept.

What the feed itself shows comes first: its own name, an entry's source, the ending that most of its titles share. The
tables of data/headlines.toml name what newsrooms write everywhere.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from pipeline.core.feeds import outlets, rubrics
from pipeline.core.text import url
from pipeline.model import Entry

SHARED = 0.6  # of a document's titles end so: the ending is the feed's, not the story's
SHARED_OF = 4  # titles at least, or three of three stories on one firm would lose its name
MAX_PART = 60
PASSES = 6
# Between a headline and its last part; a bare hyphen only beside Han, kana or Hangul, where no spaces are written.
_TAIL = re.compile(
    r"(?:\s+(?:[-\u2013\u2014|/\u00bb\u2022\u00b7~:]|::|\|\||//|--)\s+|\s*[|\uff5c\u4e28]\s*|\s[\u2013\u2014]"
    r"|(?<=[\u2e80-\u9fff\uac00-\ud7a3])[-\u2014\u2013](?=\S)|_)(?=\S)"
)
# Between a first part and the headline.
_HEAD = re.compile(
    r"\s*(?:[:\uff1a|\uff5c\u4e28!\uff01\u00bb\u203a=\u3011\u300b\uff0f]+|\.{2,3}|\u2026|/)\s*|\s+[-\u2013\u2014]\s*"
)
_BAR = re.compile(r"\s*[|\uff5c\u4e28\u00bb]\s*")
_ORNAMENT = re.compile(
    r"^(?:[\s\u2022\u25a0-\u25ff\u2605\u2606\u26a1\u2705\u274c\u2757\ufe0f\U0001f300-\U0001faff]|>(?=\S)|[>+*]{2,}|[+*](?=\s))+"
)
# Behind a headline only after a space: "C++" and "Security+" are names.
_ORNAMENT_END = re.compile(r"(?:\s[+*]+|[\s\u25a0-\u25ff\U0001f300-\U0001faff])+$")
_OPEN, _CLOSE = "[\\[(\u3010\uff3b\uff08<\u3008\u300a\u3014]", "[\\])\u3011\uff3d\uff09>\u3009\u300b\u3015]"
_INNER = "([^\\[\\]()<>\u3008-\u3015\uff08\uff09\uff3b\uff3d]{1,40}?)"
_OPENED = re.compile(rf"^\s*{_OPEN}\s*{_INNER}\s*{_CLOSE}\s*[:\uff1a|=-]?\s*")
_CLOSED = re.compile(rf"\s*{_OPEN}\s*{_INNER}\s*{_CLOSE}\s*$")
_SHOUTED = re.compile(r"([-\u2013\u2014.])(?=\S)|(\.)\s+|\s+(?=\S)")
_HASHTAG = re.compile(r"#(\w{3,30})\b[\s:|\u2013\u2014-]*(?=\S)")
_TOLD_FIRST = re.compile(r"INFO(?:RMATION|S)? ((?:\S+ ){0,2}\S+)")  # "INFO LE FIGARO": who found it out
_COMMA = re.compile(r"[,\u060c]\s+")
_NUMBER = re.compile(r"\d{1,2}")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th|\.|\u00ba|\u00aa)", re.IGNORECASE)
_KOREAN = re.compile(r"(?:(종합)\s?)?(?:(\d)\s?보)?")
_PARTS = re.compile(r"\s*[,&+/-]\s*")
_PIECES = re.compile(r"\s+[-\u2013\u2014:\u00b7\u2022>]+\s+|\s*[|\uff5c\u4e28\u00bb]\s*|:\s+")
_COUNTED = frozenset({"breaking", "exclusive", "update", "correction", "repeat", "roundup"})  # kinds that are numbered


@dataclass(frozen=True, slots=True)
class Printed:
    """A headline read: the clean title, and what was read off it."""

    title: str
    outlet: str = ""
    kinds: tuple[str, ...] = ()
    update: int | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """Squeezed names beside headlines: the outlet's own, the feed's, and endings and starts that its titles share."""

    own: frozenset[str] = frozenset()
    feed: frozenset[str] = frozenset()
    endings: frozenset[str] = frozenset()
    starts: frozenset[str] = frozenset()


def printed(entries: Sequence[Entry], feed_title: str) -> tuple[Entry, ...]:
    """Give a document's entries with clean titles; outlet, kind and update number say what was read off."""
    feed = _feed_names(entries, feed_title)
    endings = _shared([entry.title for entry in entries], _last)
    shorter = [_without(entry.title, endings) for entry in entries]
    endings |= _shared(shorter, _last)
    starts = _shared([entry.title for entry in entries], _first)
    made = []
    for entry in entries:
        label = "" if entry.outlet is not None else url.outlet(entry.url)
        own = {outlets.squeezed(name) for name in (entry.told_by, entry.outlet or "", label, label.split(".")[0])}
        found = read(entry.title, Names(frozenset(own - {""}), feed, endings, starts))
        outlet = entry.outlet
        if outlet == "" and found.outlet:
            outlet = outlets.named(found.outlet)
        made.append(
            replace(
                entry,
                title=found.title,
                raw_title=entry.raw_title or (entry.title if found.title != entry.title else ""),
                outlet=outlet,
                kind=" ".join(found.kinds),
                update=found.update,
            )
        )
    return tuple(made)


def read(title: str, names: Names) -> Printed:
    """Read one headline."""
    kinds: list[str] = []
    outlet, update, rest = "", None, title
    for _ in range(PASSES):
        before = rest
        for part in (_head, _tail):
            found = part(rest, names)
            if found and _enough(found.title):
                rest = found.title
                outlet = outlet or found.outlet
                kinds += found.kinds
                update = found.update if update is None else update
        if rest == before:
            break
    return Printed(rest, outlet, tuple(dict.fromkeys(kinds)), update)


def _head(title: str, names: Names) -> Printed | None:
    """Read what stands before a headline, None when it begins at once."""
    bare = _ORNAMENT.sub("", title)
    tagged = _HASHTAG.match(bare)
    if tagged and (kind := _kind(tagged[1])):  # "#LASTHOUR the headline", in scripts without capitals too
        return Printed(bare[tagged.end() :], kinds=(kind[0],), update=kind[1])
    opened = _OPENED.match(bare)
    if opened:
        label = _label(opened[1], names) or (Printed("") if outlets.squeezed(opened[1]) in names.starts else None)
        if label:
            return replace(label, title=bare[opened.end() :])
    for mark in _HEAD.finditer(bare[:MAX_PART]):
        phrase = bare[: mark.start()]
        if not phrase or mark.end() >= len(bare):
            continue
        label = _label(phrase, names)
        if (
            label
            and label.outlet
            and not label.kinds
            and ":" in mark[0]
            and outlets.squeezed(phrase) not in outlets.names()
        ):
            label = None  # "OpenAI: ..." in the firm's own newsroom is a headline on OpenAI
        if label is None and _BAR.fullmatch(mark[0]) and outlets.squeezed(phrase) in names.starts:
            label = Printed("")
        if label:
            return replace(label, title=bare[mark.end() :])
    comma = _COMMA.search(bare[:MAX_PART])  # "Ultim'ora, the headline"
    if comma and comma.start() >= 6 and (kind := _kind(bare[: comma.start()])) and kind[0] == "breaking":
        return Printed(bare[comma.end() :], kinds=(kind[0],), update=kind[1])
    for mark in _SHOUTED.finditer(bare[:MAX_PART]):  # "UPDATE 2-OpenAI ...", "ALERTE INFO OpenAI ..."
        phrase, rest = bare[: mark.start()], bare[mark.end() :]
        kind = _kind(phrase)
        if kind and mark[2] and kind[0] in {"breaking", "exclusive"} and phrase[:1].isupper():
            return Printed(rest, kinds=(kind[0],), update=kind[1])  # "Urgent. The headline"
        if not phrase.isupper() or rest.isupper():
            continue
        if kind and (mark[1] or mark[2] or kind[0] in {"breaking", "exclusive"} or kind[1] is not None):
            return Printed(rest, kinds=(kind[0],), update=kind[1])
    return Printed(bare) if bare != title and title[0] in ">+*" else None


def _tail(title: str, names: Names) -> Printed | None:
    """Read what stands behind a headline, None when it ends at once."""
    bare = _ORNAMENT_END.sub("", title)
    closed = _CLOSED.search(bare)
    if closed and (label := _label(closed[1], names)):
        return replace(label, title=bare[: closed.start()])
    mark = _last_mark(bare)
    if mark:
        part, rest = bare[mark.end() :], bare[: mark.start()].rstrip()
        if label := _label(part, names):
            return replace(label, title=rest)
        if outlets.squeezed(part) in names.endings:
            return Printed(rest)
        if outlets.squeezed(part) in names.feed or _looks_like_outlet(part):
            return Printed(rest, part)
    return Printed(bare) if bare != title and title[-1] in "+*" else None


def _label(phrase: str, names: Names) -> Printed | None:
    """Read a phrase that stands apart from its headline: a kind, an outlet, or both ("ANSA-FOCUS")."""
    if kind := _kind(phrase):
        return Printed("", kinds=(kind[0],), update=kind[1])
    if _is_outlet(phrase, names):
        return Printed("", phrase)
    outlet, _, last = phrase.rpartition(" ")  # "Reuters Exclusive", "AP Analysis"
    if outlet and _is_outlet(outlet, names) and (kind := _kind(last)):
        return Printed("", outlet, (kind[0],), kind[1])
    if (told := _TOLD_FIRST.fullmatch(phrase)) and phrase.isupper():
        return Printed("", told[1], ("exclusive",))
    parts = [part for part in _PARTS.split(phrase) if part]
    read = [_kind(part) or (None if _is_outlet(part, names) else ("", None)) for part in parts]
    kinds = tuple(found[0] for found in read if found)
    if len(parts) < 2 or "" in kinds:
        return None
    outlet = next((part for part, found in zip(parts, read, strict=True) if found is None), "")
    return Printed("", outlet, kinds, next((found[1] for found in read if found and found[1] is not None), None))


@lru_cache(maxsize=4096)
def _kind(phrase: str) -> tuple[str, int | None] | None:
    """Tell the kind that a phrase names, and its number ("UPDATE 2", "종합2보")."""
    folded = rubrics.folded(phrase).strip(" .:!+*")
    if not folded or len(folded) > 40:
        return None
    korean = _KOREAN.fullmatch(folded)
    if korean:
        return "update", int(korean[2]) if korean[2] else None
    bare = " ".join(_NUMBER.sub(" ", _ORDINAL.sub("", folded)).split()).strip(" .#:")
    kind = rubrics.kinds().get(folded) or rubrics.kinds().get(bare) or rubrics.kinds().get(bare.replace(" ", "-"))
    number = _NUMBER.search(folded)
    if kind is None or (number and kind not in _COUNTED):
        return None
    return kind, int(number[0]) if number else None


def _is_outlet(name: str, names: Names) -> bool:
    squeezed = outlets.squeezed(name)
    if not squeezed or len(name) > MAX_PART:
        return False
    if squeezed in names.own or squeezed in outlets.names():
        return True
    _, glued, beside = rubrics.outlet_words()
    words = [word for word in re.split(r"[\s._-]+", rubrics.folded(name)) if word]
    core = "".join(word for word in words if word not in beside)
    if core != squeezed and core in names.own:
        return True
    if re.fullmatch(r"(?:[\w-]+\.)+[a-zA-Z]{2,}", name) and not name.isupper():
        return url.is_registered(name.lower())
    return name.endswith(glued) and len(name) <= 12 and not re.search(r"[,\uff0c\u3001\u3002!?\uff1a:]|\s\S+\s", name)


def _looks_like_outlet(name: str) -> bool:
    """Tell whether a name is one that a newspaper would have ("The Daily Ledger", "Süddeutsche Zeitung")."""
    words = name.split()
    if not 1 < len(words) <= 5 or not all(w[0].isupper() or not w[0].isalpha() or len(w) <= 3 for w in words):
        return False
    return rubrics.folded(words[-1]) in rubrics.outlet_words()[0]


def _enough(title: str) -> bool:
    """Whether what is left is still a headline."""
    return sum(2 if c >= rubrics.FAR_EAST else 1 for c in title if c.isalnum()) >= 5


def _feed_names(entries: Sequence[Entry], feed_title: str) -> frozenset[str]:
    """Give what the feed calls itself; a carrier's feed is called after what it was asked for."""
    if any(entry.outlet is not None for entry in entries):
        return frozenset()
    pieces = [piece for piece in _PIECES.split(feed_title) if piece]
    return frozenset({outlets.squeezed(name) for name in (feed_title, pieces[-1] if pieces else "")} - {""})


@lru_cache(maxsize=1024)  # asked for the feed's own ending, twice, and for the entry's
def _last_mark(title: str) -> re.Match[str] | None:
    return max(_TAIL.finditer(title), key=re.Match.start, default=None)


def _last(title: str) -> str:
    mark = _last_mark(title)
    return outlets.squeezed(title[mark.end() :]) if mark and len(title) - mark.end() <= MAX_PART else ""


def _first(title: str) -> str:
    opened = _OPENED.match(title)
    if opened:
        return outlets.squeezed(opened[1])
    bar = _BAR.search(title[:MAX_PART])
    return outlets.squeezed(title[: bar.start()]) if bar else ""


def _without(title: str, endings: frozenset[str]) -> str:
    mark = _last_mark(title)
    return title[: mark.start()] if mark and outlets.squeezed(title[mark.end() :]) in endings else title


def _shared(titles: Sequence[str], part: Callable[[str], str]) -> frozenset[str]:
    """Give the ending (or start) that most titles of a document share: it belongs to the feed, not to a story."""
    if len(titles) < SHARED_OF:
        return frozenset()
    counts = Counter(found for title in titles if (found := part(title)))
    least = max(SHARED_OF, SHARED * len(titles))
    return frozenset(found for found, times in counts.items() if times >= least)
