"""Why a text was read so: of each fact the words that made it, with the file and the table where each word stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pipeline.core import facts
from pipeline.core.facts import words
from pipeline.core.text.phrases import Lexicon, fold
from pipeline.model import Fact

_TABLES = ("scale", "short_scale", "amount", "number", "currency_before", "currency_after", "power", "energy", "thing")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the text that a file of words knows."""

    word: str  # as folded
    table: str
    key: str  # what the table says it is: 1e9, USD, jobs, raised
    files: tuple[str, ...]  # languages whose files have it


@dataclass(frozen=True, slots=True)
class ExplainedFact:
    """A fact with the words that made it, and the rule that gave its role."""

    fact: Fact
    words: tuple[Word, ...]
    rule: str


def explain(text: str, language: str | None = None) -> list[ExplainedFact]:
    """Read a text and say of each fact which words made it, and which rule gave its role."""
    found = []
    for fact, why in facts.trace(text, language):
        made = list(_words(why.folded, why.start, why.end, _TABLES))
        rule = why.rule
        if fact.approximate:
            before = why.folded[max(0, why.start - 25) : why.start]
            after = why.folded[why.end : why.end + 25]
            for around in (before, after):
                made += _words(around, 0, len(around), ("quantifier",))
        if why.cue:
            start, end, role = why.cue
            cue = why.folded[start:end]
            files = tuple(
                tag
                for tag, key, listed in words.entries("role")
                if key == role and any(cue.startswith(_bare(w)) if w.endswith("*") else cue == _bare(w) for w in listed)
            )
            made.append(Word(cue, "role", role, files))
        found.append(ExplainedFact(fact, tuple(made), rule))
    return found


def _bare(word: str) -> str:
    return fold(word.rstrip("*0123456789"))[0].strip()


def _words(folded: str, start: int, end: int, tables: tuple[str, ...]) -> Iterator[Word]:
    """Yield the words of some tables that stand in a stretch, longest first, without overlaps."""
    at = start
    while at < min(end, len(folded)):
        best: tuple[int, Word] | None = None
        for table in tables:
            hit = _lexicon(table).at(folded, at)
            if hit and hit[0] <= max(end, at + 1) and (best is None or hit[0] > best[0]):
                key, tags = hit[1]
                best = hit[0], Word(folded[at : hit[0]], table, key, tags)
        if best:
            yield best[1]
            at = best[0]
        else:
            at += 1


@cache
def _lexicon(table: str) -> Lexicon[tuple[str, tuple[str, ...]]]:
    """Gather a table of all languages: word -> what it says, and the languages whose files have it."""
    by_word: dict[tuple[str, str], list[str]] = {}
    for tag, key, listed in words.entries(table):
        for word in listed:
            by_word.setdefault((word, key), []).append(tag)
    lexicon: Lexicon[tuple[str, tuple[str, ...]]] = Lexicon()
    for (word, key), tags in by_word.items():
        lexicon.add([word], (key, tuple(tags)))
    return lexicon
