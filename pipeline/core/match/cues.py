"""Find the words that say what a headline does with a name (rival to it, used, talks of it), whatever the storyline."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from pipeline.core.match.names import Hit, Index
from pipeline.model import Watchlist, WordGroup

STAGES = (
    "talks",
    "review",
    "dispute",
    "people",
    "counter",
    "founding",
    "money",
)  # stages of a deal that are not its signing
GROUPS = ("foil", "use", "act", "deed", *STAGES, "notice", "leisure")


@cache
def _index() -> Index:
    text = resources.files("pipeline").joinpath("data/cues.toml").read_text(encoding="utf-8")
    groups = tomllib.loads(text)
    if set(groups) != set(GROUPS):
        raise ValueError(f"cues.toml has the groups {sorted(groups)}; the matcher knows {sorted(GROUPS)}")
    fields = tuple(WordGroup(key, {k: tuple(w) for k, w in words.items()}) for key, words in groups.items())
    return Index(Watchlist("", "cues", (), (), fields, (), ()))


def find(title: str, summary: str, text: str = "") -> Mapping[str, tuple[Hit, ...]]:
    """Find all cues in the opening of a story, by group; offsets point into the original parts."""
    return _index().find(title, summary, text).fields
