"""Which events follow one another: talks, deal, closing, ruling are four happenings of one thread, never folded.

A link is a function of two events alone: of the story that leads each, of the names that both leads share, and of the
days between them. So the links that stand in the end do not depend on the order in which stories came.
"""

import json
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np

from pipeline.core.events import copies
from pipeline.core.events.pairs import Floats
from pipeline.core.match.features import passage
from pipeline.core.text import tags
from pipeline.core.text.fold import fold

FOLLOWS = "follows"
FEATURES = ("meaning", "words", "words_same_language", "names", "gap")
SPACES = ("e5", "none")
# A name as it travels between scripts: "Halden", "GPT-6", "Grok-3".
_LATIN = re.compile(r"[A-Za-z0-9\u00c0-\u024f]+(?:[-.][A-Za-z0-9]+)*")
_ROUND = re.compile(
    r"(?<![\d.,])\d{1,2}0*(?![\d.,]*\d)\s?(?:[^\W\d_]{1,12}(?!\w))?"
)  # with the word behind it: "20 billion"
_SIZE = 384
_FAR = 0.3  # cosine of meaning below which no link is looked for; at .35 three true follow-ups of 24 were out of reach
_LETTERS = 4  # of a name; shorter ones are too often something else
_NAMES = 3.0  # shared names that say all that names can say


@dataclass(frozen=True, slots=True)
class ThreadEvent:
    """An event as linking sees it: the story that gives its title, and when it was told."""

    event_id: int
    first_at: datetime
    last_at: datetime
    identity: str  # of the lead story: what orders two events of one moment
    title: str
    summary: str
    language: str
    entities: frozenset[str]  # that the lead names
    written: tuple[str, ...] = ()  # the forms in which it names them
    vector: Any = None  # E5 of title and summary, where there is one


@dataclass(frozen=True, slots=True)
class Link:
    """Event `event_id` follows event `follows_id`."""

    event_id: int
    follows_id: int
    strength: float  # 0..1
    evidence: Mapping[str, Any] = field(default_factory=dict)
    kind: str = FOLLOWS


@dataclass(frozen=True, slots=True)
class Linker:
    """The fitted model, as `data/threads.json` holds it (made by benchmarks/fit_threads)."""

    version: str
    weights: Mapping[str, Mapping[str, float]]  # space -> feature -> weight, and "bias"
    least: float  # strength from which a link is kept
    window: float  # days that a thread may sleep
    means: Mapping[str, Floats]  # language -> mean E5 vector of general text; "" for all others
    unlike: float  # cosine to all that was told below which a story tells something else
    less_like: float  # the same where its day or its figures are others, too
    unlike_across: float  # as `unlike`, where all that was told is in other languages
    less_like_across: float  # as `less_like`, where that is so and day *and* figures are others


@lru_cache(maxsize=1)
def default_linker() -> Linker:
    """Give the linker that ships with newswatch."""
    said = json.loads(files("pipeline.data").joinpath("threads.json").read_text("utf-8"))
    return Linker(
        said["version"],
        said["weights"],
        float(said["least"]),
        float(said["window_days"]),
        {language: np.asarray(mean, np.float32) for language, mean in said["means"].items()},
        float(said["unlike"]),
        float(said["less_like"]),
        float(said["unlike_across"]),
        float(said["less_like_across"]),
    )


def links(changed: Iterable[int], leads: Sequence[ThreadEvent], linker: Linker) -> list[Link]:
    """Give the links between some changed events and all of `leads` (the changed ones among them)."""
    ordered = sorted(leads, key=_place)
    wanted = set(changed)
    rows = [i for i, lead in enumerate(ordered) if lead.event_id in wanted]
    if not rows or len(ordered) < 2:
        return []
    values, space, possible = compare(ordered, rows, linker.window, linker.means)
    table = {s: np.array([linker.weights[s].get(f, 0.0) for f in FEATURES]) for s in SPACES}
    found: dict[tuple[int, int], Link] = {}
    for at, j in np.argwhere(possible):
        i = rows[int(at)]
        one, other = sorted((i, int(j)))
        if (one, other) in found:
            continue
        chosen = SPACES[int(space[at, j])]
        parts = dict(zip(FEATURES, (table[chosen] * values[at, j]).tolist(), strict=True))
        odds = sum(parts.values()) + linker.weights[chosen]["bias"]
        strength = 1.0 / (1.0 + math.exp(-odds))
        if strength >= linker.least:
            evidence = {
                "space": chosen,
                "features": {f: round(float(v), 3) for f, v in zip(FEATURES, values[at, j], strict=True)},
                "contributions": {f: round(v, 3) for f, v in parts.items() if v},
                "bias": linker.weights[chosen]["bias"],
            }
            earlier, later = ordered[one], ordered[other]
            found[one, other] = Link(later.event_id, earlier.event_id, round(strength, 4), evidence)
    return sorted(found.values(), key=lambda x: (x.event_id, x.follows_id))


def corrected(found: Iterable[Link], leads: Sequence[ThreadEvent], said: Iterable[tuple[str, int, int]]) -> list[Link]:
    """Give the links as analysts corrected them: `said` is (linked or unlinked, event, other event).

    Of two linked events the later follows the earlier, whichever way round they were named. Where both were said of
    the stories of two events, they are linked.
    """
    at = {lead.event_id: lead for lead in leads}
    kept = {(x.event_id, x.follows_id): x for x in found}
    for kind, a, b in sorted(said, reverse=True):  # unlinked before linked
        if a not in at or b not in at:
            continue
        earlier, later = sorted((at[a], at[b]), key=_place)
        key = later.event_id, earlier.event_id
        kept.pop(key, None)
        if kind == "linked":
            kept[key] = Link(*key, 1.0, {"corrected": True})
    return [kept[key] for key in sorted(kept)]


