"""The pieces of a text that two stories may share: parts of words, figures, and names in Latin letters."""

import re
import unicodedata
from collections.abc import Iterable

from pipeline.core.text import scripts
from pipeline.core.text.fold import fold_letters, words

_DENSE = re.compile(f"[{scripts.letters(*scripts.UNSPACED, 'Hang')}]")
_NUMBER = re.compile(r"\d+(?:[.,\u00a0\u202f ]\d+)*")
# A name as it travels between scripts: "Cerebras", "GPT-5.5", "Grok-3-mini".
_LATIN = re.compile(r"[A-Za-z0-9\u00c0-\u024f]+(?:[-.][A-Za-z0-9]+)*")
_YEAR = re.compile(r"(?:19|20)\d\d")
_LEAST = 3  # letters of a name; shorter ones are too often something else
_PART = 4  # letters of a part of a name that counts alone: "Connectors" of "Grok-Connectors"


def grams(text: str) -> set[str]:
    """Cut folded text into 4-letter pieces of words, 2-letter ones where a script writes no spaces."""
    found: set[str] = set()
    for word in words(text):
        if _DENSE.search(word):
            found.update(word[i : i + 2] for i in range(max(1, len(word) - 1)))
        else:
            padded = f" {word} "
            found.update(padded[i : i + 4] for i in range(max(1, len(padded) - 3)))
    return found


def figures(text: str) -> set[str]:
    """Give the numbers written in a text by their significant digits: "66.8 bn", "668亿" and "66,800" are all "668".

    The scale is left out on purpose: it is a word, and words for it differ by language ("40 billion" is "400億"), so
    that no table of words is asked. Lone years are left out: they say when, and nearly every story has one.
    """
    found = set()
    for written in _NUMBER.findall(unicodedata.normalize("NFKC", text)):
        plain = "".join(str(unicodedata.digit(c)) for c in written if c.isdigit())
        if not (_YEAR.fullmatch(plain) and len(written) == 4) and plain.strip("0"):
            found.add(plain.strip("0"))
    return found


def rare(text: str, watched: Iterable[str] = ()) -> set[str]:
    """Give the words in Latin letters that may be names: those with a capital, and all inside another script.

    `watched` are written forms of what the watchlist names: nearly all stories on one firm share those.
    """
    plain = unicodedata.normalize("NFKC", text).replace("\u2010", "-")  # what NFKC makes of other hyphens
    letters = [c for c in plain if c.isalpha()]
    foreign = sum(c >= "\u0250" for c in letters) * 4 > len(letters)
    known = {part for form in watched for part in words(form)}
    found: set[str] = set()
    for word in _LATIN.findall(plain):
        if any(c.isalpha() for c in word) and (foreign or any(c.isupper() for c in word)):
            whole = fold_letters(word)
            pieces = {p for p in re.split(r"[-.]", whole) if len(p) >= _PART and not p.isdigit()}
            found.update(p for p in {whole, *pieces} if len(p) >= _LEAST)
    return found - known
