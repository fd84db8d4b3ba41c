"""Names of months, days and halves of the day in many languages: CLDR's, and those of data/dates.toml."""

import unicodedata
from functools import lru_cache

from pipeline.core.feeds import zones
from pipeline.core.text import cldr


def bare(name: str) -> str:
    """Drop the accents of cased scripts: "decembre", "février" without its mark."""
    return "".join(c for c in unicodedata.normalize("NFD", name) if not "\u0300" <= c <= "\u036f")


@lru_cache(maxsize=1)
def months() -> dict[str, dict[str, int]]:
    """Month names of many languages: name → language → month; read when the first foreign date comes."""
    table = {name: dict(languages) for name, languages in cldr.names().months.items()}
    for number, names in zones.data()["months"].items():
        for name in names.split():
            plain = unicodedata.normalize("NFKC", name)
            if plain not in table:
                table[plain] = {"": int(number)}
    return table


@lru_cache(maxsize=1)
def days() -> dict[str, int]:
    """Day names of one word → day of the week; names of several days in several languages keep the first."""
    table = dict(cldr.names().days)
    for name, number in {"週": 0, "周": 0}.items():
        for offset, day in enumerate("一二三四五六日"):
            table.setdefault(name + day, number + offset)
    return table


@lru_cache(maxsize=1)
def long_days() -> tuple[str, ...]:
    """Day names of several words, and those written without spaces around them, longest first."""
    names = (
        name
        for name in days()
        if " " in name or (len(name) > 1 and (name > "\u2e80" or "\u0e00" <= name[0] <= "\u17ff"))
    )
    return tuple(sorted(names, key=lambda name: (-len(name), name)))


@lru_cache(maxsize=1)
def two_words() -> tuple[str, ...]:
    """Month names of two words."""
    return tuple(n.replace("_", " ") for names in zones.data()["months"].values() for n in names.split() if "_" in n)


@lru_cache(maxsize=1)
def connectors() -> frozenset[str]:
    """Words around dates that mean nothing more."""
    return frozenset(word for name in zones.data()["connectors"].split() for word in (name, name.strip(".")))


@lru_cache(maxsize=128)
def halves(language: str) -> tuple[frozenset[str], frozenset[str]]:
    """Give what says before and after noon beside a time, in any language and in this one."""
    before, after = (zones.data()["halves"][key].get("", "").split() for key in ("before", "after"))
    before += zones.data()["halves"]["before"].get(language, "").split()
    after += zones.data()["halves"]["after"].get(language, "").split()
    return _forms(before), _forms(after)


def _forms(names: list[str]) -> frozenset[str]:
    plain = [unicodedata.normalize("NFKC", name) for name in names]
    return frozenset(form for name in plain for form in (name, name.rstrip(".")))
