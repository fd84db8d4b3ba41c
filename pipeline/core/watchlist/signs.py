"""What tells a name from a word where letters have no capitals: what stands beside it, and how it ends."""

import re
from dataclasses import dataclass
from functools import cache

from pipeline.core.text import shipped, tags
from pipeline.core.text.fold import fold

_SHARE = 1 / 5  # of its mentions that a sign must stand beside
_SPACED = re.compile(r"[\u0590-\u06ff\u0900-\u097f]")  # Hebrew, Arabic, Devanagari: words stand apart
_GLUED = re.compile(r"^(?:[وفبكل]?ال|لل|[وفبكل](?=\w{4}))")  # what Arabic writes onto a word


@dataclass(frozen=True, slots=True)
class Signs:
    """The signs of one language."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    ends: tuple[str, ...]
    common: frozenset[str]  # bare
    alone: frozenset[str]  # the same as written

    def is_common(self, word: str) -> bool:
        """Whether a word, or each word of several, stands in any business story."""
        signs = (*self.before, *self.after)
        return all(bare(part) in self.common or part in signs or _unglued(part) in signs for part in word.split())

    def is_phrase(self, written: str) -> bool:
        """Whether several words hold one that stands in no name."""
        first, *others = written.split()
        return bool(others) and (first in self.alone or any(bare(part) in self.common for part in others))

    def is_name(self, written: str, text: str) -> bool:
        """Whether a form that stands in a text is marked there as a name."""
        if self.is_common(written) or self.is_phrase(written):
            return False
        first = written.split()[0]
        if any(written.endswith(end) and len(written) > len(end) + 1 for end in self.ends):
            return True
        if " " in written and first in self.before:
            return True
        places = [m.span() for m in re.finditer(re.escape(written), text)]
        return sum(self._stands(text, *place) for place in places) >= max(1, _SHARE * len(places))

    def _stands(self, text: str, start: int, end: int) -> bool:
        earlier, later = text[:start], text[end:]
        if _SPACED.search(text[start:end]):
            words = earlier.split()[-1:], later.split()[:1]
            return any(_unglued(w) in self.before for w in words[0]) or any(w in self.after for w in words[1])
        return earlier.endswith(self.before) or later.startswith(self.after)


def _unglued(word: str) -> str:
    return word[1:] if len(word) > 3 and word[0] in "وفل" else word


def bare(word: str) -> str:
    """Give a word as it is compared: folded, without what Arabic writes onto it."""
    return _GLUED.sub("", fold(word))


@cache
def of(language: str) -> Signs | None:
    """Give the signs of a language; None where capitals tell, or where nobody wrote any."""
    said = _read().get(tags.base(language))
    if said is None:
        return None
    common = frozenset(said["common"])
    before, after, ends = (tuple(said[part]) for part in ("before", "after", "ends"))
    return Signs(before, after, ends, frozenset(map(bare, common)), common)


@cache
def _read() -> dict[str, dict[str, list[str]]]:
    return shipped.table("naming")
