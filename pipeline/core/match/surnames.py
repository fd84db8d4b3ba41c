"""The surnames that headlines write alone: proposed from full names, beside somebody who belongs to the person."""

import re
from collections.abc import Iterator

from pipeline.core.text.fold import fold
from pipeline.model import Alias, Watchlist

LEAST = 4  # letters of a surname that stands for a person; shorter ones are words (Lee, Han)

_APART = re.compile(r"[\s·・‧]+")
_TITLES = re.compile(r"(氏|さん|씨)$")


def surnames(watchlist: Watchlist) -> Iterator[tuple[str, Alias]]:
    """Give (entity, alias) for the last word of each person's full names that no entity claims yet.

    It counts beside those who share a topic with the person, and what the seeds are about: "Altman" beside OpenAI.
    """
    claimed = {fold(a.text) for e in watchlist.entities for a in e.aliases}
    subjects = {e.key for e in watchlist.entities if "subject" in e.roles}
    for person in watchlist.entities:
        if person.kind != "person":
            continue
        mates = subjects.union(*(t.entities for t in watchlist.topics if person.key in t.entities)) - {person.key}
        for alias in person.aliases:
            words = _APART.split(alias.text.strip())
            last = _TITLES.sub("", words[-1])
            if mates and len(words) == 2 and len(last) >= LEAST and fold(last) not in claimed:
                claimed.add(fold(last))
                yield person.key, Alias(last, case=True, needs=tuple(sorted(mates)))
