"""Which stories of an event tell something unlike all that a reader was told of it: meaning, act, day or figure.

Whatever the clusterer does: what came in and differs is news under a headline of its own, not an update in silence.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from importlib.resources import files

import numpy as np

from pipeline.core.alerts.state import AlertedStory
from pipeline.core.events import acts, copies, pairs
from pipeline.core.events.threads import Linker, centred
from pipeline.core.text import tags

LATER = timedelta(hours=18)  # than everything told: another day's news
SEQUEL = ("meaning", "acts", "one_language", "later", "figures")
BARE = 0.15  # cosine of words, where no vector tells, below which a text of the same language has other words
_MOST = 400  # told stories that are compared with; the newest


@dataclass(frozen=True, slots=True)
class Strangeness:
    """How a story stands to all that was told."""

    meaning: float | None  # the highest cosine; None where no vector tells
    acts: float  # the highest agreement in what was done, 0 to 1
    words: float | None  # the highest cosine of words with what was told in its language; None where nothing was
    later: timedelta  # after the newest that was told; negative before it, and where a time is unknown
    has_figures: bool  # that nobody told, and none that somebody did

    @property
    def is_later(self) -> bool:
        """Whether it is another day's news."""
        return self.later >= LATER

    def features(self) -> tuple[float, ...]:
        """Give SEQUEL of a story that has a vector."""
        days = max(self.later / timedelta(days=1), 0.0)
        alike = 0.0 if self.meaning is None else self.meaning
        return alike, self.acts, float(self.words is not None), math.log1p(days), float(self.has_figures)

    @property
    def is_sequel(self) -> bool:
        """Whether it tells the next happening of a saga, in the words of the last but later: another act."""
        weights = sequels()
        if self.meaning is None or self.acts > weights["most_acts"]:
            return False
        odds = sum(weights[name] * x for name, x in zip(SEQUEL, self.features(), strict=True)) + weights["bias"]
        return odds >= weights["least"]


@lru_cache(maxsize=1)
def sequels() -> Mapping[str, float]:
    """Give the fitted weights of SEQUEL, and from when on one is news: `least` log-odds, at `most_acts` agreement."""
    found: dict[str, float] = json.loads(files("pipeline.data").joinpath("sequels.json").read_text("utf-8"))
    return found


def find(fresh: Sequence[AlertedStory], told: Sequence[AlertedStory], linker: Linker) -> tuple[AlertedStory, ...]:
    """Give those of `fresh` that are unlike all of `told`, in their order; copies and stale stories are never news.

    Meaning decides alone where it is quite another. Where it is somewhat another, a later day or figures that nobody
    told must stand beside it (both, where nothing was told in the story's language: retellings in another one are less
    alike). Where it is alike, another act on a later day may be the next happening of a saga. Without vectors, words of
    the same language stand for meaning.
    """
    new = [p for p in fresh if not p.is_copy and p.stale is None]
    found = weigh(new, told, linker)
    return tuple(p for p, evidence in zip(new, found, strict=False) if _is_strange(evidence, linker))


def _is_strange(told: Strangeness, linker: Linker) -> bool:
    if told.meaning is None:
        return told.words is not None and told.words < BARE and (told.has_figures or told.is_later)
    if told.is_sequel:
        return True
    if told.words is not None:
        return told.meaning < linker.unlike or (told.meaning < linker.less_like and (told.has_figures or told.is_later))
    return told.meaning < linker.unlike_across or (
        told.meaning < linker.less_like_across and told.has_figures and told.is_later
    )


def weigh(new: Sequence[AlertedStory], told: Sequence[AlertedStory], linker: Linker) -> list[Strangeness]:
    """Compare each of `new` with all of `told` but copies; nothing where there is nothing to compare with."""
    known = sorted((p for p in told if not p.is_copy), key=lambda p: p.joined_at)[-_MOST:]
    if not new or not known:
        return []
    both = [*new, *known]
    languages = [p.tongue or p.language for p in both]
    vectors, has = centred([p.vector for p in both], languages, linker.means)
    laid = copies.laid_out([p.text for p in both])
    lengths = np.sqrt(np.maximum(laid.sum(axis=1), 1e-9))
    words = copies.shared(laid, laid) / np.outer(lengths, lengths)
    meaning = vectors @ vectors.T
    done = _acts(both, languages, has)
    agreed = done @ done.T
    told_figures = {f for p in known for f in copies.figures(p.text)}
    at = range(len(new), len(both))
    seen = [j for j in at if has[j]]
    evidence = []
    for i, story in enumerate(new):
        figures = copies.figures(story.text)
        same = [j for j in at if tags.base(languages[j]) == tags.base(languages[i])]
        is_seen = bool(has[i] and seen)
        evidence.append(
            Strangeness(
                meaning=max(float(meaning[i, j]) for j in seen) if is_seen else None,
                acts=max(float(agreed[i, j]) for j in seen) if is_seen else 1.0,
                words=max((float(words[i, j]) for j in same if not is_seen or has[j]), default=None),
                later=min(_gap(story, p) for p in known),
                has_figures=bool(figures) and not figures & told_figures,
            )
        )
    return evidence


def _acts(stories: Sequence[AlertedStory], languages: Sequence[str], has: acts.Floats) -> acts.Floats:
    weights = pairs.default_weights()
    raw = np.zeros((len(stories), pairs.SIZE), np.float32)
    rows = np.flatnonzero(has).tolist()
    if rows:
        raw[rows] = pairs.centre(np.stack([stories[i].vector for i in rows]), [languages[i] for i in rows], weights)
    return acts.told(raw, weights.kinds)


def _gap(new: AlertedStory, told: AlertedStory) -> timedelta:
    return timedelta(days=-1) if new.at is None or told.at is None else new.at - told.at
