"""The rows and dots of a timeline: what a picture in a mail and one on a page show of the same event."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Protocol


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


def draw(
    axes: Any, stories: Sequence[Dot], most: int, name: Callable[[str], str], colours: tuple[str, str, str], **dot: Any
) -> None:
    """Draw one dot a story and one row a language onto axes, copies first, so that no original is hidden.

    `name` writes a language; `colours` are those of originals, copies and the grid; `dot` goes to matplotlib's scatter.
    """
    named, place = rows(stories, most)
    original, copy, grid = colours
    for is_copy, colour in ((True, copy), (False, original)):
        dots = [s for s in stories if s.is_copy is is_copy]
        axes.scatter([s.at for s in dots], [place[s.language] for s in dots], c=colour, linewidths=0, zorder=3, **dot)
    axes.set_yticks(range(len(named)), [tag if tag.startswith("+") else name(tag) for tag in named])
    axes.set_ylim(len(named) - 0.4, -0.6)
    axes.grid(axis="y", color=grid, linewidth=0.8)
