"""Whether two facts say the same, may both be true, or cannot."""

from collections.abc import Iterable

from pipeline.model import Fact

EXACT, ROUGH = 0.02, 0.10  # what rounding moves an exact amount by, and one that is "about"
APART = 0.08  # of the larger amount, between the two ranges: from here on nobody has rounded


def _bounds(fact: Fact) -> tuple[float, float]:
    """Return the values that a fact admits: its range, wider when it is approximate."""
    high = fact.value if fact.upper is None else fact.upper
    if fact.kind == "date":
        return fact.value, high
    slack = _slack(fact)
    return fact.value * (1 - slack), high * (1 + slack)


def _slack(fact: Fact) -> float:
    return ROUGH if fact.approximate else EXACT


def agree(a: Fact, b: Fact) -> bool:
    """Whether two facts state the same quantity: same kind and unit, and values that rounding can explain.

    Roles are not compared: "raised" in one language is read as "" in another more often than amounts coincide.
    """
    if a.kind != b.kind or a.unit != b.unit:
        return False
    (low_a, high_a), (low_b, high_b) = _bounds(a), _bounds(b)
    return low_a <= high_b and low_b <= high_a


def same(a: Fact, b: Fact) -> bool:
    """Whether two facts are one claim: they agree, and a range only with a range that ends where it does."""
    if not agree(a, b):
        return False
    if a.kind == "date":
        return (a.value, a.upper) == (b.value, b.upper)
    slack = 1 + _slack(a) + _slack(b)
    ends = ((a.value, b.value), (a.value if a.upper is None else a.upper, b.value if b.upper is None else b.upper))
    return all(max(x, y) <= slack * min(x, y) for x, y in ends)


def contradict(a: Fact, b: Fact) -> bool:
    """Whether two facts cannot both be true of one thing: same kind, unit and role, values further apart than rounding.

    Dates never contradict (a story has many), nor facts without a role.
    """
    if a.kind != b.kind or a.unit != b.unit or a.role != b.role or not a.role or a.kind == "date":
        return False
    (low_a, high_a), (low_b, high_b) = _bounds(a), _bounds(b)
    gap = max(low_a - high_b, low_b - high_a)
    return gap > APART * max(abs(high_a), abs(high_b))


def contradictions(mine: Iterable[Fact], theirs: Iterable[Fact]) -> list[tuple[Fact, Fact]]:
    """Pair the facts of two texts that contradict, leaving out what the other side also states somewhere."""
    left, right = list(mine), list(theirs)
    return [
        (a, b)
        for a in left
        for b in right
        if contradict(a, b) and not any(agree(a, c) for c in right) and not any(agree(c, b) for c in left)
    ]
