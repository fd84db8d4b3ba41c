"""What the writing of a text tells before statistics speak: its script, and what letters alone decide."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.core.language import han
from pipeline.core.text import scripts, tags
from pipeline.model import Language

MAX_CHARACTERS = 400  # langdetect's work is linear in length, and its answer settles long before
UNDECIDED = "und"

# Scripts that one language of the press has for itself.
_ALONE = {
    "Hang": "ko", "Kana": "ja", "Thai": "th", "Grek": "el", "Geor": "ka", "Armn": "hy", "Khmr": "km", "Laoo": "lo",
    "Mymr": "my", "Sinh": "si", "Taml": "ta", "Telu": "te", "Knda": "kn", "Mlym": "ml", "Gujr": "gu", "Guru": "pa",
    "Orya": "or", "Tibt": "bo", "Thaa": "dv", "Syrc": "syr", "Nkoo": "nqo", "Cher": "chr", "Cans": "iu",
    "Mong": "mn-Mong", "Olck": "sat", "Tfng": "zgh", "Bopo": "zh-Hant",
}  # fmt: skip

# Small words of the languages that the press writes in Latin letters, by which a sentence is theirs.
_FUNCTION_WORDS = """
    the of in to and for on with as at by from is are be was has have its it will after over how why what who that
    this not says said up out into than about more against amid may can could would le la les des du et en un une
    dans pour sur au aux que qui ne pas plus avec el los las del una por para con se su al más da do dos das no na
    os um uma com não il lo gli di che per non della delle dei si der die das und den von zu mit für auf ist im
    nicht ein eine dem zur bei nach het een van op voor met te zijn niet yang dan ke dari untuk dengan ini itu akan
    tidak và của là cho với một các có ve bir bu için ile olan nie się jest dla po och att på är av til og det som
    ikke de la cu pe din este nu că és az hogy nem ja ei on että se na je že pro za od jako ya wa kwa ni ang mga sa
    ng ay
"""
_FUNCTION = frozenset(_FUNCTION_WORDS.split())
_LATIN_WORD = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]+(?:['’][A-Za-z]+)?")
_LATIN_WRITTEN_WORDS = """
    en fr de es pt it nl sv da no fi pl cs sk hu ro hr bs sl tr az id ms vi tl sw et lv lt ca gl eu af is ga cy sq
"""
_LATIN_WRITTEN = frozenset(_LATIN_WRITTEN_WORDS.split())
# Letters of Sindhi that no other language of the press writes; and letters of languages that no engine here knows.
_SINDHI = "ڪٻڏڌڳڄڃڱڻٿٽڙڦڀٺ\u06fe\u06fd"
_FOREIGN = {"Cyrl": "ӗӑӳӕҩҿҕҧӀӏӡӷҭҟҵҷ" + "ӄӈӽӎ"}
_TIGRINYA_WORDS = """
    እዩ ኣብ ናይ ከም ድማ ካብ ኣሎ እዮም ነቲ እቲ ምስ ዝነበረ ኣይኮነን ከኣ ናብ ብዛዕባ ኮይኑ እያ ክሳብ ሓደ ሓንቲ ሓድሽ
"""
_TIGRINYA = frozenset(_TIGRINYA_WORDS.split())
_AMHARIC_WORDS = """
    ነው እና ላይ ውስጥ ወደ ጋር ነበር ናቸው አዲስ ግን ስለ እንደ ሲሆን ከተማ የሚሆን ተናገሩ አለ መንግሥት
"""
_AMHARIC = frozenset(_AMHARIC_WORDS.split())
# Bounded and possessive, so that a hostile summary ("@@@@…") costs no more than a good one.
_NOISE = re.compile(
    r"https?://\S++|www\.\S++|[\w.+-]{1,64}+@[\w-]{1,64}+\.[\w.-]{1,64}+|[@#][\w.]++|&[a-z]{1,20}+;|<[^<>]{1,200}+>"
)
_NOISE_MARKS = ("http", "www.", "@", "#", "&", "<")  # no noise is without one of them
_LATIN_RUN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff][A-Za-z\u00c0-\u024f\u1e00-\u1eff0-9'’.&-]*")
_MIXED_WORD = re.compile(r"\b(?=[\u0400-\u04ff]++[A-Za-z]|[A-Za-z]++[\u0400-\u04ff])[A-Za-z\u0400-\u04ff]++")
_AS_CYRILLIC = str.maketrans("ABCEHIJKMOPTXYaceijopxys", "АВСЕНІЈКМОРТХУасеіјорхуѕ")


@dataclass(frozen=True, slots=True)
class Evidence:
    """A cleaned text with its script, ready for an engine; `answer` is set when the script decides alone."""

    text: str
    script: str
    letters: int
    answer: Language | None


def clean(text: str) -> str:
    """Drop what misleads a detector: addresses, handles, tags, markup; and shouting, which langdetect cannot read."""
    return _lowered(_without_noise(text))


def _without_noise(text: str) -> str:
    text = text[: MAX_CHARACTERS * 2]
    if any(mark in text for mark in _NOISE_MARKS):
        text = _NOISE.sub(" ", text)
    return " ".join(text.split())[:MAX_CHARACTERS]


def _lowered(text: str) -> str:
    upper = sum(map(str.isupper, text))
    if upper * 2 > sum(map(str.isalpha, text)) and upper > 3:
        text = text.lower()
    return text


def read(title: str, summary: str, declared: Sequence[str]) -> Evidence:
    """Clean a story's words and let the script speak first."""
    spoken = _without_noise(f"{title} {summary}" if summary else title)
    counts = scripts.count(spoken)
    script = _carrier(spoken, counts, declared)
    text = _lowered(spoken)
    if text is not spoken:
        counts = scripts.count(text)
    if script == "Cyrl" and "Latn" in counts:
        text = _MIXED_WORD.sub(lambda found: found[0].translate(_AS_CYRILLIC), text)
    if script not in ("Latn", "") and "Latn" in counts:
        text = _LATIN_RUN.sub(" ", text)  # "(Brett Kavanaugh)" makes a Chinese headline Norwegian
    if not script:
        return Evidence(text, "", 0, Language(UNDECIDED, 0.0, "no-letters"))
    return Evidence(text, script, counts.get(script, 0), _by_script(text, script, counts, declared))


