"""Words between two numbers that make them a range: "15 to 30", "entre 5 et 7", "от 3 до 4"."""

from pipeline.core.text.phrases import pattern

_RANGE = pattern(
    r" ?(?:-|~|\.\.\.?|…|/(?= ?\d)|to|a|az|سے|bis|bis zu|tot|al|til|till|do|до|à|hingga|sampai|sampai dengan|ila|"
    r"den|до|"
    r"to about|ate|ao|fino a|pana la|la|den|đến|toi|ถึง|الى|إلى|تا|से|থেকে|முதல்|至|到|から|에서|עד|εως|hadi|ig|"
    r"fino ai|tul|iki|lidz|kuni|ile|și|ή|or|ou|oder|o|atau|"
    r"veya|με|или|або|lub|nebo|vagy|eller|tai|hoac|หรือ|او|أو|يا|या|বা|或|あるいは|또는)(?: |(?=[\d$€£¥₹]))"
)
_BETWEEN = pattern(
    r" ?(?:(?:and|et|und|en|y|e|dan|и|та|i|a|ve|si|ja|och|og|va|และ|و|और|এবং|மற்றும்|和|και|ו-?|na|at|ir|"
    r"un|in|s) |[לוو]-?(?=\d))"
)
_BETWEEN_CUE = pattern(
    r"(?:between|entre|zwischen|tussen|fra i|fra|tra|antara|между|між|mezi|medzi|miedzy|med|mellan|mellem|mellom|"
    r"izmedu|intre|valilla|giua|ระหว่าง|بين|بین|के बीच|介于|介於|μεταξυ|בין|kati ya|entre|tarp|starp|између|помеѓу) "
    r"(?:about |around |\S{1,4} ?)?$"
)


def range_follows(folded: str, start: int, end: int) -> int | None:
    """Return where the second number of a range would begin, for an amount at start..end; None when none can."""
    found = _RANGE.match(folded, end)
    if found is None:
        found = _BETWEEN.match(folded, end)
        if found and not _BETWEEN_CUE.search(folded[max(0, start - 30) : start]):
            return None
    return found.end() if found else None


# "fell by $600m to $22bn": a step and where it led; "grows by 5 to 10 million" is a range.
_STEP = pattern(r"(?:^|[\s,(])(?:by|на|o|med|met|um|za|за|с) (?:[^\s\d]{1,12} )?$")


def is_step(folded: str, start: int, low: float, high: float) -> bool:
    """Whether the amount at `start` says by how much something changed, and not how much it is at least."""
    return high > _LEAP * low and _STEP.search(folded, max(0, start - 18), start) is not None


_LEAP = 4.0  # a range seldom ends at more than so many times its beginning
