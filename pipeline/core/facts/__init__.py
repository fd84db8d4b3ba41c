"""Quantities in a text of any language: money, energy, power, dates and counts, with their offsets and roles.

    words of data/words/facts.*  ->  words, scales, units, numerals
    folded text  ->  days: dates  ->  numbers, han, spelled: amounts  ->  money, things, read: quantities
    quantities   ->  cues, links, wholes, roles: what each is for  ->  facts

The reader of one text is one class that grows from file to file: Numbers, Spelled, Things, Money, FactReader.
"""

from functools import cache
from itertools import islice
from typing import NamedTuple

from pipeline.core.facts import cues, words
from pipeline.core.facts.agree import agree, contradict, contradictions, same
from pipeline.core.facts.han import is_numeric as is_numeric_text
from pipeline.core.facts.read import FactReader
from pipeline.core.facts.roles import Roles
from pipeline.core.facts.spelled import anchors
from pipeline.core.text.phrases import fold
from pipeline.model import Fact

CODE = "8"  # raise it when a rule of reading changes; a change of words shows by itself
_NO_RULE: tuple[str, None] = ("", None)
_MOST = 300  # facts of one text; roles compare each with all others


class FactOrigin(NamedTuple):
    """Where a fact was read in the folded text, and what gave its role."""

    folded: str
    start: int
    end: int
    rule: str
    cue: tuple[int, int, str] | None  # start, end, role


def read(text: str, language: str | None = None, part: str = "text") -> tuple[Fact, ...]:
    """Read the quantities of a text, in order, with offsets into `text`.

    `language` is a hint, it may be wrong or None; `part` is copied into the facts ("title", "summary", "text").
    Values are in base units: money in the currency's unit, W, Wh, days since 1970-01-01 (`upper` = last day of a
    month or year), counts of the unit's things.
    """
    return tuple(fact for fact, _ in trace(text, language, part))


def trace(text: str, language: str | None = None, part: str = "text") -> list[tuple[Fact, FactOrigin]]:
    """Read as `read` does, and say of each fact where it stands in the folded text, and why it has its role."""
    folded, offsets = fold(text)
    anchored = anchors().find_matches_as_indexes(folded)
    is_numeric = is_numeric_text(folded)
    if not anchored and not is_numeric:
        return []
    reader = FactReader(text, folded, offsets, language, anchored)
    if not is_numeric and not reader.word_starts:
        return []
    found = sorted(islice(reader.facts(), _MOST), key=lambda f: f.start)
    if not found:
        return []

    def is_capital(at: int) -> bool:
        return text[offsets[at] if offsets else at : len(text)][:1].isupper() if at < len(folded) else False

    kinds = {(f.start, f.end): f.kind for f in found if f.kind not in {"date", "count"}}
    roles = Roles(folded, kinds, is_capital, reader) if kinds else None
    out = []
    for kind, value, unit, start, end, upper in found:
        place = (start, end)
        role = roles.role(start, end) if roles and place in kinds else ""
        bound = cues.bound(folded, start, end) if kind != "date" else None
        while end > start and folded[end - 1] == " ":
            end -= 1
        if offsets:
            start, end = offsets[start], offsets[end]
        told = text[start:end]
        made = Fact(kind, value, unit, role, start, end, told, part, bound is not None, upper, bound or "")
        rule = roles.why.get(place, _NO_RULE) if roles else _NO_RULE
        out.append((made, FactOrigin(folded, *place, *rule)))
    return out


def of_story(title: str, summary: str, text: str, language: str | None) -> tuple[Fact, ...]:
    """Read the facts of a story: its title, its summary and the article's text, each with offsets of its own."""
    parts = (("title", title), ("summary", summary), ("text", text))
    return tuple(fact for part, words_of in parts for fact in read(words_of, language, part))


@cache
def version() -> str:
    """Name the reader: what must be the same for two stories' facts to be comparable."""
    return f"{CODE}.{words.digest()}"


__all__ = ["agree", "contradict", "contradictions", "of_story", "read", "same", "version"]
