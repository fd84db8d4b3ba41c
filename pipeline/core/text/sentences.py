"""Sentences of any language: where they end, and the opening of a text that fits a width."""

import re
import unicodedata

from pipeline.core.text.fold import fold

# Ends: Latin, Cyrillic, Greek … need a space behind them, Han and Kana do not; Indic danda, Arabic, Urdu, Ethiopic,
# Burmese and Khmer have marks of their own. What closes a quotation or a bracket belongs to the sentence.
_END = re.compile(
    r"""[.!?…؟۔।॥።။។\u037e]+(?:\s?»+(?=\s|$)|["'”’“)\]]*(?=\s|$))|[。！？｡]+(?:[」』”’）】\]]+(?![\u3040-\u309f])|(?![」』”’）】\]]))"""
)
# Words that end in a point without ending anything; one letter is an initial, and so is a word with points inside.
_ABBREVIATED = (
    "mr mrs ms dr prof st no inc corp ltd co gen sen gov rep jr sr vs approx est dept fig jan feb apr jun jul aug sep "
    "sept oct nov dec m mme mlle nr art tel ca bzw bspw usw sra dn dna pt tbk ул им тыс млн млрд руб г np tzw"
)
_SHORT = frozenset(_ABBREVIATED.split())
# What a feed puts behind the text: no words of the story.
_TAIL = re.compile(
    r"^\W*(?:the post .* appeared first on|read (?:more|the full|on)|continue reading|click here|subscribe|sign up|"
    r"lire (?:la suite|aussi|plus)|weiterlesen|mehr (?:dazu|lesen)|leer m[aá]s|seguir leyendo|leggi (?:anche|tutto)|"
    r"leia mais|baca (?:juga|selengkapnya)|selengkapnya|lees (?:meer|verder)|läs mer|czytaj (?:więcej|też)|devamı|"
    r"читать (?:далее|также)|читайте|читати далі|続きを読む|阅读全文|閱讀全文|查看全文|자세히 보기|xem thêm|"
    r"اقرأ أيضا|اقرأ المزيد|और पढ़ें)",
    re.IGNORECASE,
)
_CUT = re.compile(r"\s*(?:\[?(?:…|\.{3})\]?|\[\+\d+ chars\])\s*$")


def width(text: str) -> float:
    """Say how much room a text takes, in Latin letters: a Han character, a Kana or a Hangul syllable counts 2.5."""
    return sum(
        2.5 if unicodedata.east_asian_width(c) in "WF" else 0.0 if unicodedata.combining(c) else 1.0 for c in text
    )


def split(text: str) -> list[str]:
    """Cut a text into its sentences, in order; what has no end is one. Abbreviations and initials end nothing."""
    text = " ".join(text.split())
    found: list[str] = []
    start = 0
    for end in _END.finditer(text):
        if end[0][0] == "." and _goes_on(text, start, end):
            continue
        found.append(text[start : end.end()].strip())
        start = end.end()
    return [s for s in (*found, text[start:].strip()) if s]


def _goes_on(text: str, start: int, end: re.Match[str]) -> bool:
    before = re.search(r"[^\s(\[\"'“‘«]*$", text[start : end.start()])
    word = before[0] if before else ""
    after = text[end.end() :].lstrip()[:1]
    if len(word) == 1 and word.isalpha() and word.isupper():
        return bool(after)
    if "." in word or word.casefold() in _SHORT:
        return bool(after) and end[0] == "."
    return after.islower() or (word.isdigit() and len(word) <= 2 and after.isalpha())  # "am 3. Mai", "7. oktober"


def opening(text: str, room: float = 280.0, most: int = 2, title: str = "") -> str:
    """Give the first sentences of a text, `most` at most, that fit the room (in Latin letters); "" where none is.

    A sentence that repeats the `title` and what feeds put behind a text are left out. A first sentence that is too
    long, or that the feed itself cut off, ends at a word, with an ellipsis.
    """
    said = fold(title).strip(" .!?")
    sentences = []
    for sentence in split(text):
        if _TAIL.match(sentence):
            break
        if fold(sentence).strip(" .!?") != said:
            sentences.append(sentence)
    if not sentences:
        return ""
    chosen = ""
    for sentence in sentences[:most]:
        longer = f"{chosen} {sentence}".strip() if not chosen or chosen[-1] not in "。！？｡」』" else chosen + sentence
        if chosen and (width(longer) > room or _CUT.search(sentence)):
            break
        chosen = longer
    return _fitted(chosen, room)


def _fitted(text: str, room: float) -> str:
    whole = _CUT.sub("", text)
    if width(whole) <= room:
        return whole if whole == text else whole.rstrip(" ,;:–—-、，") + "…"
    taken, used = 0, 0.0
    for i, char in enumerate(whole):
        used += width(char)
        if used > room:
            break
        taken = i + 1
    head = whole[:taken]
    space = head.rfind(" ")
    if space > taken // 2:  # scripts without spaces end anywhere
        head = head[:space]
    return head.rstrip(" ,;:–—-、，") + "…"
