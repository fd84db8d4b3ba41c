"""Currencies, power, energy and things counted, as the languages of the world write them.

Full currency names are CLDR's; the bare and inflected names, symbols, and all units of power and energy are ours
(data/words/facts.*): CLDR has no inflection.
"""

from collections.abc import Mapping
from functools import cache

from pipeline.core.facts import words
from pipeline.core.text import cldr
from pipeline.core.text.phrases import Lexicon

_CURRENCIES_LIST = (
    "USD EUR GBP JPY CNY KRW INR IDR MYR SGD HKD TWD AUD CAD NZD CHF SEK NOK DKK PLN CZK HUF RON BGN RSD TRY "
    "RUB UAH KZT AED SAR QAR KWD ILS EGP IRR PKR BDT LKR THB VND PHP BRL MXN ARS CLP COP ZAR NGN KES TZS MAD "
    "ISK GEL AMD AZN "
)
CURRENCIES = tuple(_CURRENCIES_LIST.split())

# Abbreviations that carry their scale: millones de dólares, miljoner kronor.
PACKED = {
    "همت": 1e12,
    "mdd": 1e6,
    "mdp": 1e6,
    "mkr": 1e6,
    "mnkr": 1e6,
    "mdkr": 1e9,
    "msek": 1e6,
    "meur": 1e6,
    "musd": 1e6,
    "mnok": 1e6,
}
# A capital that is a currency's sign where one of these languages is read, and only before a number with its scale:
# R3 billion, P2.3 bilyon.
LOCAL: Mapping[str, tuple[str, frozenset[str]]] = {
    "r": ("ZAR", frozenset({"en", "af", "zu", "xh", "st", "tn", "ss", "nso", "ts", "ve", "nr"})),
    "p": ("PHP", frozenset({"tl"})),
}
HYPHENS = frozenset({"zu", "xh", "ss", "nr"})  # languages that join a prefix to a number: abangu-1 500
# As words of a folded text these need capitals: "try", "cop", "ars" and "kes" are words somewhere.
CODES = {code.lower() for code in (*CURRENCIES, "BAM", "KRW", "NPR", "ETB", "UZS")} - {"usd", "eur"}


@cache
def prefixes() -> Lexicon[str]:
    """Return what stands before an amount: currency code by symbol, code or name."""
    return words.lexicon("currency_before", str)


@cache
def currencies() -> Lexicon[str]:
    """Return what stands after an amount: our inflected names first, then CLDR's full names of 70 locales."""
    lexicon = words.lexicon("currency_after", str)
    for by_code in cldr.names().currencies.values():
        for code, names in by_code.items():
            lexicon.add(names, code)
    return lexicon


@cache
def shillings() -> Lexicon[str]:
    """Return what says behind a sum of shillings whose they are."""
    return words.lexicon("currency_of", str)


@cache
def things_first() -> Lexicon[str]:
    """Return the things that are named before their number."""
    return words.lexicon("thing_first", str)


_FACTORS = {"W": 1.0, "kW": 1e3, "MW": 1e6, "GW": 1e9, "TW": 1e12}
_PREFIX_WORDS = {1e3: "kilo", 1e6: "mega", 1e9: "giga", 1e12: "tera"}


@cache
def watts() -> Lexicon[tuple[str, float]]:
    """Return the units of power and energy: ("power", factor to W) or ("energy", factor to Wh)."""
    lexicon = words.lexicon("energy", lambda key: ("energy", _FACTORS[key[:-1]]))
    listed = {key: found for _, key, found in words.entries("watt_hour")}
    for factor, prefix in _PREFIX_WORDS.items():
        for joint in (prefix, prefix + "-", prefix + " "):
            lexicon.add([joint + word for word in listed["after"]], ("energy", factor))
            lexicon.add([word.replace("%", joint) for word in listed["before"]], ("energy", factor))
            lexicon.add([f"{joint}watt*", f"{joint}wat*"], ("power", factor))
    for _, key, found in words.entries("power"):
        lexicon.add(found, ("power", _FACTORS[key]))
    return lexicon


@cache
def _tags_of_things() -> Mapping[str, frozenset[str]]:
    return words.languages("thing")


def thing_languages(name: str) -> frozenset[str]:
    """Give the languages in which a folded name, perhaps inflected, is a thing counted."""
    tags = _tags_of_things()
    return frozenset().union(*(tags.get(name[:n], ()) for n in range(max(1, len(name) - 6), len(name) + 1)))


@cache
def counted() -> Lexicon[str]:
    """Return the things counted, under the English name that is the fact's unit."""
    return words.lexicon("thing", str)
