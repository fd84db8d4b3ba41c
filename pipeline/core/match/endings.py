"""The endings that languages write onto a foreign name: a closed list, so that no other word begins like the name.

Applied to names in Latin letters of four and more that begin with a capital in the text ("Grokiem", "Stargate-u",
"ChatuGPT"). English derivations (-s, -ed, -ing, -er, -y) are not among them.
"""

import re
from collections.abc import Iterator

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
        "as", "is", "us", "ui", "o", "e", "am", "es", "iai", "un", "i",
        "dan", "den", "nin", "nun", "da", "de", "ta", "te", "ya", "ye", "t",
    )
)  # fmt: skip
_RISKY = frozenset(
    ("e", "i", "o", "t", "is", "as", "es", "us", "am", "un", "in", "ia", "le", "re", "de", "da", "om", "ie")
)
MIN_NAME = 4
SURE_NAME = 5  # from here a short ending is taken, too

_COMPOUND = re.compile(r"([A-Z][a-z]{2,})([A-Z]{2,4})")  # ChatGPT: the ending stands inside


def fits(name: str, ending: str) -> bool:
    """Say whether `ending` (folded) may be written onto `name` (folded)."""
    if len(name) < MIN_NAME or ending not in ENDINGS:
        return False
    return len(name) >= SURE_NAME or ending not in _RISKY


def compounds(name: str) -> Iterator[str]:
    """Give the forms of a name that is inflected inside: ChatGPT, ChatuGPT, ChatemGPT."""
    if m := _COMPOUND.fullmatch(name):
        for ending in ("u", "a", "em", "owi", "ovi", "om", "ie"):
            yield f"{m[1]}{ending}{m[2]}"
