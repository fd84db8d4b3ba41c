"""What one instant reader got of a stream of labelled stories: every happening as news of its own, and once?"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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


def measure(items: Sequence[JudgedLine], sent: Sequence[Sent], worst: int = 12) -> dict[str, Any]:
    """Score a stream; `sent` in the order of sending.

    Gives happenings, the share of them per way (WAYS), "twice" (happenings told as new by two mails with their own
    headline), mails, mails_per_happening, corrections (mails), updates (mails), and tables by size and by firm.
    """
    labels = sorted({item.label for item in items if item.label})
    ways = {label: way(label, items, sent) for label in labels}
    heads = Counter(items[s.head].label for s in sent if s.reason == "new" and s.head is not None)
    mails = {s.mail_id: s.reason for s in reversed(sent)}
    reasons = Counter(mails.values())
    sizes = Counter(item.label for item in items)
    firms = {
        label: Counter(i.firm for i in items if i.label == label).most_common(1)[0][0] or "none" for label in labels
    }
    n = len(labels)
    counts = Counter(ways.values())
    twice = sorted(label for label in labels if heads[label] > 1)
    found: dict[str, Any] = {"happenings": n}
    found |= {name: _share(counts[name], n) for name in WAYS}
    found |= {
        "twice": len(twice),
        "mails": len(mails),
        "mails_per_happening": _share(len(mails), n),
        "corrections": reasons["correction"],
        "updates": reasons["update"],
        "unlabelled": sum(not item.label for item in items),
        "by_size": _table(ways, {label: _size(sizes[label]) for label in labels}),
        "by_firm": _table(ways, firms),
        "worst": [_case(label, ways[label], items, sent) for label in _worst(labels, ways, sizes)[:worst]],
        "told_twice": twice[:worst],
    }
    return found


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _size(count: int) -> str:
    return next((name for most, name in _SIZES if count <= most), "9+")


def _table(ways: Mapping[str, str], group: Mapping[str, str]) -> dict[str, dict[str, float]]:
    """Give, per group, how many happenings there are and the share of each way."""
    table: dict[str, dict[str, float]] = {}
    for name, _ in sorted(Counter(group.values()).items(), key=lambda x: (-x[1], x[0])):
        here = [ways[label] for label in ways if group[label] == name]
        table[name] = {"happenings": len(here), **{w: _share(here.count(w), len(here)) for w in WAYS}}
    return table


def _worst(labels: Sequence[str], ways: Mapping[str, str], sizes: Mapping[str, int]) -> list[str]:
    lost = [label for label in labels if ways[label] != "own"]
    return sorted(lost, key=lambda x: (ways[x] == "refused", -WAYS.index(ways[x]), -sizes[x], x))


def _case(label: str, how: str, items: Sequence[JudgedLine], sent: Sequence[Sent]) -> dict[str, Any]:
    """Show a lost happening: a title of it, and the mail that held it first."""
    mine = {i for i, item in enumerate(items) if item.label == label}
    first = next((s for s in sent if mine.intersection(s.told)), None)
    case: dict[str, Any] = {"event": label, "way": how, "stories": len(mine), "title": items[min(mine)].title[:160]}
    if first is not None:
        case["told_in"] = {"at": first.at, "reason": first.reason, "subject": first.subject[:160]}
    return case
