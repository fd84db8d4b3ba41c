"""What binds an amount to a cue, to a list or to its other currency: the small words between them."""

from bisect import bisect

from pipeline.core.text.phrases import fold, pattern

Span = tuple[int, int]

_MOST_LISTED = 9  # amounts of a list before and behind one
# Between two amounts of a list: a comma, "and" or "from", then perhaps a name and a preposition.
LISTED = pattern(
    r"(?:[,،、;，] ?)?(?:(?<=[,;、，] )|(?<=[,;、，])| ?(?:and|while|und|et|y|e|и|а|та|і|i|a|och|og|en|ja|es|ve|dan|"
    r"serta|si|va|ed|و|ו|और|এবং|na|from) |和|及|、|と|및 ?|그리고 )"
    r"(?:[^\s,;.]{1,18} )?(?:[^\s,;.]{1,4} )?(?:[^\s,;.]{1,3})?"
)
# What binds an amount to the cue behind it ("$20bn in revenue", 500億円を調達), and a cue to the amount behind it.
AFTER = pattern(
    r" (?:of|in|de|del|di|da|do|d'|en|em|an|von|van|av|af|w|v|u|k|za|dalam|का|की|के|में|से|को|এর|র) |[の的を]|[의을를] ?"
)
BEFORE = pattern(r" (?:of|de|di|von|van|pa|fra|от|של|i|za|na|в|у|на|à|a|at|to|od) |:|: |は|为|為|達|达|至|到")
OF = pattern(r" ?(?:of|in|de|del|di|da|do|d'|en|em|an|von|av|af|i|w|v|u|k|за|в|на|dalam)? ?(?:(?!و)[^\s,;.]{3,12} )?")
# A price of one: a share, a megawatt hour, a kilowatt; never what a deal or a firm is worth.
PER_UNIT = pattern(
    r" ?(?:/ ?(?:mwh|kwh|kw|mw|gw|mmbtu|share|aktie|t\b|мвт|квт|мвт·ч)|"
    r"(?:(?:per|a|each|pro|je|par|por|per ogni|za|za jedna|za jednu|за|за одну|за один) )(?:shares?|aktien?|"
    r"action|accion|acao|azione|aandeel|saham|lembar saham|akcj\w+|akci\w+|акци\w+|акці\w+|mwh|kwh|kw\b|mw\b|gw\b|"
    r"megawatt hour|megawatt-hour|kilowatt hour|kilowatt|megawatt|mw-h|мвт|квт)|pa aktie|per aksje|hisse basina|"
    r"للسهم|للسهم الواحد|لكل سهم|प्रति शेयर|प्रति यूनिट|প্রতি শেয়ার)"
)
UP_TO = pattern(
    r"(?:up to|as much as|jusqu'a|bis zu|hasta|ate|fino a|hingga|sampai|do|до|tot|op til|opp til|upp till|jopa|akar|"
    r"pana la|al|len toi|toi|εως|ما يصل الى|يصل الى|تا|עד|ถึง|高达|高達|最高|最多|至多|最大|최대|a total of|"
    r"total\w*) ?\S{0,4} ?$"
)


_AND = frozenset(
    fold(x)[0]
    for x in [
        "", "and", "et", "und", "y", "e", "и", "та", "а", "і", "i", "a", "och", "og", "en", "ja", "és", "ve", "dan",
        "si", "și", "va", "và", "ed", "و", "ו", "και", "和", "及", "與", "と", "및", "और", "এবং", "และ", "או", "or",
        "plus", "+", "na",
    ]
)  # fmt: skip


# "US$80 miliar atau setara dengan Rp1.331 triliun", "$5bn (about €4.6bn)": one sum in two currencies has one role.
_TOLD_TWICE = pattern(
    r"[,、]? ?[(（\[]?(?:(?:or|ou|oder|o|atau|или|або|veya|أو|या|或|eller|lub|nebo|of|tai|vagy|sau|ή|หรือ|hoac|또는|"
    r"או) ?)?(?:about|around|roughly|some|nearly|equivalent to|equal to|sekitar|setara(?: dengan)?|environ|soit|quasi|"
    r"etwa|rund|umgerechnet|circa|ca\.?|unos|cerca de|pari a|около|примерно|что эквивалентно|близько|приблизно|okolo|"
    r"ok\.?|czyli|约合|约|約|相当于|相當於|折合|약|한화 약|한화|kira-kira|yaklasik|حوالي|ما يعادل|نحو|करीब|लगभग|प्रायः|"
    r"khoang|tuong duong|ราว|ประมาณ|คิดเป็น|περιπου|noin|omkring|cirka|drygt|mintegy|כ-?)? ?"
)


def is_list(gap: str) -> bool:
    """Whether what stands between two amounts lists them together, or tells one in two currencies."""
    short = len(gap) <= 7 and gap.strip(" ,()/;、，") in _AND
    return short or _TOLD_TWICE.fullmatch(gap) is not None


def enumeration(folded: str, start: int, end: int, others: list[Span]) -> Span:
    """Return the span of the amounts listed together with this one ("$8bn, $3bn and $1bn were raised")."""
    i = bisect(others, (start, end))
    for a, b in others[i : i + _MOST_LISTED]:
        if end <= a <= end + 30 and is_list(folded[end:a]):
            end = b
    for a, b in reversed(others[max(0, i - _MOST_LISTED) : i]):
        if start - 30 <= b <= start and is_list(folded[b:start]):
            start = a
    return start, end
