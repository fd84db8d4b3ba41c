"""What one instant reader got of a stream of labelled stories: every happening as news of its own, and once?"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# How a happening reached its reader, the best first: each happening counts under the first that is true of it.
WAYS = ("own", "later", "other", "never", "refused")
_SIZES = ((1, "1"), (2, "2"), (4, "3-4"), (8, "5-8"))


@dataclass(frozen=True, slots=True)
class JudgedLine:
    """A labelled line of a stream after judging."""

    label: str  # the happening; empty where nobody said
    title: str
    firm: str  # the watched entity that it is about, "" when none was found
    refused: bool  # the matcher said that it is not ours


@dataclass(frozen=True, slots=True)
class Sent:
    """One event told in one mail."""

    mail_id: str
    reason: str  # new, update, correction
    at: str  # when, for people
    subject: str
    head: int | None  # the item that gave the headline
    told: tuple[int, ...]  # the items that the event held then


@dataclass(frozen=True, slots=True)
class Ways:
    """How many happenings there are, and the share of them (0..1, four digits) that went each way."""

    happenings: int
    own: float
    later: float
    other: float
    never: float
    refused: float

    def share(self, way: str) -> float:
        """Give the share of one of WAYS."""
        return float(getattr(self, way))


@dataclass(frozen=True, slots=True)
class FirstMail:
    """The mail that held a happening first."""

    at: str
    reason: str
    subject: str


@dataclass(frozen=True, slots=True)
class Lost:
    """A happening that was not told under its own headline; `told_in` is None where no mail held it."""

    event: str
    way: str
    stories: int
    title: str  # of its first story
    told_in: FirstMail | None


@dataclass(frozen=True, slots=True)
class StreamScore:
    """What the reader of a stream got."""

    all: Ways
    twice: int  # happenings told as new by two mails with their own headline
    mails: int
    mails_per_happening: float
    corrections: int  # mails
    updates: int  # mails
    unlabelled: int  # lines that nobody gave to a happening
    by_size: dict[str, Ways]  # by stories a happening
    by_firm: dict[str, Ways]
    worst: list[Lost]
    told_twice: list[str]
    lines: int
    runs: int = 0  # of the job, where somebody counted them


def way(label: str, items: Sequence[JudgedLine], sent: Sequence[Sent]) -> str:
    """Say how a happening reached the reader.

    own: a "new" mail bears its headline. later: only a later mail, update or correction, tells it first or heads it.
    other: inside a "new" mail that bears another happening's headline. never: no mail holds it, though at least one of
    its stories is ours. refused: the matcher refused all its stories.
    """
    mine = {i for i, item in enumerate(items) if item.label == label and not item.refused}
    if not mine:
        return "refused"
    first = ""
    for mail in sent:
        if mail.reason == "new" and mail.head in mine:
            return "own"
        if mine.intersection(mail.told):
            first = first or ("other" if mail.reason == "new" else "later")
    return first or "never"


def measure(items: Sequence[JudgedLine], sent: Sequence[Sent], worst: int = 12) -> StreamScore:
    """Score a stream; `sent` in the order of sending, at most `worst` happenings are named."""
    labels = sorted({item.label for item in items if item.label})
    ways = {label: way(label, items, sent) for label in labels}
    heads = Counter(items[s.head].label for s in sent if s.reason == "new" and s.head is not None)
    mails = {s.mail_id: s.reason for s in reversed(sent)}
    reasons = Counter(mails.values())
    sizes = Counter(item.label for item in items)
    firms = {
        label: Counter(i.firm for i in items if i.label == label).most_common(1)[0][0] or "none" for label in labels
    }
    twice = sorted(label for label in labels if heads[label] > 1)
    return StreamScore(
        all=_ways(list(ways.values())),
        twice=len(twice),
        mails=len(mails),
        mails_per_happening=_share(len(mails), len(labels)),
        corrections=reasons["correction"],
        updates=reasons["update"],
        unlabelled=sum(not item.label for item in items),
        by_size=_table(ways, {label: _size(sizes[label]) for label in labels}),
        by_firm=_table(ways, firms),
        worst=[_lost(label, ways[label], items, sent) for label in _worst(labels, ways, sizes)[:worst]],
        told_twice=twice[:worst],
        lines=len(items),
    )


def _ways(ways: Sequence[str]) -> Ways:
    return Ways(len(ways), *(_share(ways.count(way), len(ways)) for way in WAYS))


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _size(count: int) -> str:
    return next((name for most, name in _SIZES if count <= most), "9+")


def _table(ways: Mapping[str, str], group: Mapping[str, str]) -> dict[str, Ways]:
    """Give the shares of each group, the largest first."""
    names = sorted(Counter(group.values()).items(), key=lambda x: (-x[1], x[0]))
    return {name: _ways([ways[label] for label in ways if group[label] == name]) for name, _ in names}


def _worst(labels: Sequence[str], ways: Mapping[str, str], sizes: Mapping[str, int]) -> list[str]:
    lost = [label for label in labels if ways[label] != "own"]
    return sorted(lost, key=lambda x: (ways[x] == "refused", -WAYS.index(ways[x]), -sizes[x], x))


def _lost(label: str, how: str, items: Sequence[JudgedLine], sent: Sequence[Sent]) -> Lost:
    """Show a lost happening: a title of it, and the mail that held it first."""
    mine = {i for i, item in enumerate(items) if item.label == label}
    first = next((s for s in sent if mine.intersection(s.told)), None)
    told = None if first is None else FirstMail(first.at, first.reason, first.subject[:160])
    return Lost(label, how, len(mine), items[min(mine)].title[:160], told)
