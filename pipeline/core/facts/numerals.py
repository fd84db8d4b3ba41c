"""Numbers written as words, put together from the words of one language: "thirty-five", "huszonöt", "hai mươi lăm".

A number is read whole or not at all: when the word before what was read is a number word too, or hangs on it, the
phrase says more than we understand, and a part of it would be wrong.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from pipeline.core.facts import words
from pipeline.core.facts.scales import voters
from pipeline.core.text.phrases import fold, is_letter

MOST_WORDS = 8  # of one number
_LONGEST = 40  # letters of a number in one word
_UNITS_FIRST = frozenset({"de", "nl", "da", "ar", "sl"})  # one and twenty
_TEENS_AFTER = {"fr": (60.0, 80.0)}  # soixante et onze, quatre-vingt-quinze
_GLUED = {"ar": "وبلكف", "he": "בלכוהשמ"}  # prepositions and "and", written in one with the word
_FUSED = frozenset(
    ["de", "nl", "it", "hu", "fi", "et", "sv", "da", "no", "is", "ro", "tr", "az", "bg", "sr", "hr", "sl", "pl", "id"]
)  # twentyfive
_SISTERS = (
    "hr sr sl", "da no sv", "id ms", "ru uk be bg mk sr kk", "cs sk", "es ca gl pt", "tr az uz", "fa ur ar", "hi mr ne",
    "en af nl de", "fi et",
)  # fmt: skip
_UNSPACED = frozenset({"th"})
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


@cache
def _by_last_word() -> Mapping[str, tuple[str, ...]]:
    index: dict[str, set[str]] = {}
    for tag, table in tables().items():
        for word in (*table.values, *table.times, *table.plus):
            index.setdefault(word.rsplit(" ", 1)[-1], set()).add(tag)
    return {word: tuple(sorted(which)) for word, which in index.items()}


@cache
def sisters(tag: str) -> frozenset[str]:
    """Give a language with those whose number words may stand before its scale words."""
    return frozenset({tag}).union(*(group.split() for group in _SISTERS if tag in group.split()))


@cache
def _is_risky(word: str, tag: str) -> bool:
    """Whether a number word is an ordinary word of another language: "on", "to", "en", "sei"."""
    return bool(set(voters().get(word, ())) - sisters(tag))


def before(text: str, stop: int, speak: frozenset[str] | None, language: Callable[[], str]) -> tuple[int, float] | None:
    """Read the number that ends at `stop` of a folded text: its start and value, UNKNOWN when it is told in part.

    `speak`: the languages of the word behind it, None when all have it; then `language`, the text's, must bear out a
    word that is something else elsewhere. None when no number ends there.
    """
    at = stop
    while at and text[at - 1] in " -":
        at -= 1
    tokens: list[tuple[int, str]] = []
    while at and len(tokens) <= MOST_WORDS:
        start = at
        while start and (is_letter(text[start - 1]) or (text[start - 1] == "'" and at > start)):
            start -= 1
        if start == at:
            break
        word = text[start:at]
        if not tokens and not candidates(word) and not candidates(word[word.rfind("'") + 1 :]):
            return None  # nearly always: no number word stands here
        tokens.insert(0, (start, word))
        if not start or text[start - 1] not in " -":
            break
        at = start - 1
    if not tokens:
        return _unspaced(text, stop)
    names = [word for _, word in tokens]
    last = names[-1]
    tags = [
        tag
        for tag in candidates(last) or candidates(last[last.rfind("'") + 1 :])
        if speak is None or sisters(tag) & speak
    ]
    for n in range(len(names), 0, -1):  # of several languages the one that reads most
        for tag in tags:
            found = _whole(text, tokens, n, tables()[tag])
            if found is None:
                continue
            is_doubtful = n == 1 and speak is None and (_is_risky(last, tag) or len(last) < 3)
            if is_doubtful and tag != language():
                continue
            return found
    return None


def _unspaced(text: str, stop: int) -> tuple[int, float] | None:
    """Read a number of a script without spaces between words (Thai), from its end."""
    found = None
    for tag, table in tables().items():
        if tag not in _UNSPACED:
            continue
        known = {*table.values, *table.times}
        names: list[str] = []
        at = stop
        while len(names) < MOST_WORDS:
            piece = next((text[at - n : at] for n in range(min(at, 8), 1, -1) if text[at - n : at] in known), None)
            if piece is None:
                break
            names.insert(0, piece)
            at -= len(piece)
        value = parse(names, table) if names else None
        if value is not None:
            found = at, value
    return found


def _whole(text: str, tokens: Sequence[tuple[int, str]], n: int, table: Table) -> tuple[int, float] | None:
    """Read the last n words as one number; UNKNOWN when the word before them belongs to it too."""
    names = [word for _, word in tokens[-n:]]
    value = parse(names, table)
    elided = 0
    if value is None and "'" in names[0][1:]:  # plus d'un gigawatt
        elided = names[0].rindex("'") + 1
        value = parse([names[0][elided:], *names[1:]], table)
    if value is None:
        return None
    start = tokens[-n][0] + elided
    ahead = tokens[-n - 1] if n < len(tokens) else None
    hangs = ahead is not None and text[tokens[-n][0] - 1] == "-"
    more = ahead is not None and _is_number(ahead[1], table)
    return start, UNKNOWN if hangs or more else value


def _is_number(word: str, table: Table) -> bool:
    bare = word[1:] if word[0] in _GLUED.get(table.tag, "") else word
    return any(w in table.values and not _is_risky(w, table.tag) for w in (word, bare)) or word in table.times


@lru_cache(maxsize=4096)
def candidates(last: str) -> tuple[str, ...]:
    """Give the languages in which a number may end in this word."""
    found = set(_by_last_word().get(last, ()))
    if not last:
        return ()
    for tag, letters in _GLUED.items():
        if last[0] in letters and tag in _by_last_word().get(last[1:], ()):
            found.add(tag)
    if 5 < len(last) <= _LONGEST:
        found.update(tag for tag in _FUSED if tag in tables() and split(last, tag))
    return tuple(sorted(found))


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
    glued = _GLUED.get(table.tag, "")
    if glued and word[0] in glued and word[1:] in table.values:
        value = ("value", table.values[word[1:]])
        if is_first:
            return (value,)
        return (("and", 0.0), value) if word[0] in table.joints else None
    if table.tag in _FUSED and 5 < len(word) <= _LONGEST:
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