def _place(lead: ThreadEvent) -> tuple[datetime, str]:
    return lead.first_at, lead.identity


def compare(
    leads: Sequence[ThreadEvent], rows: Sequence[int], window: float, means: Mapping[str, Floats]
) -> tuple[Any, Any, Any]:
    """Give FEATURES (rows x leads x FEATURES), the space that judges each pair, and which pairs may be links.

    `leads` in the order of their first stories. Pairs without a common name, or too far apart, are none.
    """
    at = list(rows)
    texts = [passage(x.title, x.summary) for x in leads]
    meaning, has = centred([x.vector for x in leads], [x.language for x in leads], means)
    base = np.array([tags.base(x.language) for x in leads])
    keys = sorted({k for x in leads for k in x.entities})
    named = np.array([[k in x.entities for k in keys] for x in leads], np.float32).reshape(len(leads), len(keys))
    begun = np.array([x.first_at.timestamp() for x in leads]) / 86400
    ended = np.array([x.last_at.timestamp() for x in leads]) / 86400
    gap = np.maximum(np.maximum(begun[at][:, None] - ended[None, :], begun[None, :] - ended[at][:, None]), 0.0)
    index = np.arange(len(leads))
    possible = (named[at] @ named.T > 0) & (gap <= window) & (np.array(at)[:, None] != index[None, :])
    values = np.zeros((len(at), len(leads), len(FEATURES)), np.float32)
    values[..., 0] = meaning[at] @ meaning.T
    both = np.logical_and.outer(has[at], has)
    possible &= ~both | (values[..., 0] >= _FAR)  # the words of most need not be looked at
    near = sorted({*at, *np.flatnonzero(possible.any(axis=0)).tolist()})
    laid = copies.laid_out([_unnamed(texts[j], leads[j].written) for j in near])
    lengths = np.sqrt(np.maximum(laid.sum(axis=1), 1e-9))
    mine = [near.index(i) for i in at]
    values[..., 1][:, near] = copies.shared(laid[mine], laid) / np.outer(lengths[mine], lengths)
    values[..., 2] = values[..., 1] * (base[at][:, None] == base[None, :])
    rare = {j: rare_names(texts[j], leads[j].written) for j in near}
    for i, j in np.argwhere(possible):
        values[i, j, 3] = min(len(rare[at[i]] & rare[j]), _NAMES) / _NAMES
    values[..., 4] = np.log1p(gap)
    return values, np.where(both, 0, 1), possible


def within_reach(
    leads: Sequence[ThreadEvent], vectors: Sequence[Any], languages: Sequence[str], means: Mapping[str, Floats]
) -> list[bool]:
    """Say which other events, given by the vector and language of their leads, may be linked with one of `leads`.

    It is what `compare` asks of meaning; with it, the words of most events need not be loaded.
    """
    mine, known = centred([x.vector for x in leads], [x.language for x in leads], means)
    theirs, has = centred(vectors, languages, means)
    if not known.all():
        return [True] * len(vectors)
    near = (theirs @ mine.T).max(axis=1, initial=-1.0) >= _FAR - 1e-4
    return [bool(x) for x in near | ~has]


def centred(vectors: Sequence[Any], languages: Sequence[str], means: Mapping[str, Floats]) -> tuple[Floats, Any]:
    """Lay vectors out as unit rows without what their language adds; zeros, and False, where there is none."""
    out = np.zeros((len(vectors), _SIZE), np.float32)
    has = np.zeros(len(vectors), np.bool_)
    rows = [i for i, given in enumerate(vectors) if given is not None and len(given) == _SIZE]
    if rows:
        of = [means.get(x, means.get(tags.base(x), means[""])) for x in (languages[i] for i in rows)]
        kept = np.stack([vectors[i] for i in rows]).astype(np.float32) - np.stack(of)
        lengths = np.linalg.norm(kept, axis=1, keepdims=True)
        out[rows] = np.divide(kept, lengths, out=np.zeros_like(kept), where=lengths > 0)
        has[rows] = lengths[:, 0] > 0
    return out, has


@lru_cache(maxsize=8192)
def _unnamed(text: str, written: tuple[str, ...]) -> str:
    """Take watched names and round figures out of a text: all events of a firm share them, or may."""
    for form in sorted(written, key=len, reverse=True):
        text = text.replace(form, " ")
    return _ROUND.sub(" ", text)


@lru_cache(maxsize=8192)
def rare_names(text: str, watched: tuple[str, ...] = ()) -> frozenset[str]:
    """Give the words in Latin letters that may be names which nobody watches: with a capital, or in another script."""
    plain = unicodedata.normalize("NFKC", text)
    letters = [c for c in plain if c.isalpha()]
    foreign = sum(c < "\u0250" for c in letters) * 2 < len(letters)
    known = {part for form in watched for part in _LATIN.findall(fold(form))}
    found = {
        fold(word)
        for word in _LATIN.findall(plain)
        if len(word) >= _LETTERS and any(c.isalpha() for c in word) and (foreign or any(c.isupper() for c in word))
    }
    return frozenset(found - known)
