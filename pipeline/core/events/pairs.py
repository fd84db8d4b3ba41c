"""What two stories have in common, as numbers: meaning, names, words, amounts and time, for many pairs at once."""

import json
import math
import re
import unicodedata
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.core.match.features import passage
from pipeline.core.text import url
from pipeline.model import Member

Floats = NDArray[np.float32]

# One column each; `use` and `e5` exist only where both stories have such a vector, hence one set of weights per case.
FEATURES = (
    "use",
    "e5",
    "words",
    "words_same_language",
    "names",
    "names_apart",
    "names_unknown",
    "amounts",
    "numbers",
    "gap",
)
SPACES = ("use+e5", "e5", "use", "none")
_BUCKETS = 2048  # hashed words and 4-grams: 60 of a headline with summary collide by 1.5 %, and cost does not grow
_DAY = 86400.0
_AMOUNTS = frozenset({"money", "energy", "power"})


@dataclass(frozen=True, slots=True)
class Weights:
    """The fitted model, as `data/clusterer.json` holds it (made by benchmarks/fit_cluster)."""

    version: str
    pairs: Mapping[str, Mapping[str, float]]  # space -> feature -> weight, and "bias"
    shift: float  # subtracted from every pair's log-odds: the price of a join
    means: Mapping[str, Floats]  # language -> mean E5 vector; "" for all others
    copy_words: float  # cosine of 4-grams above which two texts of one language are one text
    copy_e5: float  # centred cosine above which two texts of two languages are translations
    copy_use: float


@dataclass(frozen=True, slots=True)
class Pool:
    """Stories laid out for comparison; row i of every matrix is `members[i]`."""

    members: tuple[Member, ...]
    use: Floats
    has_use: NDArray[np.bool_]
    e5: Floats
    has_e5: NDArray[np.bool_]
    grams: Floats  # unit rows, or zeros where there is nothing
    gram_counts: Floats
    names: Floats  # unit rows, or zeros
    numbers: Floats  # unit rows, or zeros
    amounts: Floats
    units: Floats
    languages: NDArray[np.int32]
    since: NDArray[np.float64]  # days; a story whose date is known to the month only spans it
    until: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.members)


def read(content: Mapping[str, Any]) -> Weights:
    """Make the weights out of the parsed JSON of `data/clusterer.json`."""
    copies = content["copies"]
    return Weights(
        version=content["version"],
        pairs=content["pairs"],
        shift=float(content["shift"]),
        means={k: np.asarray(v, np.float32) for k, v in content["e5_means"].items()},
        copy_words=float(copies["words"]),
        copy_e5=float(copies["e5"]),
        copy_use=float(copies["use"]),
    )


@lru_cache(maxsize=1)
def default_weights() -> Weights:
    """Give the weights that ship with newswatch."""
    return read(json.loads(files("pipeline.data").joinpath("clusterer.json").read_text("utf-8")))


def order(member: Member) -> tuple[datetime, str]:
    """Give the canonical place of a story: by its time, then by its identity; never by its arrival."""
    return (member.story.at or datetime(1970, 1, 1, tzinfo=UTC), url.key(member.story.canonical_url))


_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+(?:[.,\u00a0\u202f ]\d+)*")


