"""The words of mails, of the pages that they lead to, and of the operator's mails, by language.

Files data/words/{mail,page,operator}.TAG.toml.

A text is a string, or a table of strings by the plural forms that CLDR knows of its language (`one`, `few`, `other` …).
"""

import tomllib
from collections.abc import Mapping
from typing import Any

from pipeline.core.text import tags, words

Text = str | Mapping[str, str]
# Not a reader's language, though its first part has a file: the writing is another.
_OTHERWISE = frozenset({"zh-Hant", "zh-TW", "zh-HK", "zh-MO"})


def _load() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for topic in ("mail", "operator", "page"):
        for _, tag, text in words.files(topic):
            found.setdefault(tag, {}).update(tomllib.loads(text))
    return found


TEXTS: Mapping[str, Mapping[str, Any]] = _load()
LANGUAGES = tuple(TEXTS)


def language_of(tag: str) -> str | None:
    """Give the language of TEXTS in which a reader of a BCP 47 tag is written to; None where there is none."""
    base = tags.base(tag)
    return base if base in TEXTS and not tag.startswith(tuple(_OTHERWISE)) else None


def accepted(header: str) -> str:
    """Give the language for who has none on record: the first of a browser's `Accept-Language` that we write."""
    asked = (part.partition(";")[0].strip() for part in header.split(",")[:20])
    return next((found for tag in asked if (found := language_of(tag))), "en")
