"""Which stories repeat another one: reprinted, cut or lightly rewritten in one language, or translated into another.

A text is weighed by the information in it, not by its letters: eight Han characters say as much as a Latin headline. A
headline is compared with headlines and a summary with summaries, since a caption or a slogan below two different
headlines makes no copy of either.
"""

import re
import unicodedata
import zlib
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pipeline.core.events.pairs import Floats, PairWeights, Pool
from pipeline.core.text import scripts, shipped
from pipeline.core.text.fold import fold, is_word

# Bits that one more character of running text adds, by script: entropies of newspaper text, rounded; they only have to
# be right to a third. Latin, Cyrillic, Arabic and the like: 2.
_BITS = {"Thai": 2.5, "Laoo": 2.5, "Kana": 4.5, "Hang": 6.0, "Hani": 9.0}
_DENSE = 4.0  # from so many bits a character on, two characters are as particular as four Latin letters
LEAST = 32.0  # bits, some 16 Latin letters: two shorter headlines can be equal by chance
WHOLE = 88.0  # bits, some 44 Latin letters: nobody words so long a headline the same on his own

_SAME = 0.9  # of the shorter text's information that a reprint or a cut keeps
_CUT = 0.4  # of the longer headline's that a cut one keeps at least
_LIKE = 0.6  # as much of a rewritten one
_BODY = 0.85  # of the shorter summary's, where the headline was rewritten
_HEADED = 0.3  # of a headline's that a summary of its own has, the names that all share included
_CREDITED = 0.7  # centred cosine of translations that credit one agency and name the same numbers
_BUCKETS = 2048
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_CREDIT_WITHIN = 48  # characters from either end of a text
_MARKS = frozenset("()[]/=|:-–—―【】（）［］〔〕")


def find(pool: Pool, rows: Sequence[int], weights: PairWeights) -> Mapping[int, int]:
    """Give, for the rows of one event in canonical order, the row that each copy repeats: always an original.

    The earliest of the texts that are alike counts as the original, whichever arrived first.
    """
    at = list(rows)
    if len(at) < 2:
        return {}
    alike = reprinted(pool, at, weights) | _translated(pool, at, weights)
    copies: dict[int, int] = {}
    for i in range(1, len(at)):
        for j in np.flatnonzero(alike[i, :i]):
            if at[j] not in copies:
                copies[at[i]] = at[int(j)]
                break
    return copies


def reprinted(pool: Pool, rows: Sequence[int], weights: PairWeights) -> NDArray[np.bool_]:
    """Say which of some stories have the words of one another, in whatever language."""
    told = [pool.members[row].story for row in rows]
    heads = [s.title.strip() or s.summary.strip().split("\n")[0] for s in told]
    bodies = ["" if not s.title.strip() or _repeats(s.title, s.summary) else s.summary for s in told]
    head, body = laid_out(heads), laid_out(bodies)
    outlets = {s.outlet: i for i, s in enumerate(told)}
    told_by = np.array([outlets[s.outlet] for s in told])
    known = np.array([bool(s.outlet) for s in told])
    one_outlet = (told_by[:, None] == told_by[None, :]) & np.logical_and.outer(known, known)

    says, adds = head.sum(axis=1), body.sum(axis=1)
    bare = adds < LEAST
    either_bare = np.logical_or.outer(bare, bare)
    shorter, longer = np.minimum.outer(says, says), np.maximum.outer(says, says)
    common = shared(head, head)
    covered, kept = _part(common, shorter), _part(common, longer)
    below = _part(shared(body, body), np.minimum.outer(adds, adds))
    enough = shorter >= LEAST

    cut = enough & (covered >= _SAME) & (kept >= _CUT)
    same_head = cut & (either_bare | (below >= 0.5) | ((kept >= _SAME) & (longer >= WHOLE)))
    # nobody says whose a bare headline is, or it is one outlet's own second wording: less will do
    vague = either_bare & ~np.logical_and.outer(known, known) | one_outlet
    rewritten = enough & vague & (kept >= _LIKE)
    # a headline that is nothing but the first words of the article below another one
    opening = _part(shared(head, body), says[:, None]) >= _SAME
    first_words = enough & either_bare & ((opening & bare[:, None]) | (opening & bare[:, None]).T)
    # one article below two headlines: the summary must be theirs, and no caption that stands below anything
    own = _part(shared(head, body), says[:, None])
    headed = np.minimum(own, own.T) >= _HEADED
    one_body = (below >= _BODY) & (np.minimum.outer(adds, adds) >= WHOLE) & (headed | (covered >= 0.5))
    whole = laid_out([f"{a}\n{b}" for a, b in zip(heads, bodies, strict=True)])
    lengths = np.sqrt(np.maximum(whole.sum(axis=1), 1e-9))
    near = shared(whole, whole) / np.outer(lengths, lengths) >= weights.copy_words
    lightly = near & enough & (headed | (kept >= 0.5))
    return np.asarray(same_head | rewritten | first_words | one_body | lightly, np.bool_)


