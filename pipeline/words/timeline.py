"""The rows of a timeline: what a picture in a mail and one on a page show of the same event."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol


class Dot(Protocol):
    """One story of a timeline; language "und" where it is not known."""

    @property
    def at(self) -> datetime: ...
    @property
    def language(self) -> str: ...
    @property
    def is_copy(self) -> bool: ...


def rows(stories: Sequence[Dot], most: int) -> tuple[list[str], dict[str, int]]:
    """Give the rows of a timeline from the top, and the row of each language.

    One row a language, in order of first telling (of one moment, by tag). Where there are more than `most`, the last
    row is "+n" and holds the others.
    """
    first: dict[str, datetime] = {}
    for s in stories:
        first[s.language] = min(first.get(s.language, s.at), s.at)
    order = sorted(first, key=lambda tag: (first[tag], tag))
    named = order if len(order) <= most else [*order[: most - 1], f"+{len(order) - most + 1}"]
    return named, {tag: min(i, len(named) - 1) for i, tag in enumerate(order)}
