"""Decide the language of a text: cleaning, script evidence, two opinions blended, declared languages, abstention.

The door `pipeline.detector` brings the opinions: log-likelihoods of two engines. How the constants were fixed, and what
each is worth: docs/language.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.core.language import sisters
from pipeline.core.language.writing import UNDECIDED, Evidence
from pipeline.core.text import tags
from pipeline.model import Language

Floats = NDArray[np.float32]

VERSION = "3"  # goes up whenever an answer may change

ABSTAIN_BELOW = 0.55  # below this blended probability the answer is "und"
MIN_LETTERS = 8  # Latin letters before statistics may speak: "xAI" is Somali to langdetect, with certainty
# A sure answer must have been readable: below this many letters confidence is capped, under the 0.9 of sure answers.
SURE_LETTERS = 25
UNSURE = 0.89
PRIOR_LETTERS = 20  # an undecided text of fewer letters is taken for what its publisher declares
BY_PRIOR = 0.6
# Weights of the opinions, and of their overconfidence: overlapping n-grams are not independent, so evidence grows with
# the square root of the text rather than with its length.
FIRST_WEIGHT = 0.6
SECOND_WEIGHT = 1.4
# The log-likelihood an n-gram has under langdetect's right profile when the text is in a language without a profile:
# what a language that langdetect lacks is credited with.
UNKNOWN_PER_GRAM = -6.0
# The second's log-likelihood a byte under its best profile. Below the first figure lies a thousandth of the texts in
# languages that it knows, and texts in Maori, Chichewa, Wolof and Fijian, which it does not know; below the
# second no answer is sure (docs/language.md).
FOREIGN_PER_BYTE = -5.7
DOUBTFUL_PER_BYTE = -5.3
# The first's log-likelihood an n-gram under its best profile: what reads so is no text in Fijian or Chichewa, though
# the second reads badly what it names (tsunamis, Labour).
FAMILIAR_PER_GRAM = -5.3
MIN_MASS = 30.0
ALONE_WEIGHT = 1.5  # of the first when there is no second
# Nats against a language seldom found in the world's press.
RARE_PENALTY = 2.0
# What both could write is more often the larger sister's; and short titles of names and nouns are mostly English.
STANDING = {"bs": -0.7, "gl": -0.7, "ms": -0.4, "en": 0.7}
# Sisters so near that n-grams alone may never be sure of one: a word of its own or a declaration must be there.
NEAR_TWINS = frozenset({"id", "ms", "hr", "bs", "sr"})
FAMILY = 0.8  # of the probability with a family whose member is declared: that member, though no word decides
SISTER_WORD = 1.2  # nats for each of a sister's own words
SISTER_CAP = 3
OWN_WORD = 0.7
# Nats against a language for each letter that it does not write.
LETTER = 1.5
LETTER_CAP = 3
DECLARED = (2.5, 1.2, 0.8)  # nats for a declared language by its rank: e^2.5 is twelve to one
DECLARED_CAP = 3.0

# Scripts that languages share, each with a panel: who stands to choose from, the everyday press first, then the rare.
SHARED: dict[str, tuple[str, str]] = {
    "Latn": (
        "af az bs ca cs cy da de en es et eu fi fr ga gl ha hr hu id is it lt lv ms mt nl no pl pt ro sk sl so sq sr "
        "sv sw tl tr uz vi yo",
        "ace an bcl br crh eo ext fo fuv fy gcf gcr gd gug guw ht ig jv kab kik ku lb lg lij ln ltg mg nso oc om pcm "
        "qu rw se sn st tk vec wa xh zu",
    ),
    "Cyrl": ("be bg kk ky mk mn ru sr tg uk", "ba tt uz"),
    "Arab": ("ar ckb fa ps ur", "ug"),
    "Deva": ("hi mr ne", "gom sa"),
}

# Whose profile stands in for a language that langdetect lacks.
_RELATIVES = {
    "ms": ("id",), "jv": ("id",), "gl": ("pt", "es"), "bs": ("hr",), "sr": ("hr", "mk"), "be": ("uk", "ru"),
    "az": ("tr",), "lb": ("de",),
    "fy": ("nl",), "an": ("es",), "ext": ("es",), "oc": ("ca",), "fo": ("da", "no"), "ltg": ("lv",), "bcl": ("tl",),
    "pcm": ("en",), "crh": ("tr",), "kk": ("ru",), "ky": ("ru",), "ckb": ("fa",), "sa": ("hi", "ne"), "gom": ("mr",),
}  # fmt: skip

# What another engine calls a language, where the press would not part it from ours.
_ALIASES = {
    "nn": "no", "nb": "no", "sdh": "ckb", "ary": "ar", "arz": "ar", "hbo": "he", "uzs": "uz", "grc": "el", "yue": "zh",
    "wuu": "zh", "zh-cn": "zh", "zh-tw": "zh", "kmr": "ku", "fil": "tl",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one engine says: a log-likelihood per language of its list, and how much text stood behind it."""

    scores: Floats
    mass: float  # n-grams for langdetect, bytes for the second