def _translated(pool: Pool, at: Sequence[int], weights: PairWeights) -> NDArray[np.bool_]:
    """Say which of some stories are one text in two languages: E5 is sure, or one agency is credited in both.

    A translation names nobody else, and no other numbers.
    """
    languages = pool.languages[list(at)]
    other = languages[:, None] != languages[None, :]
    if not other.any():
        return np.zeros(other.shape, np.bool_)
    told = [pool.members[row].story for row in at]
    texts = [f"{s.title}\n{s.summary}" for s in told]
    long = np.array([bits(t) >= LEAST for t in texts])
    named = (pool.names[list(at)] > 0).astype(np.float32)
    strangers = named.sum(axis=1)[:, None] + named.sum(axis=1)[None, :] - 2 * (named @ named.T)
    numbers = [figures(t) for t in texts]
    credits = [credit(s.summary or s.title) | ({s.outlet} & agencies().keys()) for s in told]
    has = np.logical_and.outer(pool.has_e5[list(at)], pool.has_e5[list(at)])
    e5 = pool.e5[list(at)] @ pool.e5[list(at)].T
    found = other & (e5 >= weights.copy_e5) & has
    for i, j in np.argwhere(np.triu(other & ~found & (~has | (e5 >= _CREDITED)), 1)):
        if credits[i] & credits[j] and numbers[i] and numbers[i] == numbers[j]:
            found[i, j] = found[j, i] = True
    return np.asarray(found & (strangers == 0) & np.logical_and.outer(long, long), np.bool_)


def bits(text: str) -> float:
    """Estimate the information in a text, in bits: letters, their marks and digits count, by script."""
    return sum(_weight(c) for c in fold(text) if is_word(c))


@lru_cache(maxsize=16384)
def _weight(char: str) -> float:
    if char.isdigit():
        return 3.3
    return _BITS.get(scripts.of(char), 2.0)


@lru_cache(maxsize=8192)  # a neighbourhood is solved anew with every batch: most of its texts were seen before
def _pieces(text: str) -> tuple[NDArray[np.intp], Floats]:
    """Cut a text into overlapping pieces, hashed, each with the bits that it adds."""
    letters = "".join(c for c in fold(text) if is_word(c))
    weighed: dict[int, float] = {}
    before = 0.0  # the first letters, too few to be a piece, count with the first one
    for i, char in enumerate(letters):
        size = min(2 if _weight(char) >= _DENSE and not char.isdigit() else 4, len(letters))
        if i + 1 < size:
            before += _weight(char)
            continue
        piece = letters[i - size + 1 : i + 1]
        weighed[zlib.crc32(piece.encode("utf-8", "replace")) % _BUCKETS] = before + _weight(char)
        before = 0.0
    return np.array(list(weighed), np.intp), np.array(list(weighed.values()), np.float32)


def laid_out(texts: Sequence[str]) -> Floats:
    """Lay texts out as rows of hashed pieces, each worth the bits that it adds; a row adds up to what its text says."""
    out = np.zeros((len(texts), _BUCKETS), np.float32)
    for row, text in enumerate(texts):
        where, weight = _pieces(text)
        out[row, where] = weight
    return out


def shared(a: Floats, b: Floats) -> Floats:
    """Give the bits that each text of `a` has in common with each of `b`."""
    found: Floats = np.sqrt(a) @ np.sqrt(b).T
    return found


def _part(some: Floats, whole: Floats) -> Floats:
    found: Floats = np.divide(some, whole, out=np.zeros_like(some), where=np.broadcast_to(whole, some.shape) > 0)
    return found


def _repeats(title: str, summary: str) -> bool:
    """Whether a summary only says its headline once more."""
    where, weight = _pieces(summary)
    heads = set(_pieces(title)[0].tolist())
    new = float(sum(w for i, w in zip(where.tolist(), weight.tolist(), strict=True) if i not in heads))
    return new < min(LEAST, 0.2 * float(weight.sum()) + 1)


@lru_cache(maxsize=8192)
def figures(text: str) -> frozenset[str]:
    """Give the digits of the numbers written in a text, without the zeros that scales and rounding bring."""
    plain = unicodedata.normalize("NFKC", text)
    found = ("".join(str(unicodedata.digit(c)) for c in n if c.isdigit()).strip("0") for n in _NUMBER.findall(plain))
    return frozenset(found) - {""}


@lru_cache(maxsize=1)
def agencies() -> Mapping[str, tuple[str, ...]]:
    """Give the names under which texts credit each news agency, by its outlet."""
    return {outlet: tuple(names) for outlet, names in shipped.table("agencies")["agencies"].items()}


@lru_cache(maxsize=1)
def _credit() -> re.Pattern[str]:
    named = {name: outlet for outlet, names in agencies().items() for name in names}
    longest = sorted(named, key=len, reverse=True)
    return re.compile(
        "|".join(rf"(?<![^\W\d_]){re.escape(n)}(?![a-z])" if n.isascii() else re.escape(n) for n in longest)
    )


@lru_cache(maxsize=8192)
def credit(text: str) -> frozenset[str]:
    """Give the agencies that a text credits at its beginning or end, in brackets or by a dash: their outlets."""
    by_name = {name: outlet for outlet, names in agencies().items() for name in names}
    found = set()
    for hit in _credit().finditer(text):
        if hit.start() >= _CREDIT_WITHIN and hit.end() <= len(text) - _CREDIT_WITHIN:
            continue
        before, after = text[: hit.start()].rstrip()[-1:], text[hit.end() :].lstrip(" .电電")[:1]
        if (not before) or (not after) or before in _MARKS or after in _MARKS:
            found.add(by_name[hit[0]])
    return frozenset(found)
