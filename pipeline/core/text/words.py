"""Words of languages as data: files that a speaker can read and mend, checked whenever they are read.

A file is `pipeline/data/words/TOPIC.TAG.toml`: `language` is its name in English, then tables of lists of words. A word
is compared folded; "*" at its end lets letters follow ("dolar*": dolary, dolarlık), "*2" at most two.
"""

import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib import resources

from pipeline.core.text.phrases import fold

Table = Mapping[str, tuple[str, ...]]  # key -> words
_STEM = re.compile(r"\*(\d?)$")
# Alphabets whose letters look alike: a word of one of them with a letter of another is a slip that no eye finds.
_ALPHABETS = ("LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "GEORGIAN", "HEBREW", "ARABIC")
_FILE = re.compile(r"(\w+)\.([A-Za-z-]+)\.toml")


def read(name: str, text: str, sections: Mapping[str, frozenset[str] | None]) -> dict[str, dict[str, tuple[str, ...]]]:
    """Read one file of words: {section: {key: words}}; `sections` names those it may have, and their keys (None: any).

    Raises ValueError naming file, section and word: unknown section or key, a word twice under one key, a word that a
    stem beside it covers already, letters of two alphabets in one word, and a word that folds to nothing.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as e:
        raise ValueError(f"{name}: {e}") from e
    if not isinstance(data.pop("language", None), str):
        raise ValueError(f'{name}: say at its top which language this is: language = "Hindi"')
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for section, table in data.items():
        if section not in sections or not isinstance(table, dict):
            raise ValueError(f"{name}: no table {section!r} is known; there are {', '.join(sections)}")
        allowed = sections[section]
        for key, words in table.items():
            where = f"{name} [{section}] {key}"
            if allowed is not None and key not in allowed:
                raise ValueError(f"{where}: no such key; there are {', '.join(sorted(allowed))}")
            if not isinstance(words, list) or not all(isinstance(w, str) for w in words):
                raise ValueError(f"{where}: write a list of words")
            check(where, words)
            found.setdefault(section, {})[key] = tuple(words)
    return found


def check(where: str, words: list[str]) -> None:
    """Refuse what no list of words may have; raise ValueError with place, word and what to do."""
    bare: dict[str, str] = {}
    for word in words:
        folded = fold(_STEM.sub("", word))[0].strip()
        if not folded:
            raise ValueError(f"{where}: {word!r} says nothing")
        if folded in bare:
            raise ValueError(f"{where}: {word!r} stands there already, as {bare[folded]!r}; leave one out")
        bare[folded] = word
        for part in word.split():
            mixed = sorted({a for c in part if (a := _alphabet(c))})
            if len(mixed) > 1:
                raise ValueError(f"{where}: {word!r} mixes {' and '.join(mixed)} letters; write it in one alphabet")
    stems = {folded: _STEM.search(word) for folded, word in bare.items()}
    for folded, word in bare.items():
        for length in range(1, len(folded)):
            stem = stems.get(folded[:length])
            if stem and folded[length:].isalpha() and len(folded) - length <= int(stem[1] or 6) and not stems[folded]:
                raise ValueError(f"{where}: {word!r} is covered by {bare[folded[:length]]!r}; leave it out")


@cache
def _alphabet(letter: str) -> str | None:
    name = unicodedata.name(letter, "")
    return next((a for a in _ALPHABETS if name.startswith(a)), None)


@cache
def load(topic: str, names: tuple[tuple[str, frozenset[str] | None], ...]) -> Mapping[str, Mapping[str, Table]]:
    """Read all files of a topic that ship with newswatch: {language tag: {section: {key: words}}}, by tag."""
    return {tag: read(name, text, dict(names)) for name, tag, text in files(topic)}


def files(topic: str) -> list[tuple[str, str, str]]:
    """List the files of a topic: name, language tag, text; in the order of their names."""
    folder = resources.files("pipeline").joinpath("data/words")
    found = []
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        m = _FILE.fullmatch(entry.name)
        if m and m[1] == topic:
            found.append((entry.name, m[2], entry.read_text(encoding="utf-8")))
    return found


def digest(topic: str) -> str:
    """Give a hash of all words of a topic: the same words, the same digest, whatever their order in the files."""
    parts = [f"{tag}\n{text}" for _, tag, text in files(topic)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:8]
