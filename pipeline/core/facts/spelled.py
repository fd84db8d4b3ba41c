"""Numbers written as words in a text: found at the scale words, units and things that they stand before."""

import re
from collections.abc import Mapping, Sequence
from functools import cache

import ahocorasick_rs

from pipeline.core.facts import compose, numerals, units, words
from pipeline.core.facts.numbers import Amount, Numbers
from pipeline.core.facts.scales import SCALE_FIRST, duals, halves, ones, scales
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
        kinds = anchor_kinds()
        for index, at, end in anchored:
            before = text[at - 1] if at else ""
            if before.isdigit() or (before in " -" and at > 1 and text[at - 2].isdigit()):
                continue  # as nearly always
            glued = bool(at and is_letter(text[at]) and is_letter(text[at - 1]))
            dual = duals().at(text, at) if text[at] > "\u0600" and not glued else None
            if dual:
                out[at] = Amount(dual[1], at, dual[0], True, factor=1e3, words=True)
                continue
            speak, is_thing = kinds[index]
            if is_thing:
                if glued or before not in " '":
                    continue
                word = numerals.before(text, at, speak, self.habits.language) or self._linked(at, speak)
            elif speak and speak & SCALE_FIRST and (behind := self._behind(at, end, speak & SCALE_FIRST)):
                out[at] = behind
                continue
            elif glued:
                self._fused(at, end, speak, out)
                continue
            else:
                word = numerals.before(text, at, speak, self.habits.language) or self._linked(at, speak)
            if word is None:
                alone = None if is_thing else self._alone(at)
                if alone:
                    out[alone.start] = alone
            elif _PART_OF.search(text, max(0, word[0] - 16), word[0]):
                continue  # a quarter of a billion
            elif word[1] != compose.UNKNOWN and not (word[0] and text[word[0] - 1].isdigit()):
                stop = at
                while text[stop - 1] in " -":
                    stop -= 1
                out[word[0]] = self._with_half(Amount(word[1], word[0], stop, words=True))
        return out

    def _behind(self, at: int, end: int, speak: frozenset[str]) -> Amount | None:
        """Read a number in words behind its scale: dola *bilioni mbili*."""
        hit = scales().at(self.text, at)
        found = numerals.after(self.text, end, speak) if hit and hit[0] == end else None
        if not hit or not isinstance(hit[1], float) or not found:
            return None
        return Amount(found[1] * hit[1], at, found[0], True, factor=hit[1], words=True)

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
            if before is None and hit and self._is_followed(at, hit[0]):
                out[start] = Amount(1.0, at, at, words=True)
            return
        for tag in speak or ():
            for name in numerals.sisters(tag):
                table = compose.tables().get(name)
                value = compose.parse([front], table) if table else None
                if value and value != compose.UNKNOWN:
                    out[start] = Amount(value, start, at, words=True)
                    return

    def _alone(self, at: int) -> Amount | None:
        """Read a bare scale or unit that says one of it: "ponad miliard dolarów", "over a gigawatt"."""
        text = self.text
        hit = ones().at(text, at) or (scales().at(text, at) if self._is_bounded(at) else None)
        if re.search(r"\d[ -]?$", text[max(0, at - 3) : at]):
            return None
        if hit and (found := scales().at(text, at)) and found[0] == hit[0] and self._is_followed(at, hit[0]):
            return Amount(1.0, at, at, words=True)
        unit = units.watts().at(text, at)
        if unit and unit[0] - at > 5 and text[unit[0] : unit[0] + 1] != "-" and self._is_bounded(at):
            return Amount(1.0, at, at, words=True)
        return None

    def _is_followed(self, at: int, end: int) -> bool:
        """Whether a currency or a unit stands behind a bare scale word, or a half of it more."""
        start = end + 1 if self.text[end : end + 1] in {" ", "-"} else end
        half = halves("half_after").at(self.text, start)
        if half:
            start = half[0] + 1 if self.text[half[0] : half[0] + 1] == " " else half[0]
        text = self.text
        if units.currencies().at(text, start) or units.watts().at(text, start):
            return True
        thing = units.counted().at(text, start)  # mille emplois, хиляда работни места
        if not thing:
            return False
        tags = anchor_languages()
        speak = next((tags[text[at:n]] for n in range(end, at, -1) if text[at:n] in tags), frozenset())
        return any(numerals.sisters(tag) & speak for tag in units.thing_languages(text[start : thing[0]]))

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
def _anchors() -> tuple[Sequence[str], frozenset[str]]:
    """Give the words before which a number may be written as a word, and those that are only things."""
    found = [w for w in scales() if len(w) > 2]  # shorter ones are words of their own: MD, bn
    found += [w for w in units.watts() if len(w) > 4 and is_letter(w[0])]
    found += list(duals())
    found += [fold(w)[0] for tag, _, listed in words.entries("short_scale") if tag == "vi" for w in listed]
    stems = [fold(w.rstrip("*0123456789"))[0].strip() for _, _, listed in words.entries("thing") for w in listed]
    things = {w for w in stems if len(w) > 3 and is_letter(w[0])}
    return sorted({*found, *things}), frozenset(things.difference(found))


@cache
def anchors() -> ahocorasick_rs.AhoCorasick:
    """Return the finder of the words before which a number may be written as a word."""
    return ahocorasick_rs.AhoCorasick(_anchors()[0], matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)


@cache
def anchor_kinds() -> Sequence[tuple[frozenset[str] | None, bool]]:
    """Give of each anchor the languages that have it, None for all, and whether it is only a thing."""
    every, things = _anchors()
    return [(anchor_languages().get(word), word in things) for word in every]


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
