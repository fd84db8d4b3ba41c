"""The words that facts are read by: one file a language, data/words/facts.TAG.toml, and what its tables mean."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import TypeVar

from pipeline.core.text import words
from pipeline.core.text.phrases import Lexicon, fold, is_letter

V = TypeVar("V")
_STEM = re.compile(r"\*(\d?)$")

# QQQ: a crown of Denmark, Norway, Sweden … as the language says; SSS: a shilling of Kenya, Tanzania or Uganda
_CURRENCIES = frozenset((
    "USD", "EUR", "GBP", "JPY", "CNY", "KRW", "INR", "IDR", "MYR", "SGD", "HKD", "TWD", "AUD", "CAD", "NZD", "CHF",
    "SEK", "NOK", "DKK", "ISK", "PLN", "CZK", "HUF", "RON", "BGN", "RSD", "MKD", "TRY", "RUB", "UAH", "BYN", "KZT",
    "UZS", "AED", "SAR", "QAR", "KWD", "IQD", "ILS", "EGP", "IRT", "PKR", "BDT", "LKR", "NPR", "THB", "VND", "PHP",
    "BRL", "MXN", "ARS", "CLP", "COP", "ZAR", "NGN", "KES", "TZS", "UGX", "RWF", "MGA", "MAD", "ETB", "GEL", "AMD",
    "AZN", "ALL", "XOF", "QQQ", "SSS",
))  # fmt: skip
_WATTS = ("W", "kW", "MW", "GW", "TW")
THINGS = ("companies", "jobs", "homes", "gpus", "chips", "turbines", "people", "employees", "data centers", "countries")
ROLES = (
    "raised", "invested", "valuation", "debt", "price", "revenue", "profit", "loss", "potential", "mobilised",
    "capacity", "loan", "spent", "site", "consumption", "cost", "intent", "none", "other",
)  # fmt: skip
SECTIONS: Mapping[str, frozenset[str] | None] = {
    "common": frozenset({"words"}),  # ordinary words that give the language away
    "scale": None,  # a power of ten, or billion? and bilion?, which the sentence decides
    "short_scale": None,  # the same, only beside a currency: 5m, 3bn
    "amount": None,  # number and scale in one word
    "number": None,  # a value; "x10" multiplies the unit before it, "+10" is added to it; "and" joins
    "half_after": frozenset({"words"}),  # behind a scale word: a half of it more
    "half_before": frozenset({"words"}),  # beside the number: a half more
    "one": frozenset({"words"}),  # a scale word that alone before a currency or a unit says one of it
    "currency_before": _CURRENCIES,
    "currency_after": _CURRENCIES,
    "currency_of": _CURRENCIES,  # behind a shilling's amount: whose it is
    "power": frozenset(_WATTS),
    "energy": frozenset(f"{w}h" for w in _WATTS),
    "watt_hour": frozenset({"after", "before"}),  # words for watt hour behind kilo, mega …; "%" stands for those
    "thing": frozenset(THINGS),
    "thing_first": frozenset(THINGS),  # named before their number: ajira 5,000
    "role": frozenset(ROLES),
    "included": frozenset(  # how it is said that a sum includes debt
        {
            "with",  # "with", which alone does not say so
            "including",
            "filler",  # what may stand between that and the debt
            "debt",
            "after",  # behind the debt: "dettes comprises"
            "alone",  # phrases that say it whole
        }
    ),
    "phrase": frozenset(
        {
            "equity",
            "goal",
            "done",  # verbs of raising that say it was done, whatever else is planned
            "of_which",  # leads from a sum to a part of it in the same currency
            "percent",  # behind a number: it is no sum
        }
    ),
    "joint": frozenset({"and"}),  # words that part two statements
    "date": frozenset(
        {
            "before",  # a number behind it is a year: "by 2030"
            "after",  # a number before it is one: "2030 году"
            "suffix",  # the same, written in one with it, with or without an apostrophe
            *map(str, range(1, 13)),  # months as CLDR has them not
        }
    ),
    "quantifier": frozenset({"about", "most", "least", "about_after", "most_after", "least_after"}),
}


@cache
def all_languages() -> Mapping[str, Mapping[str, words.Table]]:
    """Give all words: {language tag: {section: {key: words}}}."""
    return words.load("facts", tuple(SECTIONS.items()))


@cache
def digest() -> str:
    """Give a hash of all words: what two readings must share to be comparable."""
    return words.digest("facts")


def entries(section: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield (language tag, key, words) of a section, in the order of the files."""
    for tag, sections in all_languages().items():
        for key, listed in sections.get(section, {}).items():
            yield tag, key, listed


def branches(section: str, key: str, tag: str = "") -> list[str]:
    """Give the words of one key as branches of an expression on folded text, the longest first.

    Of one language only where `tag` names it. A word ends where it ends; with "*" letters may follow.
    """
    found: dict[str, None] = {}
    for language, name, listed in entries(section):
        for word in listed if name == key and tag in {"", language} else ():
            stem = _STEM.search(word)
            bare = re.escape(fold(word[: stem.start()] if stem else word)[0].strip())
            ends = r"(?!\w)" if is_letter(bare[-1]) else ""
            found[bare + (rf"\w{{0,{stem[1] or 20}}}" if stem else ends)] = None
    return sorted(found, key=len, reverse=True)


def one_of(parts: Iterable[str]) -> str:
    """Join branches; those that begin with a letter begin a word."""
    known = list(parts)
    at_words = [p for p in known if is_letter(p[0])]
    others = [p for p in known if not is_letter(p[0])]
    return "|".join([rf"\b(?:{'|'.join(at_words)})", *others] if at_words else others) or "(?!)"


def lexicon(section: str, value: Callable[[str], V]) -> Lexicon[V]:
    """Gather a section of all languages; `value` turns a key into what its words say."""
    found: Lexicon[V] = Lexicon()
    for _, key, listed in entries(section):
        found.add(listed, value(key))
    return found


def languages(section: str) -> Mapping[str, frozenset[str]]:
    """Give the languages of each folded word of a section, stems without their star."""
    found: dict[str, set[str]] = {}
    for tag, _, listed in entries(section):
        for word in listed:
            found.setdefault(fold(word.rstrip("*0123456789"))[0].strip(), set()).add(tag)
    return {word: frozenset(tags) for word, tags in found.items()}
