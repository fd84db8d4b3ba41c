"""What two stories have in common, as numbers: meaning, time, figures and names, for many pairs at once.

Names are no proof: two stories on one firm always share its name. They find candidates (store/candidates) and veto
(`apart`); what they may say for a join is only how many watched names *beyond the first* two stories share.
"""

import json
import math
import zlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.core.events import acts, pieces
from pipeline.core.match.features import passage
from pipeline.core.text import tags, url
from pipeline.model import Member

Floats = NDArray[np.float32]

# One column each. Where both stories have vectors their words say nothing more (docs/events.md), so that a pair is
# judged by meaning or by words, never by both.
MEANING = ("e5", "title", "cross", "acts")
WORDS = ("words", "words_same_language", "contained", "names_alike", "rare", "rare_apart")
FEATURES = (*MEANING, *WORDS, "names", "nameless", "figures", "figures_apart", "same_language", "gap")
SPACES = ("e5", "none")
HIDDEN = {"e5": WORDS, "none": MEANING}  # what a space does not look at
SIZE = 384
_BUCKETS = 2048  # hashed words and 4-grams: 60 of a headline with summary collide by 1.5 %, and cost does not grow
_DAY = 86400.0
_NAMES = 3.0  # shared names beyond the first that say all that names can say


@dataclass(frozen=True, slots=True)
class PairWeights:
    """The fitted model, as `data/clusterer.json` holds it (made by benchmarks/fit_cluster)."""

    version: str
    pairs: Mapping[str, Mapping[str, float]]  # space -> feature -> weight, and "bias"
    shift: float  # subtracted from every pair's log-odds: the price of a join
    means: Mapping[str, Floats]  # language -> mean E5 vector; "" for all others
    axes: Floats  # unit rows, orthogonal: what all text of our field has in common, and which firm it is about
    kinds: acts.Acts  # of act
    copy_words: float  # cosine of 4-grams above which two texts of one language are one text
    copy_e5: float  # cosine of meaning above which two texts of two languages are translations


@dataclass(frozen=True, slots=True)
class Pool:
    """Stories laid out for comparison; row i of every matrix is `members[i]`."""

    members: tuple[Member, ...]
    e5: Floats  # title and summary, centred: unit rows, or zeros where there is no vector
    title: Floats  # the title alone, likewise
    e5_acts: Floats  # what was done by title and summary: rows as `acts.told` gives them
    title_acts: Floats  # by the title alone
    has_e5: NDArray[np.bool_]
    grams: Floats  # unit rows, or zeros where there is nothing
    heads: Floats  # 4-grams of the title, each row adding up to 1
    names: Floats  # 1 per watched name
    alike: Floats  # the same weighted by mentions: unit rows, or zeros
    rare: Floats  # 1 per other name that another story has, too
    has_rare: NDArray[np.bool_]
    figures: Floats  # 1 per number that another story has, too
    odd: Floats  # the same, once per digit beyond the first: what two rows share is how little a shared number is round
    has_amounts: NDArray[np.bool_]  # a number that can be no day of a month
    languages: NDArray[np.int32]
    since: NDArray[np.float64]  # days; a story whose date is known to the month only spans it
    until: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.members)


def read(content: Mapping[str, Any]) -> PairWeights:
    """Make the weights out of the parsed JSON of `data/clusterer.json`."""
    return PairWeights(
        version=content["version"],
        pairs=content["pairs"],
        shift=float(content["shift"]),
        means={k: np.asarray(v, np.float32) for k, v in content["e5_means"].items()},
        axes=np.asarray(content["e5_axes"], np.float32).reshape(-1, SIZE),
        kinds=acts.read(content.get("acts")),
        copy_words=float(content["copies"]["words"]),
        copy_e5=float(content["copies"]["e5"]),
    )


@lru_cache(maxsize=1)
def default_weights() -> PairWeights:
    """Give the weights that ship with newswatch."""
    return read(json.loads(files("pipeline.data").joinpath("clusterer.json").read_text("utf-8")))


def order(member: Member) -> tuple[datetime, str]:
    """Give the canonical place of a story: by its time, then by its identity; never by its arrival."""
    return (member.story.at or datetime(1970, 1, 1, tzinfo=UTC), url.key(member.story.canonical_url))


@lru_cache(maxsize=16384)  # 10 MB: a batch looks at its neighbourhood several times, and at the last batch's again
def _gram_buckets(text: str) -> NDArray[np.uint16]:
    return np.array(
        sorted({zlib.crc32(p.encode("utf-8", "replace")) % _BUCKETS for p in pieces.grams(text)}), np.uint16
    )


