"""Scale words (million, milliard, अरब, ล้าน …) and the decimal habits of languages; the words are data/words/facts.*."""

import re
from collections.abc import Mapping
from functools import cache

from pipeline.core.facts import words
from pipeline.core.text import scripts, tags
from pipeline.core.text.phrases import Lexicon

# "billion" is 10^9 in English and 10^12 in French, German or Danish; "bilion" is 10^9 in Malay and 10^12 in Polish.
# "billion?" and "bilion?" are decided by the neighbourhood (Habits). Everything that looks like "trillion" is 10^12:
# the long scale's 10^18 of anything never stands in the news, the mistranslated "trilioni di dollari" does.
_POINT_LANGUAGES = frozenset(
    ["en", "ms", "tl", "fil", "sw", "zh", "ja", "ko", "th", "he", "hi", "bn", "ta", "te", "mr", "gu", "pa", "kn", "ml"]
)
_LONG_SCALE = {"fr", "de", "da", "nb", "no", "nn"}
SCALE_FIRST = frozenset({"sw", "ha", "rw", "yo", "ig", "om", "sn"})  # languages that say the scale before the number
_WORD = re.compile(r"[^\W\d_]+")
_COMMA_SCRIPT = re.compile(f"[{scripts.letters('Grek', 'Cyrl', 'Armn', 'Geor')}]")
_INDIC = ("Deva", "Beng", "Guru", "Gujr", "Orya", "Taml", "Telu", "Knda", "Mlym", "Sinh")
_POINT_SCRIPT = re.compile(f"[{scripts.letters('Hebr', *_INDIC, 'Thai', 'Kana', 'Hani', 'Hang')}]")
_DECIMALS = re.compile(r"(?<![\d.,:/-])\d{1,3}([.,])\d{1,2}(?![\d:/]|[.,]\d)(?! (?:uhr|uur|h\b))")


@cache
def scales() -> Lexicon[float | str]:
    """Return the scale words: a factor, or the name of an ambiguous word."""
    return words.lexicon("scale", lambda key: key if key.endswith("?") else float(key))


@cache
def duals() -> Lexicon[float]:
    """Return words that carry number and scale in one: the Arabic duals."""
    return words.lexicon("amount", float)


@cache
def weak() -> Lexicon[float]:
    """Return the abbreviations that need a currency beside them."""
    return words.lexicon("short_scale", float)


@cache
def halves(section: str) -> Lexicon[bool]:
    """Return the words for a half more, behind a scale word ("half_after") or beside the number ("half_before")."""
    return words.lexicon(section, lambda _: True)


@cache
def ones() -> Lexicon[bool]:
    """Return the scale words that alone say one of it: "ponad miliard dolarów"."""
    return words.lexicon("one", lambda _: True)


@cache
def voters() -> Mapping[str, tuple[str, ...]]:
    """Return the ordinary words that give a language away, with the languages that use them."""
    found: dict[str, tuple[str, ...]] = {}
    for tag, _, listed in words.entries("common"):
        for word in listed:
            found[word] = (*found.get(word, ()), tag)
    return found


@cache
def voting() -> frozenset[str]:
    """Return the languages that can be told by their words."""
    return frozenset(tag for listed in voters().values() for tag in listed)


class Habits:
    """What the language of one text says about its numbers; worked out when first asked, the hint last."""

    def __init__(self, folded: str, hint: str | None) -> None:
        self._text = folded
        self.tag = (hint or "").lower().replace("_", "-")
        primary = tags.base(self.tag)
        self._hint = {"nb": "no", "nn": "no", "fil": "tl"}.get(primary, primary)
        self._guess: str | None = None
        self._decimal: str | None = None

    @property
    def hint(self) -> str:
        """The language that the caller believes in, primary subtag only."""
        return self._hint

    def language(self) -> str:
        """Guess the language by its commonest words; the hint decides when they do not, "" when nothing does."""
        if self._guess is None:
            votes: dict[str, int] = {}
            for word in _WORD.findall(self._text[:2000]):
                for tag in voters().get(word, ()):
                    votes[tag] = votes.get(tag, 0) + 1
            if self._hint in votes:
                votes[self._hint] += 1
            best = max(votes.values(), default=0)
            leaders = [tag for tag, count in votes.items() if count == best]
            if (best >= 2 and len(leaders) == 1) or (best and self._hint not in voting()):
                self._guess = leaders[0]
            else:
                self._guess = self._hint if self._hint in leaders or not best else leaders[0]
        return self._guess

    def decimal(self) -> str:
        """Return "." or ",", the decimal sign of this text, or "" when nothing tells."""
        if self._decimal is None:
            self._decimal = self._find_decimal()
        return self._decimal

    def _find_decimal(self) -> str:
        signs = [m.group(1) for m in _DECIMALS.finditer(self._text)]
        if signs and len(set(signs)) == 1:
            return signs[0]
        if _COMMA_SCRIPT.search(self._text):
            return ","
        if _POINT_SCRIPT.search(self._text):
            return "."
        language = self.language()
        if not language:
            return ""
        return "." if language in _POINT_LANGUAGES else ","

    def billion(self, value: float, before: str, after: str, comma: bool, plural: bool) -> float:
        """Say what "billion" means here, by currency order, grammar, the words around, and last the hint."""
        french = re.match(r" ?(?:de |d')", after) is not None
        if before.rstrip()[-1:] in set("$€£¥₹") and not french:
            return 1e9
        if not plural and value >= 2 and not french:
            return 1e9  # "30 billion": French and German would write a plural
        language = self.language()
        if french:
            return 1e12 if language != "en" else 1e9
        if comma and language != "en":
            return 1e12
        return 1e12 if language in _LONG_SCALE and language != "" else 1e9

    def bilion(self, value: float, before: str, after: str) -> float:
        """Say what "bilion" means here: uninflected after 2 and more it is Malay, 10^9."""
        if value >= 2 or re.search(r"(?:\$|rm ?)$", before.rstrip()):
            return 1e9
        return 1e9 if self.language() in {"ms", "id"} else 1e12


# Languages that write most words alike, and those without a file of their own beside the ones that serve them.
TWINS = {"da": "no", "no": "da", "hr": "sr", "sr": "hr", "id": "ms", "ms": "id", "bs": "hr", "sh": "hr", "lb": "de"}


class Speech:
    """Which languages' words count in a text: the hint's, and that which its commonest words tell.

    Without a hint all count: a short text tells no language.
    """

    def __init__(self, habits: Habits) -> None:
        self._habits = habits
        self._hints = frozenset({habits.hint, TWINS.get(habits.hint, habits.hint)}) - {"", "und"}
        self._guess: str | None = None

    def has(self, languages: frozenset[str]) -> bool:
        """Whether one of the languages counts."""
        if not self._hints or self._hints & languages:
            return True
        if self._guess is None:
            self._guess = self._habits.language()
        return self._guess in languages
