"""Clustering, pure: how likely two stories tell one happening, and which groups follow from all the pairs.

Two steps. `links` gives every pair a calibrated log-odds from a small logistic model (meaning, time, figures, names).
`solve` then joins groups, best first, as long as the mean over all pairs between them stays above zero. Groups
can only join where at least one pair stands above zero, so stories that no chain of such pairs connects never influence
one another: `reach` finds that neighbourhood, and solving it anew gives the same groups in whatever order they arrive.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np

from pipeline.core.events.pairs import FEATURES, SPACES, Floats, PairWeights, Pool, compare, order

_ROWS = 256  # rows worked on at once: bounds memory at about 10 matrices of 256 x 4,000 floats
# A pair cannot say more than 98 to 2 for a join, and 88 to 12 against one: one odd pair must not decide for a whole
# group, and the far ends of one happening (a headline, a long text in another script) are less alike than many others.
MOST_FOR, MOST_AGAINST = 4.0, 2.0


def links(pool: Pool, rows: Sequence[int], cols: Sequence[int], weights: PairWeights, window: float) -> Floats:
    """Give the log-odds (rows x cols of `pool`) that two stories tell one happening; above 0 speaks for a join.

    `window` is in days: beyond it a pair cannot speak for a join, only against one.
    """
    used = [name for name in FEATURES if any(name in weights.pairs[s] for s in SPACES)]
    table = np.array([[weights.pairs[s].get(f, 0.0) for f in used] for s in SPACES], np.float32)
    bias = np.array([weights.pairs[s]["bias"] for s in SPACES], np.float32) - weights.shift
    out = np.empty((len(rows), len(cols)), np.float32)
    columns = np.array(cols, np.intp)
    for start in range(0, len(rows), _ROWS):
        part = np.array(rows[start : start + _ROWS], np.intp)
        values, space, apart = compare(pool, part, columns)
        odds = bias[space]
        for i, name in enumerate(used):
            if name in values:
                odds += table[:, i][space] * values[name]
        # Other protagonists, or too long ago: such a pair is no reason for a join. It is also what lets the store
        # find every possible partner by entity and time.
        odds = np.where((values["gap"] > math.log1p(window)) | apart, np.minimum(odds, 0.0), odds)
        # rounded: the order of a sum inside BLAS must not decide between two equal pairs
        out[start : start + _ROWS] = np.round(np.clip(odds, -MOST_AGAINST, MOST_FOR), 3)
    return out


def reach(
    pool: Pool,
    start: Iterable[int],
    weights: PairWeights,
    window: float,
    together: Mapping[int, Collection[int]] | None = None,
) -> list[int]:
    """Find the rows that chains of links above zero, or of `together`, connect with `start`, in canonical order."""
    found: set[int] = set()
    everyone = range(len(pool))
    frontier = sorted(set(start))
    while frontier:
        found.update(frontier)
        near: set[int] = set()
        for at in range(0, len(frontier), _ROWS):
            odds = links(pool, frontier[at : at + _ROWS], everyone, weights, window)
            near.update(int(c) for c in np.flatnonzero((odds > 0).any(axis=0)))
        near.update(c for row in frontier for c in (together or {}).get(row, ()))
        frontier = sorted(near - found)
    return sorted(found, key=lambda r: order(pool.members[r]))


def matrix(pool: Pool, rows: Sequence[int], weights: PairWeights, window: float) -> Floats:
    """Give the symmetric log-odds among some rows."""
    odds = links(pool, rows, rows, weights, window)
    lower: Floats = np.minimum(odds, odds.T)  # equal but for rounding
    return lower


def standing(pool: Pool, rows: Sequence[int], version: str, apart: Iterable[tuple[int, int]] = ()) -> list[list[int]]:
    """Give the groups of rows that an earlier version of clustering made events of: those stay what they are.

    `apart` are analysts' corrections, as pairs of rows: they count against any version.
    """
    forbidden = {frozenset(pair) for pair in apart}
    made: dict[int, list[list[int]]] = {}
    for row in sorted(rows, key=lambda r: order(pool.members[r])):
        member = pool.members[row]
        if member.event_id is None or member.placed_by in {None, version}:
            continue
        parts = made.setdefault(member.event_id, [])
        part = next((p for p in parts if not any(frozenset((row, other)) in forbidden for other in p)), None)
        if part is None:
            parts.append([row])
        else:
            part.append(row)
    return [part for parts in made.values() for part in parts]


def solve(
    odds: Floats,
    apart: Iterable[tuple[int, int]] = (),
    together: Iterable[tuple[int, int]] = (),
    whole: Sequence[Sequence[int]] = (),
) -> list[int]:
    """Partition n stories in canonical order: a label per story, the smallest index of its group.

    Average link: the two groups with the highest mean log-odds join while it is above zero. Stories that an analyst put
    `apart` never stand in one group. Those put `together` are united afterwards, with their whole groups, so that a
    correction does not distort the averages; where both claim a pair, `apart` wins. The groups of `whole` are joined
    from the beginning and never with one another.
    """
    n = len(odds)
    sums = odds.astype(np.float64).copy()
    np.fill_diagonal(sums, -np.inf)
    for a, b in apart:
        sums[a, b] = sums[b, a] = -np.inf
    sizes = np.ones(n)
    label = np.arange(n)
    alive = np.ones(n, np.bool_)
    best = sums.copy()  # mean log-odds between groups

    def join(i: int, j: int) -> None:
        """Let group j be a part of group i."""
        sums[i] += sums[j]
        sums[:, i] = sums[i]
        sums[i, i] = -np.inf
        sizes[i] += sizes[j]
        alive[j] = False
        sums[j], sums[:, j], best[j], best[:, j] = -np.inf, -np.inf, -np.inf, -np.inf
        label[label == j] = i
        best[i] = np.where(alive, sums[i] / (sizes[i] * sizes), -np.inf)
        best[i, i] = -np.inf
        best[:, i] = best[i]

    for group in whole:
        first, *rest = sorted(group)
        for j in rest:
            join(first, j)
    heads = [min(group) for group in whole]
    for i in heads:
        for j in heads:
            sums[i, j] = best[i, j] = -np.inf
    top = best.argmax(axis=1) if n else np.zeros(0, np.intp)
    while n > 1:
        values = np.where(alive, best[np.arange(n), top], -np.inf)
        i = int(values.argmax())
        if not values[i] > 0:
            break
        i, j = sorted((i, int(top[i])))
        join(i, j)
        # only rows whose best partner was i or j can have lost it; any row may have gained i
        stale = alive & ((top == i) | (top == j))
        stale[i] = True
        top[stale] = best[stale].argmax(axis=1)
        gained = alive & (best[:, i] > best[np.arange(n), top])
        top[gained] = i
    return _united([int(x) for x in label], apart, together)


def _united(label: list[int], apart: Iterable[tuple[int, int]], together: Iterable[tuple[int, int]]) -> list[int]:
    forbidden = [tuple(pair) for pair in apart]
    for a, b in sorted(together):
        one, other = sorted((label[a], label[b]))
        if one == other or any({label[x], label[y]} == {one, other} for x, y in forbidden):
            continue
        label = [one if x == other else x for x in label]
    return label
