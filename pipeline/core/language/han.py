"""Japanese, simplified and traditional Chinese: a three-way question, asked character by character.

Each side has a national standard that says what it writes. A headline in Han characters alone may fit more than one:
then words decide that only one press writes, then length (Japanese seldom does without kana for long), then the
publisher; and where nothing does, the answer is "und".
"""

import re
from collections.abc import Sequence

from pipeline.core.text import scripts, tags
from pipeline.model import Language

LONG = 22  # Han characters without any kana: Japanese headlines that long are rare
_SIDES = ("ja", "zh-Hans", "zh-Hant")
# Written with characters that all three share, and by one press only: what decides where the characters cannot.
_JAPANESE = re.compile(
    "米大統領|米国|米企業|米政府|米軍|米中|日米|米新|米大手|[氏株円](?![\u4e00-\u9fff])|氏[、。]|株[高安価]|[一二三四五六七八九十百千\\d]円|社長|就任|申請"
    "|再稼働|原発|電力会|東電|北電|関電|中電|日銀|財務相|経産|厚労|国交|外相|首相官邸|容疑|逮捕|上場|決算|増益|減益|赤字|黒字|前年比|見通|前倒|据置|値上|値下"
    "|受注|新設|着工|稼働|建設地|都内|県内|府内|市長|知事|提訴|敗訴|勝訴|初公判|打切|取締|引上|引下|取引|買収|売却|出資|提携|発表|公表|検討|会談|会見|全文"
    "|半導体|生成|人工知能新|開始|終了|延期|中止|撤退|合意|可決|否決|辞任|続投|逝去|死去|大手|各社|同社|当局|速報|号外|社説|特集|連載"
)
_CHINESE = re.compile(
    "公司|宣布|美国|美國|美股|美元|美企|股[价價市票]|[总總][统統]|特朗普|川普|[马馬]斯克|英[伟偉][达達]|[计計][划劃]|表示|人工智[能慧]|[数數资資][据料]中心|[亿億]美|集[团團]"
    "|[与與]|[们們]|[这這]|[吗嗎]|[说說]|[为為]何|什[么麼]|怎[么麼]|不是|就是|可以|已[经經]|[将將]|被|[让讓]|在|了|的|和|或|及其|首次|年[内內]|最[新高]|再次|[获獲]|[称稱]|上午|下午|[报報][导導]|需要|自行[车車]|[汽火][车車]|[马馬]路|女人|因[为為]|目前|[该該]"
)


def decide(text: str, han: int, kana: int, declared: Sequence[str]) -> Language:
    """Tell Japanese from Chinese, and the two ways of writing Chinese; `han` and `kana` count the letters of `text`."""
    if kana - text.count("の") > 0 or (kana and han < 4 * kana):  # Chinese titles borrow "の" alone ("鮮の味")
        return Language("ja", 0.99 if kana > 2 else 0.9, "script")
    wishes = [tags.normalise(tag) for tag in declared]
    wished = next((tag for tag in wishes if tag in _SIDES), "ja" if "ja" in map(tags.base, wishes) else "")
    wished = wished or ("zh" if "zh" in map(tags.base, wishes) else "")
    foreign = dict(zip(_SIDES, scripts.not_written(text), strict=True))
    least = min(foreign.values())
    fits = [side for side in _SIDES if foreign[side] == least]
    base = 0.98 if han >= 6 else 0.92 if han >= 4 else 0.7
    if len(fits) == 1:
        margin = min(foreign[side] for side in _SIDES if side != fits[0]) - least
        sure = base if margin > 1 and not least else min(base, 0.88)
        if wished and wished != fits[0] and margin == 1 and foreign.get(wished, 9) == least + 1:
            return Language(wished if wished in _SIDES else fits[0], 0.75, "prior")
        return Language(fits[0], sure if fits[0] != "ja" else min(sure, 0.95), "script")
    if "ja" in fits:
        told = len(set(_JAPANESE.findall(text))) - len(set(_CHINESE.findall(text))) - (han >= LONG)
        if told > 0 and wished not in ("zh", "zh-Hans", "zh-Hant"):
            return Language("ja", min(base, 0.85 if told > 1 or wished == "ja" else 0.7), "script")
        if told >= 0:
            if wished == "ja" or (wished in fits and wished != "ja"):
                return Language(wished, 0.75, "prior")
            if wished != "zh":
                return Language("und", 0.4, "unsure")
        fits = [side for side in fits if side != "ja"]
        base = min(base, 0.88)
    if len(fits) == 1:
        return Language(fits[0], base, "script")
    if wished in fits:
        return Language(wished, min(base, 0.85), "prior")
    return Language("zh", base, "script")
