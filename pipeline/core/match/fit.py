"""Fit the matcher's weights on labelled stories: three logistic thresholds with signs kept, reproducible."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.core.match.features import features
from pipeline.core.match.judge import MatchWeights, scaled
from pipeline.core.match.names import Findings, Hit
from pipeline.core.match.profile import Profile
from pipeline.core.match.vocabulary import FEATURES

Floats = NDArray[np.float64]
Model = Mapping[str, Mapping[str, float]]  # level -> feature ("" = constant) -> weight

NAMES = tuple(f.name for f in FEATURES)
SIGNS = np.array([[s or 0 for s in f.signs] for f in FEATURES]).T  # (3, features)
SPEAKS = np.array([[s is not None for s in f.signs] for f in FEATURES], dtype=float).T
LEVELS = ("1", "2", "3")
LIKENESS = NAMES.index("similarity")
RIDGE = 1.0  # fixed on cross-validated log loss with and without the losses below (docs/matching.md)

# Everyday sentences: what a text's similarity to anything is measured on.
ANCHORS = (
    "The home team won the cup final after extra time.",
    "Heavy rain flooded several villages and roads were closed.",
    "Parliament voted on the new budget after a long debate.",
    "The court sentenced the former minister to three years in prison.",
    "A new film about a family in the countryside opens next week.",
    "Doctors recommend a walk every day for older people.",
    "The central bank left interest rates unchanged.",
    "The carmaker recalls thousands of vehicles because of faulty brakes.",
    "Shares of the retailer fell after weak quarterly results.",
    "A software update fixes security holes in the operating system.",
    "The new smartphone has a better camera and a longer battery life.",
    "Researchers publish a study on learning algorithms in medicine.",
    "The price of the cryptocurrency rose above a record.",
    "A wind farm off the coast is being repaired after a storm.",
    "The actress talks about her new series on a streaming service.",
    "Police arrest a suspect after a robbery in the city centre.",
)

# No word list is complete in every language. Each story is also learnt from twice with a part of its finds lost, so
# that no weight leans on a single word.
COPIES, COPY_WEIGHT = 2, 0.35
LOST_ENTITY, LOST_FIELD, LOST_LOOKALIKE, LOST_CUE, LOST_SUM = 0.12, 0.4, 0.6, 0.5, 0.5


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled story as the matcher sees it."""

    found: Findings
    profile: Profile  # of its own storyline
    titled: bool
    similarity: float | None  # mean likeness to the seeds; None where no encoder was asked
    level: int
    group: str  # stories of one group are never on both sides of a fold
    weight: float = 1.0
    rare: float = 1.0  # how much more it counts at level 3, of which each storyline has one happening
    candidate: bool = True  # somebody is named who counts; others are level 0 whatever they weigh


def table(examples: Sequence[Example]) -> Floats:
    """Number examples: one row each, one column a feature."""
    out = np.zeros((len(examples), len(NAMES)))
    for i, e in enumerate(examples):
        values = features(e.found, e.profile, e.titled)
        if e.similarity is not None:
            values["similarity"] = scaled(e.similarity)
        out[i] = [values.get(n, 0.0) for n in NAMES]
    return out


def thinned(found: Findings, seed: str) -> Findings:
    """Lose some of what was found, by a hash and not by a random number, so that every run loses the same."""

    def kept(name: str, share: float) -> bool:
        return int(hashlib.sha256(f"{seed} {name}".encode()).hexdigest()[:8], 16) / 2**32 >= share

    def words(groups: Mapping[str, tuple[Hit, ...]], share: float) -> dict[str, tuple[Hit, ...]]:
        left = {k: tuple(h for h in hits if kept(f"{k} {h.word}", share)) for k, hits in groups.items()}
        return {k: hits for k, hits in left.items() if hits}

    return Findings(
        mentions=tuple(m for m in found.mentions if kept(m.entity, LOST_ENTITY)),
        fields=words(found.fields, LOST_FIELD),
        lookalikes=words(found.lookalikes, LOST_LOOKALIKE),
        cues=words(found.cues, LOST_CUE),
        sums=tuple(s for s in found.sums if kept(f"sum {s[0]}", LOST_SUM)),
    )


def learn(
    tables: Sequence[Floats], levels: NDArray[np.int_], weight: Floats, *, alike: bool, prior: Floats, start: Floats
) -> Floats:
    """Fit the three thresholds: (3, features + 1), the last column is the constant; `weight` is (stories, thresholds).

    `tables` are the stories as they are, then their thinned copies; `alike` says whether likeness may be used; weights
    are drawn to `prior` (zeros, or weights that stand already); `start` only says how soon the one minimum is found.
    """
    mask = np.ones(len(NAMES))
    if not alike:
        mask[LIKENESS] = 0.0
    x = np.hstack([np.vstack(tables) * mask, np.ones((len(tables) * len(levels), 1))])
    y: Floats = np.tile(levels, len(tables)).astype(float)
    w: Floats = np.concatenate([weight] + [COPY_WEIGHT * weight] * (len(tables) - 1))  # (rows, thresholds)
    # Many stories have the same finds: equal rows are one row of their common weight.
    rows, at = np.unique(np.column_stack([y, x]), axis=0, return_inverse=True)
    y, x = rows[:, 0], rows[:, 1:]
    w = np.stack([np.bincount(at.ravel(), weights=w[:, k]) for k in range(len(LEVELS))])
    out = []
    for k in range(len(LEVELS)):
        xk = x * np.append(SPEAKS[k], 1.0)
        out.append(_fit(xk, (y > k).astype(float), w[k], np.append(SIGNS[k], 0), prior[k], start[k]))
    return np.array(out)