def carrier(text: str, declared: Sequence[str] = ()) -> str:
    """Name the script that carries a text, before any name in Latin letters is weighed; "" when there is none.

    Firms, products and tickers stand in Latin letters inside texts of all scripts, so Latin words count by what they
    are: a function word is a sentence's own, a small word may be, a capitalised one is mostly a name. A text in Latin
    letters that quotes a word of another script has function words; one without any belongs to the other script.
    """
    return _carrier(text, scripts.count(text), declared)


def _carrier(text: str, counts: dict[str, int], declared: Sequence[str]) -> str:
    others = {name: times for name, times in counts.items() if name != "Latn"}
    if not others or "Latn" not in counts:
        return scripts.dominant(counts)
    other = scripts.dominant(others)
    words = _LATIN_WORD.findall(text)
    function = sum(word.lower() in _FUNCTION and (len(word) > 1 or word.islower()) for word in words)
    small = [word for word in words if word[0].islower() and word.islower() and len(word) > 1]
    weight = scripts.weight(counts, other)
    if tags.base(tags.normalise(declared[0])) in _LATIN_WRITTEN if declared else False:
        return other if weight * 2 >= counts["Latn"] else "Latn"
    plain = sum(map(len, small))
    if function <= 1 and len(small) - function <= 0 and _has_word(text, other):
        return other  # nothing but names in Latin letters
    if not function and weight * 2 >= plain:
        return other
    names = counts["Latn"] - plain
    return other if weight * 2 >= plain + 5 * function + 0.25 * names else "Latn"


def _has_word(text: str, script: str) -> bool:
    """Whether letters of a script make a word: a lone Greek letter is a symbol ("β", "μ")."""
    if script != "Grek":
        return True
    return any(sum("\u0370" <= c <= "\u1fff" for c in word) > 1 for word in text.split())


def _by_script(text: str, script: str, counts: Mapping[str, int], declared: Sequence[str]) -> Language | None:
    sure = 0.99 if counts.get(script, 0) >= 4 else 0.85
    if script == "Hani":
        return han.decide(text, counts.get("Hani", 0), counts.get("Kana", 0), declared)
    if script in _ALONE:
        return Language(_ALONE[script], sure, "script")
    if script == "Ethi":
        return _ethiopic(text, sure, declared)
    if script == "Hebr":
        yiddish = any(mark in text for mark in ("ײ", "װ", "ױ", "אַ", "אָ"))
        return Language("yi" if yiddish else "he", 0.95 if yiddish else sure, "script")
    if script == "Beng":
        assamese = "ৰ" in text or "ৱ" in text
        return Language("as" if assamese else "bn", sure, "script")
    if script == "Arab" and (own := sum(map(text.count, _SINDHI))):
        return Language("sd", 0.95 if own > 3 else 0.85 if own > 1 else 0.7, "script")
    if foreign := sum(map(text.count, _FOREIGN.get(script, ""))):
        return Language(UNDECIDED, min(0.5, 0.1 * foreign), "no-profile")
    return None


def _ethiopic(text: str, sure: float, declared: Sequence[str]) -> Language:
    """Tell Tigrinya from Amharic by its own letters and words; without either side's, neither is sure."""
    words = set(re.findall(r"[\u1200-\u135a]+", text))
    tigrinya = 2 * sum(map(text.count, "ቐቑቒቓቔቕቖኸ")) + len(words & _TIGRINYA) + sum(w.startswith("ኣ") for w in words)
    amharic = (
        len(words & _AMHARIC) + sum(w.startswith("አ") for w in words) + sum(w.endswith(("ዎች", "ኦች")) for w in words)
    )
    if tigrinya == amharic and declared and tags.base(tags.normalise(declared[0])) in ("ti", "am"):
        return Language(tags.base(tags.normalise(declared[0])), 0.8, "prior")
    if tigrinya > amharic:
        return Language("ti", 0.95 if sure > 0.9 and tigrinya - amharic > 1 else 0.85, "script")
    return Language("am", 0.95 if sure > 0.9 and amharic > tigrinya else 0.85, "script")
