"""Numbers written as words in a text: found at the scale words, units and things that they stand before."""

import re
from collections.abc import Mapping, Sequence
from functools import cache

import ahocorasick_rs

from pipeline.core.facts import numerals, units, words
from pipeline.core.facts.numbers import Amount, Numbers
from pipeline.core.facts.scales import duals, halves, ones, scales
from pipeline.core.text.phrases import Lexicon, fold, is_letter, pattern

Anchored = tuple[int, int, int]  # which anchor, where it begins and ends
SMALL_COUNTS = frozenset({"companies", "data centers", "turbines"})  # that are news below ten
_PART_OF = pattern(
    r"(?:quarters?|thirds?|fifths?|tenths?|fraction|part|couple|pair|dozens|scores|quart|tiers|dixieme|cuarto|tercio|"
    r"quarto|terzo|viertel|drittel|kwart|четверть|треть|чверть|третину|cwierc|ctvrtin\w*|negyed) "
    r"(?:of|de|d'|di|von|van)? ?$"
)
_LINK_BEFORE = re.compile(r" (?:de |d')$")


class Spelled(Numbers):
    """One folded text with its numbers in digits and in words."""

    def __init__(
        self, text: str, folded: str, offsets: list[int] | None, language: str | None, anchored: Sequence[Anchored]
    ) -> None:
        """`anchored` are the places of `anchors` in the folded text."""
        super().__init__(text, folded, offsets, language)
        self.word_starts = self.find_words(anchored)

    def find_words(self, anchored: Sequence[Anchored]) -> dict[int, Amount]:
        """Find numbers written as words: where they begin, with what they say."""
        out: dict[int, Amount] = {}
        text = self.text
        for _, at, end in anchored:
            glued = bool(at and is_letter(text[at]) and is_letter(text[at - 1]))
            dual = duals().at(text, at) if text[at] > "\u0600" and not glued else None
            if dual:
                out[at] = Amount(dual[1], at, dual[0], True, factor=1e3, words=True)
                continue
            speak = anchor_languages().get(text[at:end])
            if glued:
                self._fused(at, end, speak, out)
                continue
            word = numerals.before(text, at, speak, self.habits.language) or self._linked(at, speak)
            if word is None:
                alone = self._alone(at)
                if alone:
                    out[alone.start] = alone
            elif _PART_OF.search(text, max(0, word[0] - 16), word[0]):
                continue  # a quarter of a billion
            elif word[1] != numerals.UNKNOWN and not (word[0] and text[word[0] - 1].isdigit()):
                stop = at
                while text[stop - 1] in " -":
                    stop -= 1
                out[word[0]] = self._with_half(Amount(word[1], word[0], stop, words=True))
        return out

    def _linked(self, at: int, speak: frozenset[str] | None) -> tuple[int, float] | None:
        """Read a number before a linking word: o suta *de* milioane."""
        m = _LINK_BEFORE.search(self.text, max(0, at - 4), at)
        return numerals.before(self.text, m.start(), speak, self.habits.language) if m and m.start() else None

    def _fused(self, at: int, end: int, speak: frozenset[str] | None, out: dict[int, Amount]) -> None:
        """Read a number that is written in one with its scale word: százmilliárd, Zehnmilliarden, במיליארד."""
        text = self.text
        if not isinstance((scales().at(text, at) or (0, None))[1], float | str):
            return
        start = at
        while start and is_letter(text[start - 1]):
            start -= 1
        front = text[start:at]
        if len(front) == 1 and "\u0590" <= front <= "\u06ff" and front in "בלכהוبلكف":
            before = numerals.before(text, start, None, self.habits.language)
            hit = ones().at(text, at)
            if before is None and hit and self._is_followed(hit[0]):
                out[start] = Amount(1.0, at, at, words=True)
            return
        for tag in speak or ():
            for name in numerals.sisters(tag):
                table = numerals.tables().get(name)
                value = numerals.parse([front], table) if table else None
                if value and value != numerals.UNKNOWN:
                    out[start] = Amount(value, start, at, words=True)
                    return

    def _alone(self, at: int) -> Amount | None:
        """Read a bare scale or unit that says one of it: "ponad miliard dolarów", "over a gigawatt"."""
        text = self.text
        hit = ones().at(text, at) or (scales().at(text, at) if self._is_bounded(at) else None)
        if re.search(r"\d[ -]?$", text[max(0, at - 3) : at]):
            return None
        if hit and (found := scales().at(text, at)) and found[0] == hit[0] and self._is_followed(hit[0]):
            return Amount(1.0, at, at, words=True)
        unit = units.watts().at(text, at)
        if unit and unit[0] - at > 5 and text[unit[0] : unit[0] + 1] != "-" and self._is_bounded(at):
            return Amount(1.0, at, at, words=True)
        return None

    def _is_followed(self, end: int) -> bool:
        """Whether a currency or a unit stands behind a bare scale word, or a half of it more."""
        start = end + 1 if self.text[end : end + 1] in {" ", "-"} else end
        half = halves("half_after").at(self.text, start)
        if half:
            start = half[0] + 1 if self.text[half[0] : half[0] + 1] == " " else half[0]
        return bool(units.currencies().at(self.text, start) or units.watts().at(self.text, start))

    def _is_bounded(self, at: int) -> bool:
        return bounds().before(self.text, at - 1 if at and self.text[at - 1] == " " else at) is not None


@cache
def bounds() -> Lexicon[str]:
    """Return the words that say before an amount that it is about, at most or at least so much."""
    lexicon: Lexicon[str] = Lexicon()
    for key in ("most", "least", "about"):
        for _, name, listed in words.entries("quantifier"):
            if name == key:
                lexicon.add(listed, "" if key == "about" else key)
    return lexicon


@cache
def anchors() -> ahocorasick_rs.AhoCorasick:
    """Return the words before which a number may be written as a word."""
    found = [w for w in scales() if len(w) > 2 and (is_letter(w[0]) or "\u0e00" <= w[0] <= "\u0e7f")]
    found += [w for w in units.watts() if len(w) > 4 and is_letter(w[0])]
    found += list(duals())
    found += [fold(w)[0] for tag, _, listed in words.entries("short_scale") if tag == "vi" for w in listed]
    # of few people, homes and jobs nobody gives a figure in words; of thousands the scale word is the anchor
    for _, key, listed in words.entries("thing"):
        if key in SMALL_COUNTS:
            folded = (fold(w.rstrip("*0123456789"))[0].strip() for w in listed)
            found += [w for w in folded if len(w) > 3 and is_letter(w[0])]
    return ahocorasick_rs.AhoCorasick(sorted(set(found)), matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)


@cache
def anchor_languages() -> Mapping[str, frozenset[str]]:
    """Give the languages of each anchor; those that nearly all languages write so are left out."""
    known: dict[str, set[str]] = {}
    for section in ("scale", "short_scale", "thing", "power", "energy"):
        for word, tags in words.languages(section).items():
            known.setdefault(word, set()).update(tags)
    found = {}
    for word in known:
        spoken: set[str] = set().union(*(known.get(word[:n], set()) for n in range(3, len(word) + 1)), known[word])
        if "und" not in spoken:
            found[word] = frozenset(spoken)
    return found