@lru_cache(maxsize=16384)
def _figures(text: str) -> tuple[frozenset[str], bool]:
    return frozenset(pieces.figures(text)), bool(pieces.amounts(text))


def _columns(sets: Sequence[Collection[str]]) -> Floats:
    """Give a row of ones and zeros per set; a piece that only one set has cannot be shared and has no column."""
    counts = Counter(piece for one in sets for piece in one)
    column = {piece: i for i, piece in enumerate(sorted(p for p, n in counts.items() if n > 1))}
    out = np.zeros((len(sets), max(1, len(column))), np.float32)
    for row, pieces_of in enumerate(sets):
        for piece in pieces_of:
            if piece in column:
                out[row, column[piece]] = 1.0
    return out


def _unit(matrix: Floats) -> Floats:
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    result: Floats = np.divide(matrix, lengths, out=np.zeros_like(matrix), where=lengths > 1e-9)
    return result


def centre(vectors: Floats, languages: Sequence[str], weights: PairWeights) -> Floats:
    """Take out of unit vectors (rows) what is not the happening: the language, the field, and the firm."""
    means = weights.means
    kept: Floats = vectors - np.stack([means.get(x, means.get(tags.base(x), means[""])) for x in languages])
    return _unit(np.asarray(kept - (kept @ weights.axes.T) @ weights.axes, np.float32))


def _meaning(members: Sequence[Member], weights: PairWeights) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    e5, title = np.zeros((len(members), SIZE), np.float32), np.zeros((len(members), SIZE), np.float32)
    rows = [i for i, m in enumerate(members) if len(m.vectors.get("e5", ())) == SIZE]
    if rows:
        languages = [members[i].story.language for i in rows]
        e5[rows] = centre(np.stack([members[i].vectors["e5"] for i in rows]), languages, weights)
        # a story of an earlier version has no vector of its title: then title and summary stand for it
        heads = [members[i].vectors.get("title", members[i].vectors["e5"]) for i in rows]
        title[rows] = centre(np.stack(heads), languages, weights)
    has = np.zeros(len(members), np.bool_)
    has[rows] = True
    return e5, title, has


def pool(
    members: Sequence[Member], weights: PairWeights, spans: Mapping[int, tuple[datetime, datetime]] | None = None
) -> Pool:
    """Lay stories out for comparison; `spans` gives story ids whose time is only known to lie between two."""
    texts = [passage(m.story.title, m.story.summary) for m in members]  # the words that the encoder sees
    e5, title, has_e5 = _meaning(members, weights)
    keys = sorted({key for m in members for key in m.entities})
    column = {key: i for i, key in enumerate(keys)}
    names = np.zeros((len(members), max(1, len(keys))), np.float32)
    for i, member in enumerate(members):
        for key, count in member.entities.items():
            names[i, column[key]] = 1.0 + math.log(max(1, count))
    words, heads = (np.zeros((len(members), _BUCKETS), np.float32) for _ in range(2))
    for i, member in enumerate(members):
        words[i, _gram_buckets(texts[i])] = 1.0
        heads[i, _gram_buckets(" ".join(member.story.title.split()) or texts[i])] = 1.0
    numbers, amounts = zip(*map(_figures, texts), strict=True) if texts else ((), ())
    # names that nobody watches are asked for where there are no vectors only
    others = [() if has_e5.all() else pieces.rare(t, m.written) for t, m in zip(texts, members, strict=True)]
    languages = [tags.base(m.story.language) for m in members]
    known = {language: i for i, language in enumerate(sorted(set(languages)))}
    times = [(spans or {}).get(m.story.id, (order(m)[0], order(m)[0])) for m in members]
    return Pool(
        members=tuple(members),
        e5=e5,
        title=title,
        e5_acts=acts.told(e5, weights.kinds),
        title_acts=acts.told(title, weights.kinds),
        has_e5=has_e5,
        grams=_unit(words),
        heads=heads / np.maximum(heads.sum(axis=1, keepdims=True), 1.0),
        names=(names > 0).astype(np.float32),
        alike=_unit(names),
        rare=_columns(others),
        has_rare=np.array([bool(x) for x in others], np.bool_),
        figures=_columns(numbers),
        odd=_columns([{f"{n}#{i}" for n in digits for i in range(len(n) - 1)} for digits in numbers]),
        has_amounts=np.array(amounts, np.bool_),
        languages=np.array([known[x] for x in languages], np.int32),
        since=np.array([t.timestamp() / _DAY for t, _ in times]),
        until=np.array([t.timestamp() / _DAY for _, t in times]),
    )


