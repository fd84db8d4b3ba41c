"""Write what newswatch reads of CLDR, by Babel, into one file: Babel itself needs a second for it, in each process.

A language has one line in each table, so that a change can be read.

python -m benchmarks.cldr   writes pipeline/data/cldr.json; when Babel or a list below changes (a test says so)
"""

import json
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError, localedata
from babel.numbers import get_currency_name

from pipeline.core.facts.units import CURRENCIES
from pipeline.core.feeds.daynames import bare
from pipeline.core.text.phrases import fold

FILE = Path(__file__).resolve().parent.parent / "pipeline" / "data" / "cldr.json"
# Languages of feeds' dates; of names that several use for different months (srp, lip, lis) the entry's own language
# decides, and without one nothing does.
_DATED = (
    "af am ar as az be bg bn bs ca cs cy da de el es et eu fa fi fil fr ga gl gu he hi hr hu hy id is it ja ka kk km "
    "kn ko ky lo lt lv mk ml mn mr ms mt my nb ne nl nn pa pl ps pt ro ru si sk sl sq sr sr_Latn sv sw ta te th tr "
    "uk ur uz vi zh zh_Hant"
)
DATED = _DATED.split()
# Languages of texts in which facts are read.
_READ = (
    "en fr de es pt pt_PT it nl da nb sv fi is pl cs sk sl hr sr sr_Latn bs mk bg ru uk be hu ro el tr az kk "
    "uz ka hy sq lt lv et ca gl eu ar fa he ur hi bn ta te mr gu pa kn ml si ne th lo km my vi id ms fil sw am "
    "ha so zu af ja ko zh zh_Hant ga cy mt"
)
READ = _READ.split()
# Counts among which every language finds each of its plural forms (CLDR's samples; seven and eight are Irish)
SAMPLES = (0, 1, 2, 3, 5, 6, 7, 8, 11, 20, 21, 100, 1_000_000, Decimal("0.5"), Decimal("1.5"))


def _locale(tag: str) -> Locale:
    """Read a locale by itself: what Babel resolves for one it writes into what all share (Azerbaijani months, in bg).

    Raises UnknownLocaleError.
    """
    localedata._cache.clear()
    return Locale.parse(tag)


def _dates() -> tuple[dict[str, dict[str, int]], dict[str, list[str]]]:
    """Give months, language → name → month, and names by day of the week; names are folded as dates are read."""
    months: dict[str, dict[str, int]] = {}
    for tag in DATED:
        known = _locale(tag).months
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in known[context][width].items():
                    plain = unicodedata.normalize("NFKC", name).lower().strip(". ")
                    if plain and not plain[0].isdecimal():
                        months.setdefault(plain, {})[tag.split("_")[0]] = number
    for form in list(months):
        if bare(form) not in months:
            months[bare(form)] = months[form]
    days: dict[str, int] = {}
    for tag in ("en", *DATED):
        named = _locale(tag).days
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated", "short"):
                for number, name in named[context].get(width, {}).items():
                    plain = unicodedata.normalize("NFKC", name).lower().strip(". ")
                    for form in (plain, plain.split("-")[0], bare(plain)):
                        days.setdefault(form, number)
    by_language: dict[str, dict[str, int]] = {}
    for name, languages in months.items():
        for language, number in languages.items():
            by_language.setdefault(language, {})[name] = number
    return dict(sorted(by_language.items())), {
        str(number): [name for name, day in days.items() if day == number] for number in range(7)
    }


def _facts() -> tuple[dict[str, dict[str, list[tuple[int, str]]]], dict[str, dict[str, list[str]]]]:
    """Give tag → width → (month, name) as in dates and as alone, and tag → currency → full names that are new there."""
    months: dict[str, dict[str, list[tuple[int, str]]]] = {}
    currencies: dict[str, dict[str, list[str]]] = {}
    known: set[str] = set()  # the first currency of a name keeps it; what is folded alike is one name

    def keep(tag: str, code: str, names: list[str]) -> None:
        for name in names:
            if name != code and " " in name and (folded := fold(name)[0]) not in known:
                currencies.setdefault(tag, {}).setdefault(code, []).append(name)
                known.add(folded)

    for tag in READ:
        try:
            locale = _locale(tag)
        except UnknownLocaleError:
            continue
        months[tag] = {
            width: [*dict.fromkeys(m for at in ("format", "stand-alone") for m in locale.months[at][width].items())]
            for width in ("wide", "abbreviated")
        }
        for code in CURRENCIES:
            keep(tag, code, [locale.currencies.get(code) or code])
        counts = {locale.plural_form(n): n for n in SAMPLES}  # one for each of the language's plural forms
        for code in CURRENCIES:
            keep(tag, code, [get_currency_name(code, count=count, locale=locale) for count in counts.values()])
    return months, currencies


def made() -> str:
    """Give the file's text."""
    months, days = _dates()
    names, currencies = _facts()
    tables: dict[str, Mapping[str, Any]] = {"months": months, "days": days, "written": names, "currencies": currencies}
    return "{\n" + ",\n".join(f"{_line(key)}:{{\n{_lines(table)}\n}}" for key, table in tables.items()) + "\n}\n"


def _lines(table: Mapping[str, Any]) -> str:
    return ",\n".join(f"{_line(key)}:{_line(value)}" for key, value in table.items())


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    FILE.write_text(made(), encoding="utf-8")
