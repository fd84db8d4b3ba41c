"""Numbers written as words, found where they end or begin in a text: "thirty-five", "huszonöt", "hai mươi lăm".

A number is read whole or not at all: when the word before what was read is a number word too, or hangs on it, the
phrase says more than we understand, and a part of it would be wrong.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache

from pipeline.core.facts.compose import FUSED, GLUED, LONGEST, UNKNOWN, Table, parse, split, tables
from pipeline.core.facts.scales import voters
from pipeline.core.text.phrases import is_letter

MOST_WORDS = 8  # of one number
_SISTERS = (
    "hr sr sl", "da no sv", "id ms", "ru uk be bg mk sr kk", "cs sk", "es ca gl pt", "tr az uz", "fa ur ar", "hi mr ne",
    "en af nl de", "fi et",
)  # fmt: skip
_UNSPACED = frozenset({"th"})


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


@cache
def _known(tag: str) -> frozenset[str]:
    return frozenset((*tables()[tag].values, *tables()[tag].times))


def after(text: str, start: int, speak: frozenset[str]) -> tuple[int, float] | None:
    """Read the number that begins behind the space at `start`: its end and value; None when none is read whole."""
    ends: list[int] = []
    at = start
    while len(ends) < MOST_WORDS and text[at : at + 1] == " ":
        at += 1
        while at < len(text) and is_letter(text[at]):
            at += 1
        ends.append(at)
    for end in reversed(ends):
        for tag in speak:
            table = tables().get(tag)
            value = parse(text[start + 1 : end].split(" "), table) if table else None
            if value and value != UNKNOWN:
                return end, value
    return None


def _unspaced(text: str, stop: int) -> tuple[int, float] | None:
    """Read a number of a script without spaces between words (Thai), from its end."""
    found = None
    if not stop or not "\u0e00" <= text[stop - 1] <= "\u0e7f":
        return None
    for tag in _UNSPACED:
        table, known = tables()[tag], _known(tag)
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
    bare = word[1:] if word[0] in GLUED.get(table.tag, "") else word
    return any(w in table.values and not _is_risky(w, table.tag) for w in (word, bare)) or word in table.times


@lru_cache(maxsize=4096)
def candidates(last: str) -> tuple[str, ...]:
    """Give the languages in which a number may end in this word."""
    found = set(_by_last_word().get(last, ()))
    if not last:
        return ()
    for tag, letters in GLUED.items():
        if last[0] in letters and tag in _by_last_word().get(last[1:], ()):
            found.add(tag)
    if 5 < len(last) <= LONGEST:
        found.update(tag for tag in FUSED if tag in tables() and split(last, tag))
    return tuple(sorted(found))