class Panel:
    """The languages of one script, with the columns that two engines have for each."""

    def __init__(self, script: str, first: Sequence[str], second: Sequence[str]) -> None:
        """Lay out the candidates of `script`; `first` and `second` name the columns of the engines' scores."""
        press, rare = SHARED[script]
        self.script = script
        columns = [_named(first), _named(second)]
        self.tags = tuple(tag for tag in f"{press} {rare}".split() if any(tag in named for named in columns))
        self.standing = np.array(
            [-RARE_PENALTY if tag in rare.split() else STANDING.get(tag, 0.0) for tag in self.tags], np.float32
        )
        self.first = _columns([columns[0].get(tag, []) for tag in self.tags], len(first))
        self.relatives = _columns(
            [[c for kin in _RELATIVES.get(tag, ()) for c in columns[0].get(kin, [])] for tag in self.tags], len(first)
        )
        self.is_rare = np.array([tag in rare.split() for tag in self.tags])
        self.lacking = np.array([tag not in columns[0] for tag in self.tags])
        self.second = _columns([columns[1].get(tag, []) for tag in self.tags], len(second))
        self.position = {tag: i for i, tag in enumerate(self.tags)}
        self.families = [
            np.array([self.position[tag] for tag in sorted(members)])
            for members in sisters.FAMILIES
            if all(tag in self.position for tag in members)
        ]


def _named(languages: Sequence[str]) -> dict[str, list[int]]:
    named: dict[str, list[int]] = {}
    for column, tag in enumerate(languages):
        named.setdefault(_ALIASES.get(tag, tag), []).append(column)
    return named


def _columns(lists: Sequence[Sequence[int]], none: int) -> NDArray[np.intp]:
    """Pad lists of columns to a table; `none` points at the extra column that holds minus infinity."""
    width = max(1, *map(len, lists))
    return np.array([[*columns, *[none] * (width - len(columns))] for columns in lists], np.intp)


def _gather(scores: Floats, columns: NDArray[np.intp]) -> Floats:
    padded: Floats = np.append(scores, np.float32(-np.inf))
    best: Floats = padded[columns].max(axis=1)
    return best


def _first_evidence(panel: Panel, opinion: Opinion) -> Floats:
    """Put langdetect's sums on a common scale, and credit the languages that it has no profile of."""
    scores = _gather(opinion.scores, panel.first)
    best = scores.max()
    credit = np.maximum(_gather(opinion.scores, panel.relatives), opinion.mass * UNKNOWN_PER_GRAM)
    scores = np.where(panel.lacking, np.minimum(credit, best), scores)
    scaled: Floats = (scores - best) / np.sqrt(max(opinion.mass, 1.0))
    return scaled


def _second_evidence(panel: Panel, opinion: Opinion) -> Floats:
    scores = _gather(opinion.scores, panel.second)
    missing = ~np.isfinite(scores)
    if missing.all():
        return np.zeros_like(scores)
    if missing.any():  # a language that the second has not: neither helped nor hurt
        scores = np.where(missing, np.median(scores[~missing]), scores)
    scaled: Floats = (scores - scores.max()) / np.sqrt(max(opinion.mass, 1.0))
    return scaled


