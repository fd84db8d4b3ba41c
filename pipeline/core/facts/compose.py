"""How the number words of one language are put together: hundreds, tens and units, written apart or in one word."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from pipeline.core.facts import words
from pipeline.core.text.phrases import fold

LONGEST = 40  # letters of a number in one word
_UNITS_FIRST = frozenset({"de", "nl", "da", "ar", "sl"})  # one and twenty
_TEENS_AFTER = {"fr": (60.0, 80.0)}  # soixante et onze, quatre-vingt-quinze
GLUED = {"ar": "وبلكف", "he": "בלכוהשמ"}  # prepositions and "and", written in one with the word
FUSED = frozenset(
    ["de", "nl", "it", "hu", "fi", "et", "sv", "da", "no", "is", "ro", "tr", "az", "bg", "sr", "hr", "sl", "pl", "id"]
)  # twentyfive
UNKNOWN = -1.0  # "several", "hundreds": a number that nobody told

Part = tuple[str, float]  # what it does (value, times, plus, either, and), with what


@dataclass(frozen=True, slots=True)
class Table:
    """The number words of one language, folded."""

    tag: str
    values: Mapping[str, float]
    times: Mapping[str, float]  # dua *puluh*
    plus: Mapping[str, float]  # dua *belas*
    joints: frozenset[str]
    longest: int  # words of its longest phrase


@cache
def tables() -> Mapping[str, Table]:
    """Build the tables from the files of words."""
    found = {}
    for tag, sections in words.all_languages().items():
        kinds: dict[str, dict[str, float]] = {"": {}, "x": {}, "+": {}}
        joints: set[str] = set()
        for key, listed in sections.get("number", {}).items():
            for word in listed:
                folded = fold(word)[0].strip().replace("-", " ")
                if key == "and":
                    joints.add(folded)
                elif key == "?":
                    kinds[""].setdefault(folded, UNKNOWN)
                else:
                    kinds[key[0] if key[0] in "x+" else ""].setdefault(folded, float(key.lstrip("x+")))
        if kinds[""]:
            longest = max(w.count(" ") + 1 for w in kinds[""])
            found[tag] = Table(tag, kinds[""], kinds["x"], kinds["+"], frozenset(joints), longest)
    return found


def parse(names: Sequence[str], table: Table) -> float | None:
    """Give the value of a whole phrase in one language, UNKNOWN for "several"; None when it is no number of it."""
    parts: list[Part] = []
    at = 0
    while at < len(names):
        for n in range(min(table.longest, len(names) - at), 0, -1):
            found = _atom(" ".join(names[at : at + n]), table, is_first=at == 0)
            if found:
                parts += found
                at += n
                break
        else:
            return None
    if any(value == UNKNOWN for _, value in parts):
        return UNKNOWN
    return evaluate(parts, table.tag)


def _atom(word: str, table: Table, is_first: bool) -> Sequence[Part] | None:
    single = _single(word, table)
    if single and single[1] == UNKNOWN and word in table.times and not is_first:
        single = "times", table.times[word]  # שלוש מאות: three hundreds, not hundreds
    if single:
        return (single,)
    if word in table.joints:
        return (("and", 0.0),)
    glued = GLUED.get(table.tag, "")
    if glued and word[0] in glued and word[1:] in table.values:
        value = ("value", table.values[word[1:]])
        if is_first:
            return (value,)
        return (("and", 0.0), value) if word[0] in table.joints else None
    if table.tag in FUSED and 5 < len(word) <= LONGEST:
        return split(word, table.tag) or None
    return None


def _single(word: str, table: Table) -> Part | None:
    if word in table.values:
        return ("either" if word in table.times else "value"), table.values[word]
    if word in table.times:
        return "times", table.times[word]
    return ("plus", table.plus[word]) if word in table.plus else None


@lru_cache(maxsize=4096)
def split(word: str, tag: str) -> tuple[Part, ...]:
    """Cut a number in one word into its parts, the longest first: "kétszázötven"; () when it is none."""
    table = tables()[tag]
    for n in range(len(word), 1, -1):
        piece = word[:n]
        single = _single(piece, table) or (("and", 0.0) if piece in table.joints else None)
        if single is None or single[1] == UNKNOWN:
            continue
        if n == len(word):
            return (single,) if single[0] != "and" else ()
        rest = split(word[n:], tag)
        if rest:
            return (single, *rest)
    return ()


def evaluate(parts: Sequence[Part], tag: str) -> float | None:
    """Add parts up as numbers are built: hundreds, tens, units, the greater first; None where they are not."""
    total = last = 0.0
    joint = False
    for i, (kind, value) in enumerate(parts):
        if kind == "and":
            if not i or i == len(parts) - 1 or joint:
                return None
            joint = True
            continue
        multiplies = kind in {"times", "either"} or value == 100
        if multiplies and value in {10, 100} and 1 <= last < (10 if value == 10 else 20) and not joint:
            total, last = total + last * (value - 1), last * value
        elif kind == "plus" and 0 < last < 10:
            total, last = total + value, last + value
        elif kind in {"times", "plus"}:
            return None
        elif not last:
            total = last = value
        elif value == 0.5 and joint:
            total, last = total + 0.5, 0.5
        elif _fits(last, value, joint, tag):
            total, last = total + value, value
        else:
            return None
        joint = False
    return total or None


def _fits(last: float, value: float, joint: bool, tag: str) -> bool:
    """Whether a part may stand behind another."""
    if value != int(value) or last != int(last):
        return False
    if last >= 100:
        return value < 100
    if value < 10 and last % 10 == 0:
        return True
    if last in _TEENS_AFTER.get(tag, ()):
        return 10 <= value < 20
    return tag in _UNITS_FIRST and joint and last < 10 and value % 10 == 0 and 20 <= value < 100