def compare(
    pool: Pool, rows: NDArray[np.intp], cols: NDArray[np.intp]
) -> tuple[dict[str, Floats], NDArray[np.int8], NDArray[np.bool_]]:
    """Give each of FEATURES as a matrix (rows x cols), per pair which of SPACES judges it, and which are vetoed.

    Vetoed is a pair that names watched entities on both sides and none in common: other protagonists.
    """
    has_e5 = np.logical_and.outer(pool.has_e5[rows], pool.has_e5[cols])
    same_language = pool.languages[rows][:, None] == pool.languages[cols][None, :]
    shared = pool.names[rows] @ pool.names[cols].T
    named = np.asarray(pool.names.any(axis=1))
    figures = pool.figures[rows] @ pool.figures[cols].T
    gap = np.maximum(
        pool.since[rows][:, None] - pool.until[cols][None, :], pool.since[cols][None, :] - pool.until[rows][:, None]
    )
    values: dict[str, NDArray[Any]] = {
        "e5": pool.e5[rows] @ pool.e5[cols].T,
        "title": pool.title[rows] @ pool.title[cols].T,
        "cross": _crossed(pool.title, pool.e5, rows, cols),
        # the likest of title and title, title and text: a summary often tells more than one act
        "acts": np.maximum(
            pool.title_acts[rows] @ pool.title_acts[cols].T, _crossed(pool.title_acts, pool.e5_acts, rows, cols)
        ),
        "names": np.clip(shared - 1.0, 0.0, _NAMES) / _NAMES,
        "nameless": ~np.logical_and.outer(named[rows], named[cols]),  # then nothing says that it is of our field
        "figures": np.minimum(pool.odd[rows] @ pool.odd[cols].T, 2.0) / 2.0,
        "figures_apart": np.logical_and.outer(pool.has_amounts[rows], pool.has_amounts[cols]) & (figures == 0),
        "same_language": same_language,
        "gap": np.log1p(np.maximum(gap, 0.0)),
    }
    if not has_e5.all():
        values |= _words(pool, rows, cols, same_language)
    space = np.where(has_e5, 0, 1).astype(np.int8)
    apart = np.logical_and.outer(named[rows], named[cols]) & (shared == 0)
    return {name: np.asarray(matrix, np.float32) for name, matrix in values.items()}, space, apart


def _crossed(titles: Floats, texts: Floats, rows: NDArray[np.intp], cols: NDArray[np.intp]) -> Floats:
    """Give how alike the title of one and the text of the other are, whichever way round is more."""
    found: Floats = np.maximum(titles[rows] @ texts[cols].T, texts[rows] @ titles[cols].T)
    return found


def _words(
    pool: Pool, rows: NDArray[np.intp], cols: NDArray[np.intp], same_language: NDArray[np.bool_]
) -> dict[str, NDArray[Any]]:
    """Give what stories without vectors are judged by."""
    words = pool.grams[rows] @ pool.grams[cols].T
    held = np.maximum(
        pool.heads[rows] @ (pool.grams[cols] > 0).T.astype(np.float32),
        (pool.grams[rows] > 0).astype(np.float32) @ pool.heads[cols].T,
    )
    rare = pool.rare[rows] @ pool.rare[cols].T
    return {
        "words": words,
        "words_same_language": words * same_language,
        "contained": held * same_language,  # how much of a title stands in the other's text
        "names_alike": pool.alike[rows] @ pool.alike[cols].T,
        "rare": np.minimum(rare, 3.0) / 3.0,
        "rare_apart": np.logical_and.outer(pool.has_rare[rows], pool.has_rare[cols]) & (rare == 0),
    }


def features(pool: Pool, rows: NDArray[np.intp], cols: NDArray[np.intp]) -> tuple[Floats, NDArray[np.int8]]:
    """Give the same as one array (rows x cols x FEATURES); a feature that no pair is judged by is 0."""
    values, space, _ = compare(pool, rows, cols)
    nothing = np.zeros(space.shape, np.float32)
    return np.stack([values.get(name, nothing) for name in FEATURES], axis=-1), space


def explain(pool: Pool, a: int, b: int, weights: PairWeights) -> dict[str, Any]:
    """Say what a pair's log-odds is made of: features, their contributions, and the space it was judged in."""
    stack, space = features(pool, np.array([a]), np.array([b]))
    chosen = SPACES[int(space[0, 0])]
    table = weights.pairs[chosen]
    values = {f: round(float(stack[0, 0, i]), 3) for i, f in enumerate(FEATURES) if f in table}
    parts = {f: round(values[f] * table[f], 3) for f in values if values[f]}
    bias = round(table["bias"] - weights.shift, 3)
    return {"space": chosen, "features": values, "contributions": parts, "bias": bias}
