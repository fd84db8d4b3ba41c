"""Things counted: jobs, chips, homes …, with the counters and the qualifying words that languages put before them."""

import re

from pipeline.core.facts import units
from pipeline.core.facts.han import CJK_DIGITS
from pipeline.core.facts.numbers import Amount, Quantity
from pipeline.core.facts.scales import scales
from pipeline.core.facts.spelled import SMALL_COUNTS, Spelled
from pipeline.core.text.phrases import is_letter, pattern


class Things(Spelled):
    """Reads what is counted in one text."""

    def single(self, start: int) -> Amount | None:
        """Read one Han digit before a counter: 五个数据中心."""
        value = CJK_DIGITS.get(self.text[start])
        if not value or not _COUNTER.match(self.text, start + 1):
            return None
        return Amount(float(value), start, start + 1, words=True)

    def counter(self, at: int) -> int | None:
        """Find where the thing stands that a counter at `at` counts, past a name and a model; None without one."""
        m = _COUNTER.match(self.text, at)
        if not m:
            return None
        stop = _ENDS_NAME.search(self.text, m.end(), m.end() + 30)
        far = _FAR_THING.search(self.text, m.end(), stop.start() if stop else m.end() + 30)
        return far.start() if far else m.end()

    def before(self, low: Amount, last: Amount) -> Quantity | None:
        """Make a count of the thing named before its number: "GPU 5만장", "従業員は3000人", "ajira 5,000"."""
        text = self.text
        counter = _COUNTER_ALONE.match(text, last.end)
        gap = _PARTICLE.search(text, max(0, low.start - 8), low.start) if counter else None
        at = gap.start() if gap else low.start - (text[low.start - 1 : low.start] == " ")
        thing = (units.counted() if counter else units.things_first()).before(text, at)
        if not thing or low.value < 2 or (low.value != int(low.value) and not low.scaled):
            return None
        return Quantity("count", low.value, thing[1], thing[0], counter.end() if counter else last.end)

    def things(self, low: Amount, last: Amount, at: int, is_counter: bool) -> Quantity | None:
        """Read the things counted at `at`, past words that qualify them; `is_counter`: a counter stands before."""
        text = self.text
        for skipped in range(4 if is_counter or _ADJECTIVES_BEFORE.match(text[at : at + 1]) else 1):
            thing = units.counted().at(text, at)
            is_doubtful = thing and (low.words or thing[0] - at < _LONG)
            if is_doubtful and thing and not self.speech.has(units.thing_languages(text[at : thing[0]])):
                return None  # a year of Hungarians is a house of Turks
            if thing:
                if low.words and not low.scaled and low.value < 100 and thing[1] not in SMALL_COUNTS:
                    return None  # "six people", "two countries" are no figures
                glued = at == last.end and text[at - 1].isdigit() and is_letter(text[at])
                year = 1900 <= low.value <= 2100 and low.end - low.start == 4 and not low.scaled
                if not is_counter and not low.scaled and _BARE.fullmatch(text, at, thing[0]):
                    return None  # "Colossus 2 数据中心", "Maia 200芯片" are names
                alone = thing[1] == "people" or year or text[at : thing[0]] in _ONLY_NEXT
                if glued or (alone and skipped and not is_counter):
                    return None
                return Quantity("count", low.value, thing[1], low.start, thing[0])
            word = _WORD.match(text, at)
            if not word or word[1] in _NO_ADJECTIVE or units.watts().at(text, at) or scales().at(text, at):
                return None
            at = word.end()
        return None


# What counts a thing named before its number, and what may stand between the two.
_COUNTER_ALONE = pattern(
    r" ?(?:[个個座颗顆块塊张張枚台臺基棟户戶名人位]|[개장대기곳명채]|[カかヶケ箇]所|世帯|"
    r"ชิ้น|แห่ง|เครื่อง|หน่วย|ตัว|หลัง|คน|ต้น|ราย|อัตรา)(?![月年日])"
)
_PARTICLE = pattern(r"[をはがもで에은는을를이가]? ?(?:약|총|최대|約|計|最大|合計|约|共|ประมาณ|กว่า|ราว)? ?$")
_WORD = re.compile(r"((?=[^\W\d_])(?:[^\s\d.,;:!?()]{3,20}|[a-z]{1,8}\d{1,4}|uj|ai)) ")
_ADJECTIVES_BEFORE = re.compile("[a-z\u0370-\u052f\u0900-\u0d7f]")
# A counter between the number and the thing: 5000万台H100芯片, 100,000個のNVIDIAチップ, ৭২টি GB200 চিপ
_COUNTER = pattern(
    r" ?(?:[个個座颗顆块塊张張枚台臺家片基支棟户戶处處]の?|[개장대기곳](?:의)? ?|টি |টা |খানি |जना |"
    r"ชิ้น|แห่ง|เครื่อง|หน่วย|ตัว)"
)
_FAR_THING = pattern(
    "gpu|芯片|晶片|チップ|数据中心|數據中心|資料中心|データセンター|칩|데이터센터|タービン|그래픽처리장치|반도체"
)
_LONG = 6  # letters of a word that is one language's or means the same in all
_BARE = pattern("芯片|晶片|チップ|数据中心|數據中心|資料中心|データセンター|칩|데이터센터|企業")
_ENDS_NAME = re.compile("[、，。,;；:：(（！？!?\n]")
_ONLY_NEXT = {"land", "stellen", "ludi", "case", "chip", "lares", "postes", "emplois", "pays"}
_SMALL_WORDS = (
    "the and for with from that which when into over los las del por para con des les aux par pour dans sur "
    "und der die das von mit fur auf dan yang untuk dari per year years jahre ans anos tahun days percent "
    "million billion degli delle dei che con och att med som til for pada oleh hours dollars dollar euros sur "
    "yil yas ar vuotta minutes miles times points more than other kilometers "
)
_NO_ADJECTIVE = frozenset(_SMALL_WORDS.split())
