"""Which stories tell no happening of their own: live pages, reviews of a week, podcasts. They bind nothing together."""

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from pipeline.core.events.pairs import Floats
from pipeline.core.text import shipped
from pipeline.core.text.fold import fold_letters

_SIGN = r"(?:[:：|｜·•\[\]()【】（）«»]|\s[-–—]\s)"
_GOES = r"(?<!goes )(?<!go )(?<!went )(?<!is )(?<!are )(?<!now )"  # "ChatGPT agent goes live: …" is news
_WEEK = re.compile(r"\bweek (?:\d+|one|two|three|four|five|six) of\b|\bsemaine \d+\b|\bwoche \d+\b|\d주 ?차")
# "Is Acme too dependent on chips?", with a quotation mark or an outlet's name behind it: who asks reports nothing.
_ASKS = re.compile(r"[?？؟][\s\"”’'」』»)\]]*(?:\s[-–—|]\s.{1,40})?$")


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], tuple[str, ...], tuple[str, ...]]:
    found = shipped.table("glue")
    openings = tuple(sorted(map(fold_letters, found.pop("openings"))))
    labels = {fold_letters(label) for table in found.values() for label in table["labels"]}
    phrases = {fold_letters(phrase) for table in found.values() for phrase in table["phrases"]}
    named = "|".join(sorted(map(re.escape, labels), key=len, reverse=True))
    # "Live: …", "… live: …", "[Podcast] …", "… | Podcast"; a label inside a sentence is a word like any other
    pattern = rf"(?:^|(?<=\W)){_GOES}(?:{named})\s*{_SIGN}|{_SIGN}\s*(?:{named})\s*$"
    return re.compile(pattern), tuple(sorted(phrases)), openings


@lru_cache(maxsize=16384)
def is_glue(title: str) -> bool:
    """Say whether a headline is that of a live page, a review, a podcast or comment, in some forty languages."""
    plain = fold_letters(" ".join(title.split()))
    labelled, phrases, openings = _patterns()
    if plain.startswith(openings) or labelled.search(plain) or _WEEK.search(plain) or _ASKS.search(plain):
        return True
    return any(p in plain for p in phrases)


def attach(labels: Sequence[int], odds: Floats, loose: Sequence[int]) -> list[int]:
    """Give each of `loose` to the group that it is most alike, if any: it was in no solving, and moves no other story.

    `labels` are as `cluster.solve` gives them, a loose story a group of its own; `odds` are among all rows.
    """
    found = list(labels)
    free = set(loose)
    firm: dict[int, list[int]] = {}
    for i, label in enumerate(labels):
        if i not in free:
            firm.setdefault(label, []).append(i)
    for i in sorted(free):
        means = {label: float(np.mean(odds[i, rows])) for label, rows in firm.items()}
        best = max(means, key=lambda label: (means[label], -label), default=None)
        if best is not None and means[best] > 0:
            found[i] = best
    return _smallest(found)


def _smallest(labels: Sequence[int]) -> list[int]:
    """Name each group by its smallest index again."""
    first: dict[int, int] = {}
    for i, label in enumerate(labels):
        first.setdefault(label, i)
    return [first[label] for label in labels]