def _fit(x: Floats, y: Floats, weight: Floats, signs: Floats, prior: Floats, start: Floats) -> Floats:
    """Fit a logistic regression with signs kept, by projected Newton steps; the last column is 1.

    The minimum is unique and the steps have nothing random, so that every run gives the same weights.
    """
    penalty = np.full(x.shape[1], RIDGE)
    penalty[-1] = 1e-3 if not prior.any() else RIDGE

    def bounded(w: Floats) -> Floats:
        return np.where((signs > 0) & (w < 0) | (signs < 0) & (w > 0), 0.0, w)

    def loss(w: Floats) -> float:
        z = x @ w
        return float(weight @ (np.logaddexp(0.0, z) - y * z) + 0.5 * penalty @ (w - prior) ** 2)

    w = bounded(start.copy())
    now = loss(w)
    for _ in range(200):
        p = 1.0 / (1.0 + np.exp(-np.clip(x @ w, -40, 40)))
        slope = x.T @ (weight * (p - y)) + penalty * (w - prior)
        # A weight that rests on its bound and is drawn across it stays out of the step.
        free = ~((w == 0) & ((signs > 0) & (slope > 0) | (signs < 0) & (slope < 0)))
        if np.abs(slope[free]).max(initial=0.0) < 1e-6:
            break
        part = x[:, free]
        curve = (part * (weight * p * (1 - p))[:, None]).T @ part + np.diag(penalty[free])
        step = np.zeros_like(w)
        step[free] = np.linalg.solve(curve, slope[free])
        for halved in range(30):
            new = bounded(w - step * 0.5**halved)
            then = loss(new)
            if then < now:
                break
        else:
            break
        w, now = new, then
    return w


def predict(w: Floats, x: Floats) -> Floats:
    """Probabilities of "at least" each level, never rising."""
    z = np.hstack([x, np.ones((len(x), 1))]) @ w.T
    falling: Floats = np.minimum.accumulate(1.0 / (1.0 + np.exp(-np.clip(z, -40, 40))), axis=1)
    return falling


def cross_validate(
    examples: Sequence[Example], *, alike: bool, prior: Floats, folds: int = 10, copies: int = COPIES
) -> Floats:
    """Give each example the probabilities of a model that saw nothing of its group: (n, 3)."""
    fold = np.array([int(hashlib.sha256(e.group.encode()).hexdigest(), 16) % folds for e in examples])
    level, weight = np.array([e.level for e in examples]), weights_of(examples)
    tables = tables_of(examples, copies)
    shape = (len(LEVELS), len(NAMES) + 1)
    w = learn(tables, level, weight, alike=alike, prior=prior, start=np.zeros(shape))
    out = np.zeros((len(examples), len(LEVELS)))
    mask = np.ones(len(NAMES))
    if not alike:
        mask[LIKENESS] = 0.0
    for f in np.unique(fold):
        part = fold != f
        w = learn([t[part] for t in tables], level[part], weight[part], alike=alike, prior=prior, start=w)
        out[~part] = predict(w, tables[0][~part] * mask)
    out *= np.array([e.candidate for e in examples])[:, None]
    return out


def weights_of(examples: Sequence[Example]) -> Floats:
    """Say what each example counts at each threshold: (stories, thresholds)."""
    return np.array([[e.weight, e.weight, e.weight * e.rare] for e in examples])


def tables_of(examples: Sequence[Example], copies: int = COPIES) -> list[Floats]:
    """Number examples as they are, and thinned `copies` times."""
    lost = ([replace(e, found=thinned(e.found, f"{c} {i}")) for i, e in enumerate(examples)] for c in range(copies))
    return [table(examples), *(table(part) for part in lost)]


def as_model(w: Floats) -> dict[str, dict[str, float]]:
    """Write weights as matcher.json keeps them; what weighs nothing is left out."""
    return {
        level: {"": round(float(w[k, -1]), 4)}
        | {n: round(float(v), 4) for n, v in zip(NAMES, w[k, :-1], strict=True) if abs(v) >= 5e-4}
        for k, level in enumerate(LEVELS)
    }


def from_model(model: Model) -> Floats:
    """Read weights back from `as_model`."""
    return np.array([[model[level].get(n, 0.0) for n in (*NAMES, "")] for level in LEVELS])


def levels_of(p: Floats, thresholds: Sequence[float] = (0.5, 0.5, 0.5)) -> NDArray[np.int_]:
    """Give the level of each row of probabilities."""
    held: NDArray[np.int_] = np.logical_and.accumulate(p >= np.array(thresholds), axis=1).sum(axis=1)
    return held


def cascaded(names: Floats, alike: Floats, unsure: float) -> tuple[Floats, NDArray[np.bool_]]:
    """Decide as the matcher does: by names where they are sure, else by likeness; and say where likeness was asked."""
    asked = names[:, 1] > unsure
    return np.where(asked[:, None], alike, names), asked


def blank() -> MatchWeights:
    """Make weights that know nothing, to look at stories before a first fit."""
    models = {m: {k: {"": 0.0} for k in LEVELS} for m in ("names", "likeness")}
    return MatchWeights("none", models, dict.fromkeys(LEVELS, 0.5), ANCHORS)
