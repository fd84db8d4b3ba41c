"""Quantities in a text of any language: money, energy, power, dates and counts, with their offsets and roles."""

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice

from pipeline.core.facts import roles as cues
from pipeline.core.facts.numbers import HAN_START, anchors
from pipeline.core.facts.read import Reader
from pipeline.core.text.phrases import fold
from pipeline.model import Fact

_MOST = 300  # facts of one text; roles compare each with all others


def read(text: str, language: str | None = None, part: str = "text") -> tuple[Fact, ...]:
    """Read the quantities of a text, in order, with offsets into `text`.

    `language` is a hint, it may be wrong or None; `part` is copied into the facts ("title", "summary", "text").
    Values are in base units: money in the currency's unit, W, Wh, days since 1970-01-01 (`upper` = last day of a
    month or year), counts of the unit's things.
    """
    folded, offsets = fold(text)
    if not _may_have(folded):
        return ()
    found = sorted(islice(Reader(text, folded, offsets, language).facts(part), _MOST), key=lambda f: f.start)
    if not found:
        return ()
    roles = cues.Roles(folded, [(f.start, f.end) for f in found if f.kind != "date"])
    out = []
    for fact in found:
        role, vague = "", False
        if fact.kind not in {"date", "count"}:
            role = roles.role(fact.start, fact.end, fact.kind)
        if fact.kind != "date":
            vague = cues.is_approximate(folded, fact.start, fact.end)
        start, end = fact.start, fact.end
        while end > start and folded[end - 1] == " ":
            end -= 1
        if offsets:
            start, end = offsets[start], offsets[end]
        out.append(replace(fact, role=role, start=start, end=end, text=text[start:end], approximate=vague))
    return tuple(out)


def _may_have(folded: str) -> bool:
    return bool(re.search(r"\d", folded) or HAN_START.search(folded) or anchors().find_matches_as_indexes(folded))


def _bounds(fact: Fact) -> tuple[float, float]:
    """Return the values that a fact admits: its range, wider when it is approximate."""
    high = fact.value if fact.upper is None else fact.upper
    if fact.kind == "date":
        return fact.value, high
    slack = 0.10 if fact.approximate else 0.02
    return fact.value * (1 - slack), high * (1 + slack)


def agree(a: Fact, b: Fact) -> bool:
    """Whether two facts state the same quantity: same kind and unit, and values that rounding can explain.

    Roles are not compared: "raised" in one language is read as "" in another more often than amounts coincide.
    """
    if a.kind != b.kind or a.unit != b.unit:
        return False
    (low_a, high_a), (low_b, high_b) = _bounds(a), _bounds(b)
    return low_a <= high_b and low_b <= high_a


def contradict(a: Fact, b: Fact) -> bool:
    """Whether two facts cannot both be true of one thing: same kind, unit and role, values further apart than rounding.

    Dates never contradict (a story has many), nor facts without a role.
    """
    if a.kind != b.kind or a.unit != b.unit or a.role != b.role or not a.role or a.kind == "date":
        return False
    (low_a, high_a), (low_b, high_b) = _bounds(a), _bounds(b)
    gap = max(low_a - high_b, low_b - high_a)
    return gap > 0.08 * max(abs(high_a), abs(high_b))


def contradictions(mine: Iterable[Fact], theirs: Iterable[Fact]) -> list[tuple[Fact, Fact]]:
    """Pair the facts of two texts that contradict, leaving out what the other side also states somewhere."""
    left, right = list(mine), list(theirs)
    return [
        (a, b)
        for a in left
        for b in right
        if contradict(a, b) and not any(agree(a, c) for c in right) and not any(agree(c, b) for c in left)
    ]
