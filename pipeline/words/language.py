"""How a mail in one language and time zone writes numbers, times, languages and amounts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_datetime
from babel.lists import format_list
from babel.numbers import format_compact_currency, format_compact_decimal, format_decimal, get_currency_symbol

from pipeline.core.alerts.content import FactLine
from pipeline.words.texts import TEXTS, language_of

_PREFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


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

    def amount(self, fact: FactLine) -> str:
        """Write a fact's quantity, as a range or an estimate where it is one."""
        text = self._quantity(fact.value, fact)
        if fact.upper is not None and fact.upper != fact.value:
            return self.say("range", low=text, high=self._quantity(fact.upper, fact))
        how = {"most": "up_to", "least": "over"}.get(fact.bound, "about" if fact.approximate else "")
        return self.say(how, what=text) if how else text

    def _quantity(self, value: float, fact: FactLine) -> str:
        if fact.kind == "money" and len(fact.unit) == 3 and fact.unit.isupper():
            if self._texts["amounts"] == "compact":
                return format_compact_currency(value, fact.unit, locale=self.locale, fraction_digits=1)
            # in full: the Indonesian short form of a billion is M, which everyone else reads as a million
            scaled = format_compact_decimal(value, format_type="long", locale=self.locale, fraction_digits=1)
            symbol = get_currency_symbol(fact.unit, self.locale)
            return f"{symbol}{' ' if symbol[-1:].isalpha() else ''}{scaled}"
        if fact.unit in {"W", "Wh"}:
            factor, prefix = next(((f, p) for f, p in _PREFIXES if abs(value) >= f), (1.0, ""))
            return f"{self.number(round(value / factor, 2))} {prefix}{fact.unit}"
        long: Literal["long", "short"] = "long" if "long" in self.locale.compact_decimal_formats else "short"
        return f"{format_compact_decimal(value, format_type=long, locale=self.locale, fraction_digits=1)} {fact.unit}"

    def sources(self, outlets: Sequence[str]) -> str:
        """Write who says so: four by name, of five and more the first three."""
        named = [o for o in outlets if o]
        if not named:
            return self.say("unknown_outlet")
        shown = named if len(named) <= 4 else named[:3]
        more = len(outlets) - len(shown) if len(named) > 4 else 0
        who = self.names(shown)
        return self.say("says", who=self.say("and_more", who=", ".join(shown), n=more) if more else who)


def is_language(tag: str) -> bool:
    """Say whether the language of a BCP 47 tag exists ("uk" does, "ua" does not)."""
    return tag.partition("-")[0] in Locale("en").languages
