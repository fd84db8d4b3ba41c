"""The endings that languages write onto a foreign name: closed lists, so that no other word begins like the name.

Latin and Cyrillic names must begin with a capital in the text ("Grokiem", "ChatuGPT", "Блэкрокова"). English
derivations (-s, -ed, -ing, -er, -y) are not among them.
"""

import re
import unicodedata
from collections.abc import Iterator

from pipeline.core.text.fold import fold, script

# Folded: West and South Slavic; Romanian; Hungarian; Finnish, Estonian; Lithuanian, Latvian; Turkish, Azeri (their
# apostrophe is a boundary of its own). -l, -n, -r and -s are left out: Metal, Apollon, Meter, Metas.
ENDINGS = frozenset(
    (
        "a", "u", "em", "iem", "om", "owi", "ovi", "ie", "ow", "ami", "ach",
        "ov", "ova", "ovo", "ove", "ovy", "ovych", "oveho", "ovu", "ovou", "ovom", "ovog", "ovim", "ovih",
        "ul", "ului", "uri", "ban", "ben", "nak", "nek", "val", "vel", "ra", "re", "rol", "tol", "hoz", "ot", "ok",
        "ja", "je",
        "in", "ia", "iin", "issa", "ista", "ille", "illa", "ilta", "ssa", "lle", "lla", "sta", "lta", "ga", "le", "lt",
        "st",
        "iga", "ile", "ilt", "ist", "tan", "ten", "ek", "nel", "nal", "ren", "rekin",
        "as", "is", "us", "ui", "o", "e", "am", "es", "iai", "un", "i",
        "dan", "den", "nin", "nun", "da", "de", "ta", "te", "ya", "ye", "t",
    )
)  # fmt: skip
_RISKY = frozenset(
    ("e", "i", "o", "t", "is", "as", "es", "us", "am", "un", "in", "ia", "le", "re", "de", "da", "om", "ie")
)
MIN_NAME = 4
SURE_NAME = 5  # from here a short ending is taken, too
LONG = 3  # letters of an ending that a shorter name takes in scripts with capitals: Маскова, Масктың

_COMPOUND = re.compile(r"([A-Z][a-z]{2,})([A-Z]{2,4})")  # ChatGPT: the ending stands inside


# Words that Arabic, Hebrew and Amharic write onto the next: "and", "in", "to", "like", "the", "of", "from" …
CLITICS = {
    "arabic": frozenset(
        ("و", "ف", "ب", "ل", "ك", "س", "ال", "وال", "بال", "لل", "فال", "كال", "ول", "وب", "فل", "فب", "ولل", "وبال")
    ),
    "ethiopic": frozenset(("የ", "ለ", "በ", "ከ", "ስለ", "እና", "እነ")),
    "hebrew": frozenset(
        ("ו", "ה", "ב", "ל", "מ", "ש", "כ", "וה", "וב", "ול", "ומ", "וש", "שה", "שב", "של", "מה", "כש", "ושה", "לה")
    ),
}

# The same for other scripts: East and South Slavic, Georgian, Armenian, Persian, Hindi and its sisters, Bengali.
_OTHERS = {
    "cyrillic": "а у ом ем е ой ою и ы ю я й ев ов ова ову овой овым овых ово ове овог овом ам ями ами ах "
    "ів ові еві і ї їв ією ею ът ят та ға қа дың ның тың нің тің дің ге ке нан нен дан ден тан тен мен бен пен",
    "georgian": "ი ს მ მა ის ით ად თან ზე ში ისთან ისთვის იდან ც",
    "armenian": "ը ն ի ին ից ով ում",
    "arabic": "ی ها های",
    "devanagari": "ने को का के की से में पर च्या चा ची चे ला नी शी ले लाई",
    "gujarati": "ે ના ની નો ને નું માં થી",
    "ethiopic": "ን ም ና",
    "bengali": "র ের কে তে য়ের য়ের রা দের",
}
_BY_SCRIPT = {key: frozenset(fold(word) for word in words.split()) for key, words in _OTHERS.items()}
_CASED = frozenset(("latin", "cyrillic", "armenian"))
# Names whose last letter gives way to an ending (Нвидия, Нвидии); a virama does to a vowel sign.
_YIELDS = {"cyrillic": frozenset("аяи"), "georgian": frozenset("ია")}


def inflects(name: str) -> bool:
    """Say whether a written name may take endings: begun with a capital and ended small, where there is case."""
    key = script(name[-1:]).lower() if name else ""
    if key in _BY_SCRIPT and key not in _CASED:
        return len(fold(name)) >= (SURE_NAME if key == "arabic" else MIN_NAME)
    if not name[:1].isupper() or not name[-1:].islower():
        return False
    return name.isascii() or (key in _BY_SCRIPT and len(fold(name)) >= MIN_NAME)


def is_cased(name: str) -> bool:
    """Say whether the script of a name has capitals."""
    return script(name[-1:]).lower() in _CASED


def fits(name: str, ending: str) -> bool:
    """Say whether `ending` (folded) may be written onto `name` (folded)."""
    if len(name) < MIN_NAME:
        return False
    if not name.isascii():
        known = _BY_SCRIPT.get(script(name[-1]).lower(), frozenset())
        return ending in known and (len(name) >= SURE_NAME or len(ending) >= LONG or not is_cased(name))
    if ending in {f"{name[-1]}al", f"{name[-1]}el"}:  # Hungarian "with": Grokkal, Altmannal
        return True
    return ending in ENDINGS and (len(name) >= SURE_NAME or ending not in _RISKY)


def stem(name: str) -> str:
    """Give what is left of a written name before endings that replace its last letter; "" where none is replaced.

    A virama gives way to any vowel sign: மைக்ரோசாஃப்ட், மைக்ரோசாஃப்டின்.
    """
    plain = fold(name)
    if len(plain) >= SURE_NAME and unicodedata.combining(plain[-1]) == 9:
        return plain[:-1]
    return plain[:-1] if len(plain) > SURE_NAME and plain[-1] in _YIELDS.get(script(plain[-1]).lower(), ()) else ""


def fits_stem(stem: str, ending: str) -> bool:
    """Say whether `ending` (folded) may stand for the last letter of the name of `stem`."""
    known = _BY_SCRIPT.get(script(stem[-1]).lower(), frozenset())
    if unicodedata.category(ending[:1] or " ")[0] == "M":
        return True
    return ending in known


def compounds(name: str) -> Iterator[str]:
    """Give the forms of a name that is inflected inside: ChatGPT, ChatuGPT, ChatemGPT."""
    if m := _COMPOUND.fullmatch(name):
        for ending in ("u", "a", "em", "owi", "ovi", "om", "ie"):
            yield f"{m[1]}{ending}{m[2]}"