def fold(text: str) -> str:
    """Fold case, width and accents away, so that one name written twice compares equal."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


def grams(text: str) -> set[str]:
    """Cut folded text into 4-letter pieces of words, 2-letter ones where a script writes no spaces."""
    found: set[str] = set()
    for word in _WORD.findall(fold(text)):
        highest = ord(max(word))
        if 0x0E00 <= highest < 0x0F00 or highest >= 0x2E80:  # Thai; Han, kana, Hangul
            found.update(word[i : i + 2] for i in range(max(1, len(word) - 1)))
        else:
            padded = f" {word} "
            found.update(padded[i : i + 4] for i in range(max(1, len(padded) - 3)))
    return found


def numbers(text: str) -> set[str]:
    """Give the numbers written in a text as bare digits: `1.580` and `1,580` are one, `2,0` is `2`."""
    found = set()
    for written in _NUMBER.findall(unicodedata.normalize("NFKC", text)):
        parts = re.split(r"\D", written)
        if len(parts) > 1 and len(parts[-1]) != 3:  # a decimal part
            digits = "".join(parts[:-1]) + ("." + parts[-1].rstrip("0") if parts[-1].strip("0") else "")
        else:
            digits = "".join(parts)
        value = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in digits).lstrip("0")
        if value:
            found.add(value)
    return found


@lru_cache(maxsize=16384)  # 10 MB: a batch looks at its neighbourhood several times, and at the last batch's again
def _gram_buckets(text: str) -> NDArray[np.uint16]:
    return np.array(sorted({_bucket(piece, _BUCKETS) for piece in grams(text)}), np.uint16)


def _bucket(piece: str, buckets: int) -> int:
    return zlib.crc32(piece.encode("utf-8", "replace")) % buckets


def _hashed(sets: Sequence[Collection[str]], buckets: int) -> Floats:
    out = np.zeros((len(sets), buckets), np.float32)
    for row, pieces in enumerate(sets):
        for piece in pieces:
            out[row, _bucket(piece, buckets)] = 1.0
    return out


def _vectors(members: Sequence[Member], name: str, size: int) -> tuple[Floats, NDArray[np.bool_]]:
    out = np.zeros((len(members), size), np.float32)
    has = np.zeros(len(members), np.bool_)
    for i, member in enumerate(members):
        vector = member.vectors.get(name)
        if vector is not None and len(vector) == size:
            out[i], has[i] = vector, True
    return out, has


def _unit(matrix: Floats) -> Floats:
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    result: Floats = np.divide(matrix, lengths, out=np.zeros_like(matrix), where=lengths > 1e-9)
    return result


def pool(
    members: Sequence[Member], weights: Weights, spans: Mapping[int, tuple[datetime, datetime]] | None = None
) -> Pool:
    """Lay stories out for comparison; `spans` gives story ids whose time is only known to lie between two."""
    texts = [passage(m.story.title, m.story.summary) for m in members]  # the words that the encoders see
    use, has_use = _vectors(members, "use", 512)
    e5, has_e5 = _vectors(members, "e5", 384)
    languages = [m.story.language for m in members]
    for i, language in enumerate(languages):
        if has_e5[i]:
            e5[i] -= weights.means.get(language, weights.means.get(language.split("-")[0], weights.means[""]))
    keys = sorted({key for m in members for key in m.entities})
    column = {key: i for i, key in enumerate(keys)}
    names = np.zeros((len(members), max(1, len(keys))), np.float32)
    for i, member in enumerate(members):
        for key, count in member.entities.items():
            names[i, column[key]] = 1.0 + math.log(max(1, count))
    words = np.zeros((len(members), _BUCKETS), np.float32)
    for i, words_of in enumerate(texts):
        words[i, _gram_buckets(words_of)] = 1.0
    times = []
    for member in members:
        at = order(member)[0]
        times.append((spans or {}).get(member.story.id, (at, at)))
    amounts = [_amount_pieces(m) for m in members]
    known = {language: i for i, language in enumerate(sorted({x.split("-")[0] for x in languages}))}
    return Pool(
        members=tuple(members),
        use=_unit(use),
        has_use=has_use,
        e5=_unit(e5),
        has_e5=has_e5,
        grams=_unit(words),
        gram_counts=words.sum(axis=1),
        names=_unit(names),
        numbers=_unit(_hashed([numbers(t) for t in texts], 512)),
        amounts=_hashed([pieces for pieces, _ in amounts], 512),
        units=_hashed([units for _, units in amounts], 64),
        languages=np.array([known[x.split("-")[0]] for x in languages], np.int32),
        since=np.array([t.timestamp() / _DAY for t, _ in times]),
        until=np.array([t.timestamp() / _DAY for _, t in times]),
    )


def _amount_pieces(member: Member) -> tuple[set[str], set[str]]:
    """Give a story's amounts as pieces that equal amounts share, and the units that make two amounts comparable.

    Values fall into cells of 6 % on two grids half a cell apart, so that two within 3 % always share a piece: "30 bn"
    and "$29.9 bn" are one amount, "US$500 bn" and "Rp 8,159 trillion" are not comparable.
    """
    pieces: set[str] = set()
    units: set[str] = set()
    # An article's text names many amounts in passing: what title and summary say is what the story is about.
    opening = [f for f in member.facts if f.part != "text"] or member.facts
    for fact in opening:
        if fact.kind in _AMOUNTS and fact.value > 0:
            units.add(fact.kind + fact.unit)
            for value in {fact.value, fact.upper or fact.value}:
                cell = math.log(value) / 0.06
                pieces.update({f"{fact.kind}{fact.unit}a{round(cell)}", f"{fact.kind}{fact.unit}b{math.floor(cell)}"})
    return pieces, units


def compare(pool: Pool, rows: NDArray[np.intp], cols: NDArray[np.intp]) -> tuple[dict[str, Floats], NDArray[np.int8]]:
    """Give each of FEATURES as a matrix (rows x cols), and per pair which of SPACES it is judged in."""
    has_use = np.logical_and.outer(pool.has_use[rows], pool.has_use[cols])
    has_e5 = np.logical_and.outer(pool.has_e5[rows], pool.has_e5[cols])
    shared = pool.grams[rows] @ pool.grams[cols].T
    same_language = pool.languages[rows][:, None] == pool.languages[cols][None, :]
    names = pool.names[rows] @ pool.names[cols].T
    some = np.asarray(pool.names.any(axis=1))
    known = np.logical_and.outer(some[rows], some[cols])
    same = pool.amounts[rows] @ pool.amounts[cols].T > 0
    comparable = pool.units[rows] @ pool.units[cols].T > 0
    figures = pool.numbers[rows] @ pool.numbers[cols].T
    numbered = np.asarray(pool.numbers.any(axis=1))
    unlike = np.logical_and.outer(numbered[rows], numbered[cols]) & (figures == 0)
    gap = np.maximum(
        pool.since[rows][:, None] - pool.until[cols][None, :], pool.since[cols][None, :] - pool.until[rows][:, None]
    )
    values = {
        "use": (pool.use[rows] @ pool.use[cols].T) * has_use,
        "e5": (pool.e5[rows] @ pool.e5[cols].T) * has_e5,
        "words": shared,
        "words_same_language": shared * same_language,
        "names": names,
        "names_apart": known & (names == 0),
        "names_unknown": ~known,
        "amounts": same * 1.0 - (comparable & ~same),
        "numbers": figures - unlike,
        "gap": np.log1p(np.maximum(gap, 0.0)),
    }
    space = np.where(has_e5, np.where(has_use, 0, 1), np.where(has_use, 2, 3)).astype(np.int8)
    return {name: np.asarray(matrix, np.float32) for name, matrix in values.items()}, space


def features(pool: Pool, rows: NDArray[np.intp], cols: NDArray[np.intp]) -> tuple[Floats, NDArray[np.int8]]:
    """Give the same as one array (rows x cols x FEATURES)."""
    values, space = compare(pool, rows, cols)
    return np.stack([values[name] for name in FEATURES], axis=-1), space


def explain(pool: Pool, a: int, b: int, weights: Weights) -> dict[str, Any]:
    """Say what a pair's log-odds is made of: features, their contributions, and the space it was judged in."""
    stack, space = features(pool, np.array([a]), np.array([b]))
    chosen = SPACES[int(space[0, 0])]
    table = weights.pairs[chosen]
    values = {f: round(float(stack[0, 0, i]), 3) for i, f in enumerate(FEATURES) if f in table}
    parts = {f: round(values[f] * table[f], 3) for f in values if values[f]}
    bias = round(table["bias"] - weights.shift, 3)
    return {"space": chosen, "features": values, "contributions": parts, "bias": bias}
