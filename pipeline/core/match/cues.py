"""Find the words that say what a headline does with a name (rival to it, used, talks of it), whatever the storyline."""

from collections.abc import Mapping
from functools import cache

from pipeline.core.match.names import Hit, Index
from pipeline.core.text import shipped, tags
from pipeline.model import Watchlist, WordGroup

STAGES = (
    "talks",
    "review",
    "dispute",
    "people",
    "counter",
    "founding",
    "money",
    "later",
)  # stages of a deal that are not its signing
ACTS = ("deed", *STAGES)  # what the seeds may tell
GROUPS = ("foil", "use", "advice", "hand", "act", "deed", *STAGES, "group", "notice", "results", "leisure")

# Sister languages that detection and feeds confuse: each reads the words of all its family.
_FAMILIES = (
    frozenset({"da", "no", "nb", "nn", "sv"}),
    frozenset({"hr", "sr", "bs", "sl", "mk", "bg"}),
    frozenset({"cs", "sk"}),
    frozenset({"id", "ms"}),
    frozenset({"es", "ca", "gl", "pt"}),
    frozenset({"ru", "uk", "bg", "be", "kk", "uz"}),
    frozenset({"ar", "fa", "ur"}),
    frozenset({"hi", "mr", "ne"}),
    frozenset({"tr", "az"}),
    frozenset({"zh", "zh-Hans", "zh-Hant"}),
)


@cache
def _groups() -> Mapping[str, Mapping[str, list[str]]]:
    groups = shipped.table("cues")
    if set(groups) != set(GROUPS):
        raise ValueError(f"cues.toml has the groups {sorted(groups)}; the matcher knows {sorted(GROUPS)}")
    return groups


@cache
def _languages() -> frozenset[str]:
    return frozenset(language for words in _groups().values() for language in words) - {"any"}


@cache
def _index(languages: frozenset[str]) -> Index:
    fields = tuple(
        WordGroup(key, {k: tuple(w) for k, w in words.items() if k in languages or k == "any"})
        for key, words in _groups().items()
    )
    return Index(Watchlist("", "cues", (), (), fields, (), ()))


@cache
def readable(language: str, latin: bool) -> frozenset[str]:
    """Give the languages whose words are looked for: the family of `language`, and English where letters are Latin.

    All, where the language has no words, or is not written as the text is: then the label is wrong.
    """
    base = language if language in _languages() else tags.base(language)
    family = frozenset({base}).union(*(f for f in _FAMILIES if base in f)) & _languages()
    written = [word[0] for key in family for word in _groups()["foil"].get(key, ())]
    if not family or latin not in {_is_latin(c) for c in written}:
        return _languages()
    return family | {"en"} if latin else family


def _is_latin(text: str) -> bool:
    """Say whether most letters of `text` are Latin."""
    letters = [c for c in text[:200] if c.isalpha()]
    return sum(c < "\u0250" or "\u1e00" <= c < "\u1f00" for c in letters) * 2 >= len(letters)


def find(title: str, summary: str, text: str = "", language: str = "und") -> Mapping[str, tuple[Hit, ...]]:
    """Find all cues in the opening of a story, by group; offsets point into the original parts.

    A word counts in its own language and its sisters: "court" is a judge's in English, and short in French.
    """
    latin = _is_latin(f"{title} {summary}" if title or summary else text)
    return _whole(_index(readable(language, latin)).find(title, summary, text).fields)


def _whole(found: Mapping[str, tuple[Hit, ...]]) -> Mapping[str, tuple[Hit, ...]]:
    """Drop the word of a stage that is part of another stage's longer one: "fecha" closes, "fecha acordo" signs."""
    acts = [(key, h) for key in ACTS for h in found.get(key, ())]

    def is_part(key: str, h: Hit) -> bool:
        return any(
            key != other
            and h.part == w.part
            and w.start <= h.start
            and h.end <= w.end
            and h.end - h.start < w.end - w.start
            for other, w in acts
        )

    kept = {
        key: tuple(h for h in hits if key not in ACTS or not is_part(key, h)) if len(acts) > 1 else hits
        for key, hits in found.items()
    }
    return {key: hits for key, hits in kept.items() if hits}
