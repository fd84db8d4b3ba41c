"""How one language and time zone writes numbers, times, languages and amounts; page and command line read English."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_datetime
from babel.lists import format_list
from babel.numbers import format_compact_currency, format_compact_decimal, format_decimal, get_currency_symbol

from pipeline.core.text import tags
from pipeline.words.texts import TEXTS, language_of

_PREFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))  # no peta: the trade says 1,580 TWh
_DIGITS = 2  # of a fraction: with one, a disputed 1.25 and 1.2 billion would look alike
_WORDS_FROM = 1e6  # below, an amount is written out: 123,456


class Words:
    """The words, numbers and times of one reader's language and zone."""

    def __init__(self, language: str, zone: str = "UTC") -> None:
        self.language = language_of(language) or "en"  # others are refused where they are declared
        self.zone = ZoneInfo(zone)
        self.locale = Locale.parse(self.language)
        self.known = frozenset(TEXTS[self.language])
        self._texts = TEXTS[self.language]

    def say(self, key: str, **values: object) -> str:
        """Give a text; `n` is written as a number, and picks the plural form where there are several."""
        text, count = self._texts[key], values.get("n")
        if not isinstance(text, str):
            form = self.locale.plural_form(count if isinstance(count, int) else 0)
            text = text.get(form, text["other"])
        if isinstance(count, int):
            values["n"] = self.number(count)
        return str(text.format(**values))

    def number(self, value: float) -> str:
        """Write a number."""
        return str(format_decimal(value, locale=self.locale))

    def when(self, at: datetime) -> str:
        """Write day, time and zone."""
        return self._write(at, "when")

    def day(self, at: datetime) -> str:
        """Write a day."""
        return self._write(at, "day")

    def short(self, at: datetime) -> str:
        """Write the time of a story; the year stands above."""
        return self._write(at, "short")

    def tick(self, at: datetime, with_hour: bool) -> str:
        """Write a time on the axis of a picture."""
        return self._write(at, "tick" if with_hour else "tick_day")

    def _write(self, at: datetime, how: str) -> str:
        return str(format_datetime(at, self._texts["dates"][how], tzinfo=self.zone, locale=self.locale))

    @property
    def direction(self) -> str:
        """Where the language is read to: ltr or rtl."""
        return str(self.locale.text_direction)

    def names(self, names: Sequence[str]) -> str:
        """Write a list of names."""
        return format_list(list(names), locale=self.locale) if names else ""

    def language_name(self, tag: str) -> str:
        """Write the name of a language."""
        if tag in {"und", ""}:
            return self.say("unknown_language")
        try:
            return str(Locale.parse(tag, sep="-").get_display_name(self.locale)) or tag
        except (UnknownLocaleError, ValueError):
            return tag

    def amount(self, fact: object) -> str:
        """Write a fact's quantity, as a range or an estimate where it is one: the one writer of amounts.

        `fact` is a noun, or a row of the store as a mapping: 3e10 USD is "$30 billion", 1.58e15 Wh "1,580 TWh".
        """
        get = fact.get if isinstance(fact, Mapping) else partial(getattr, fact)
        kind, unit, low = str(get("kind", "")), str(get("unit", "")), float(get("value", 0.0))
        upper = get("upper_value", None) or get("upper", None)
        text = self._quantity(kind, unit, low)
        if upper is not None and upper != low:
            return self.say("range", low=text, high=self._quantity(kind, unit, float(upper)))
        is_about = get("is_approximate", False) or get("approximate", False)
        how = {"most": "up_to", "least": "over"}.get(str(get("bound", "")), "about" if is_about else "")
        return self.say(how, what=text) if how else text

    def _quantity(self, kind: str, unit: str, value: float) -> str:
        if unit == "day":
            return self._day_number(value)
        if unit in {"W", "Wh"}:
            factor, prefix = next(((f, p) for f, p in _PREFIXES if abs(value) >= f), (1.0, ""))
            return f"{self.number(_short(value / factor))} {prefix}{unit}"
        is_money = kind == "money" and len(unit) == 3 and unit.isupper()
        if is_money and self._texts["amounts"] == "compact":
            return format_compact_currency(value, unit, locale=self.locale, fraction_digits=_DIGITS)
        # in full: the Indonesian short form of a billion is M, which everyone else reads as a million
        long: Literal["long", "short"] = "long" if "long" in self.locale.compact_decimal_formats else "short"
        scaled = self.number(_short(value))
        if abs(value) >= _WORDS_FROM:
            scaled = format_compact_decimal(value, format_type=long, locale=self.locale, fraction_digits=_DIGITS)
        if not is_money:
            return f"{scaled} {unit}"
        symbol = get_currency_symbol(unit, self.locale)
        return f"{symbol}{' ' if symbol[-1:].isalpha() else ''}{scaled}"

    def _day_number(self, value: float) -> str:
        """Write a day, counted from 1970; a day is the same in every zone."""
        try:
            at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=int(value))
        except OverflowError:
            return f"day {self.number(value)}"
        return str(format_datetime(at, self._texts["dates"]["day"], tzinfo=UTC, locale=self.locale))

    def sources(self, outlets: Sequence[str]) -> str:
        """Write who says so: four by name, of five and more the first three."""
        named = [o for o in outlets if o]
        if not named:
            return self.say("unknown_outlet")
        shown = named if len(named) <= 4 else named[:3]
        more = len(outlets) - len(shown) if len(named) > 4 else 0
        who = self.names(shown)
        return self.say("says", who=self.say("and_more", who=", ".join(shown), n=more) if more else who)


def _short(value: float) -> float:
    """Round what has a fraction to four digits in all."""
    return round(value) if abs(value) >= 1000 else float(f"{value:.4g}")


def is_language(tag: str) -> bool:
    """Say whether the language of a BCP 47 tag exists ("uk" does, "ua" does not)."""
    return tags.base(tag) in Locale("en").languages