def prior(panel: Panel, text: str, declared: Sequence[str]) -> tuple[Floats, Floats, frozenset[str]]:
    """Give the nats of rarity, sisters' words and letters, those of declared languages, and sisters left in doubt."""
    base: Floats = panel.standing.copy()
    votes = sisters.votes(text)
    doubtful: set[str] = set()
    for members in panel.families:
        names = [panel.tags[i] for i in members]
        if not any(map(votes.get, names)):
            doubtful.update(names)
            continue
        heard = np.array([votes.get(panel.tags[i], 0) for i in members], np.float32)
        lead = float(heard.max() - np.partition(heard, -2)[-2])
        if lead >= 1 and len(members) > 2:  # words of one of three sisters speak against strangers too ("sl", "en")
            base[members[int(heard.argmax())]] += OWN_WORD * min(lead, 2.0)
        base[members] -= SISTER_WORD * np.minimum(heard.max() - heard, SISTER_CAP)
        for i, times in zip(members, heard, strict=True):
            if times - max(other for j, other in zip(members, heard, strict=True) if j != i) < 1:
                doubtful.add(panel.tags[i])  # no word says it and not a sister
    for writers, times in sisters.strangers(panel.script, text).items():
        others = np.array([tag not in writers.split() for tag in panel.tags])
        base[others] -= LETTER * min(times, LETTER_CAP)
    wished = np.zeros_like(base)
    for rank, tag in enumerate(declared[: len(DECLARED)]):
        position = panel.position.get(tags.base(tags.normalise(tag)))
        if position is not None:
            wished[position] = min(wished[position] + DECLARED[rank], DECLARED_CAP)
    return base, wished, frozenset(doubtful & NEAR_TWINS)


def _fit(panel: Panel, winner: int, second: Opinion | None) -> float:
    """Give how well the best profile reads a text, in nats a byte: zero where nobody can say."""
    if second is None or second.mass < MIN_MASS or panel.script != "Latn":
        return 0.0
    score = float(_gather(second.scores, panel.second)[winner])
    return score / second.mass if np.isfinite(score) else 0.0


def _is_familiar(panel: Panel, winner: int, first: Opinion) -> bool:
    """Whether the first engine too reads a text best, and well, by the winner's profile."""
    scores = _gather(first.scores, panel.first)
    return bool(scores[winner] == scores.max() and scores[winner] >= FAMILIAR_PER_GRAM * max(first.mass, 1.0))


def _share(nats: Floats, winner: int) -> float:
    return float(1.0 / np.exp(nats - nats[winner]).sum())


def decide(
    evidence: Evidence,
    panel: Panel,
    first: Opinion,
    second: Opinion | None,
    declared: Sequence[str],
    names: tuple[str, str],
) -> Language:
    """Blend the opinions on a text of a shared script into one language; `names` are the engines', for the reason."""
    base, wished, doubtful = prior(panel, evidence.text, declared)
    reason = names[0]
    if second is None:
        heard = ALONE_WEIGHT * _first_evidence(panel, first)
    else:
        heard = FIRST_WEIGHT * _first_evidence(panel, first) + SECOND_WEIGHT * _second_evidence(panel, second)
    nats = heard + base + wished
    winner = int(nats.argmax())
    tag, confidence = panel.tags[winner], _share(nats, winner)
    if second is not None and panel.lacking[winner]:
        reason = names[1]
    fit = 0.0 if wished[winner] else _fit(panel, winner, second)
    if (fit < FOREIGN_PER_BYTE and not _is_familiar(panel, winner, first)) or (
        not wished[winner] and sisters.is_neighbour(tag, evidence.text)
    ):
        return Language(UNDECIDED, min(confidence, 0.5), "no-profile")  # the best profile reads letters by chance
    if wished.any():
        unaided = nats - wished
        if winner != int(unaided.argmax()):
            reason = "prior"
        if _share(unaided, winner) < ABSTAIN_BELOW:
            confidence = min(confidence, UNSURE)  # a declaration confirms; it makes nothing sure by itself
    if evidence.letters < SURE_LETTERS or (
        not wished[winner] and (tag in doubtful or panel.is_rare[winner] or fit < DOUBTFUL_PER_BYTE)
    ):
        confidence = min(confidence, UNSURE)
    short = evidence.letters < MIN_LETTERS and not wished[winner]
    if not short and confidence < ABSTAIN_BELOW and wished.any():
        twin = int(wished.argmax())
        family = next((members for members in panel.families if twin in members), ())
        if sum(_share(nats, int(i)) for i in family) >= FAMILY:
            return Language(tags.refine(panel.tags[twin], evidence.script, declared), 0.75, "prior")
    if tag == "bs" and tag in doubtful and not wished[winner] and not sisters.is_ijekavian(evidence.text):
        confidence = min(confidence, 0.5)  # what Serbia writes as well is seldom Bosnian
    if short or confidence < ABSTAIN_BELOW:
        if not wished.any() or evidence.letters >= PRIOR_LETTERS:
            return Language(UNDECIDED, min(confidence, 0.5), "too-short" if short else "unsure")
        tag, confidence, reason = panel.tags[int(wished.argmax())], BY_PRIOR, "prior"  # "Tesla": a name, nothing else
    return Language(tags.refine(tag, evidence.script, declared), confidence, reason)
