"""What newsrooms put beside headlines: the tables of data/headlines.toml, folded for comparing."""

import unicodedata
from functools import lru_cache
from typing import Any

from pipeline.core.text import shipped
from pipeline.core.text.fold import fold_letters

FAR_EAST = "\u2e80"  # from here on a letter is worth a syllable or a word


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    return shipped.table("headlines")


@lru_cache(maxsize=1)
def kinds() -> dict[str, str]:
    """Folded phrase → kind."""
    table: dict[str, str] = {}
    for kind, phrases in _data()["kinds"].items():
        for phrase in phrases.replace("\n", "").split("|"):
            table.setdefault(folded(phrase), kind)
    table.pop("", None)
    return table


@lru_cache(maxsize=1)
def outlet_words() -> tuple[frozenset[str], tuple[str, ...], frozenset[str]]:
    """Give last words of outlets' names, those written without a space, and what may stand beside a name."""
    data = _data()["outlets"]
    ends = data["ends"].split()
    return (
        frozenset(folded(word) for word in ends),
        tuple(word for word in ends if word[0] >= FAR_EAST),
        frozenset(folded(word) for word in _data()["beside"]["words"].split()),
    )


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Fold letters and full-width signs for comparing with tables; signs stay, since they part a headline's pieces."""
    return " ".join(fold_letters(unicodedata.normalize("NFKC", text)).split())
