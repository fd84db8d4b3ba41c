"""Language tags: as feeds write them, as we store them (BCP 47), and when two of them mean the same language."""

import re
from collections.abc import Sequence

# Retired and macro codes, and what the press's readers would not part.
_OLD = {
    "in": "id", "iw": "he", "ji": "yi", "jw": "jv", "mo": "ro", "nb": "no", "nn": "no", "fil": "tl", "cmn": "zh",
    "sh": "sr-Latn", "scc": "sr", "scr": "hr", "arb": "ar", "pes": "fa", "zsm": "ms", "swh": "sw", "khk": "mn",
    "ekk": "et", "lvs": "lv", "als": "sq", "azj": "az", "uzn": "uz", "npi": "ne", "ory": "or", "kmr": "ku", "prs": "fa",
    "eng": "en", "fra": "fr", "fre": "fr", "deu": "de", "ger": "de", "spa": "es", "ita": "it", "por": "pt", "rus": "ru",
    "zho": "zh", "chi": "zh", "jpn": "ja", "kor": "ko", "ara": "ar", "ind": "id", "nld": "nl", "dut": "nl", "tur": "tr",
}  # fmt: skip
_HANT_REGIONS = {"TW", "HK", "MO"}
_HANS_REGIONS = {"CN", "SG", "MY"}
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
# Codes of a group, and the members that are right answers to it.
_GROUPS = {"ku": {"ckb", "ku"}, "ckb": {"ckb", "ku"}, "sh": {"sr", "hr", "bs"}, "zh": {"zh", "yue", "wuu"}}


def normalise(tag: str) -> str:
    """Write a declared tag the one way that we store: language, script, region; "" when it is no tag at all.

    "zh_TW" → "zh-Hant", "nb-NO" → "no", "IN" → "id", "en_us" → "en-US". Chinese keeps its script and no region, as
    the script is what readers differ by.
    """
    tag = tag.strip().replace("_", "-").split(".")[0]
    if not _TAG.fullmatch(tag):
        return ""
    first, *rest = tag.split("-")
    language = _OLD.get(first.lower(), first.lower())
    if language == "und":
        return ""
    language, _, implied = language.partition("-")
    script = next((part.title() for part in rest if len(part) == 4 and part.isalpha()), implied)
    region = next((part.upper() for part in rest if len(part) == 2 and part.isalpha()), "")
    if language in ("zh", "yue"):
        if script not in ("Hans", "Hant"):
            wide = {part.title() for part in rest} & {"Hans", "Hant", "Cht", "Chs"}
            script = "Hant" if region in _HANT_REGIONS or "Cht" in wide or language == "yue" else ""
            script = script or ("Hans" if region in _HANS_REGIONS or "Chs" in wide else "")
        return f"zh-{script}" if script else "zh"
    return "-".join(part for part in (language, script, region) if part)


def base(tag: str) -> str:
    """Give the language of a tag without script and region."""
    return tag.split("-", 1)[0]


def script_of(tag: str) -> str:
    """Give the script that a tag names, "" when it names none."""
    return next((part for part in tag.split("-")[1:] if len(part) == 4), "")


def accepts(label: str, answer: str) -> bool:
    """Tell whether `answer` is right for a text labelled `label`.

    The language must be the same; a script must not contradict when both name one ("zh" accepts "zh-Hant", "zh-TW"
    does not accept "zh-Hans"); regions are ignored, as nobody can hear them in a headline.
    """
    wanted, given = normalise(label), normalise(answer)
    if not wanted or not given:
        return wanted == given
    if base(given) != base(wanted) and base(given) not in _GROUPS.get(label.lower(), _GROUPS.get(base(wanted), ())):
        return False
    return not script_of(wanted) or not script_of(given) or script_of(wanted) == script_of(given)


def refine(tag: str, script: str, declared: Sequence[str]) -> str:
    """Add what the script shows, and for Portuguese the country that the publisher declares."""
    if tag == "sr" and script == "Latn":
        return "sr-Latn"
    if tag == "uz" and script == "Cyrl":
        return "uz-Cyrl"
    if tag == "pt":
        wishes = (normalise(wish) for wish in declared)
        return next((wish for wish in wishes if wish in ("pt-BR", "pt-PT")), tag)
    return tag
