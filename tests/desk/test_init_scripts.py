"""Seeds in scripts without capitals: names are proposed whole, words of the trade go into the field."""

from pathlib import Path

import pytest

from pipeline import catalog
from pipeline.desk import init

SEEDS = {
    "ja": "南洋汽船とトキワフェリー、離島航路を統合へ\n"
    "南洋汽船とトキワフェリーは3日、奄美と沖縄を結ぶ離島航路の事業を来春に統合すると発表した。両社は"
    "共同出資の新会社「みなみ航路」を設立し、高速船4隻とフェリー3隻を移す。出資比率は南洋汽船が6割、"
    "トキワフェリーが4割となる。\n"
    "\n"
    "燃料費の上昇と島の人口減で、離島航路の赤字は年18億円に膨らんでいた。トキワフェリーの安里健社長"
    "は「単独では航路を守れない」と話した。「みなみ航路」は電気推進の高速船を三崎ドックに発注する。"
    "三崎ドックの高速船は蓄電池で走り、港での充電は南西電力が担う。\n",
    "ar": "شركة واحة النخيل تستحوذ على مصنع الريان للتمور مقابل 480 مليون درهم\n"
    "أعلنت شركة واحة النخيل يوم الأحد أنها ستستحوذ على مصنع الريان للتمور مقابل 480 مليون درهم. "
    "وقالت الشركة إن الصفقة تضاعف طاقتها في تعبئة التمور. وقال سالم الكعبي، الرئيس التنفيذي لشركة "
    "واحة النخيل، إن الطلب على التمور المعبأة يرتفع. وأضاف الكعبي أن الشركة ستحتفظ بجميع العاملين "
    "في مصنع الريان. ويمول بنك المرجان جزءًا من الصفقة. وتنتظر واحة النخيل موافقة الوزارة. وذكر بنك "
    "المرجان أن الشركة ستصدر التمور إلى أربعين دولة، وقال الكعبي إن أسعار التمور لن ترتفع.\n",
    "he": "חברת כרמי הגליל רוכשת את יקב הר תבור ב-320 מיליון שקל\n"
    "חברת כרמי הגליל הודיעה ביום ראשון כי תרכוש את יקב הר תבור תמורת 320 מיליון שקל. כרמי הגליל "
    "מסרה כי היקב יוסיף למכירות היין של החברה. יקב הר תבור מייצר ארבעה מיליון בקבוקי יין בשנה. בנק "
    "אלומות יממן את העסקה. היין זוכה לביקוש גדל, ועובדי היקב יישארו. כרמי הגליל תשקיע גם בכרמים "
    "חדשים. בנק אלומות מסר כי ההלוואה היא לעשר שנים.\n",
    "hi": "सुनहरी चाय ने हिमगिरि बागान को 900 करोड़ रुपये में खरीदा\n"
    "चाय कंपनी सुनहरी चाय ने सोमवार को कहा कि वह दार्जिलिंग की हिमगिरि बागान को 900 करोड़ रुपये में "
    "खरीदेगी। सुनहरी चाय ने बताया कि इस सौदे से चाय का उत्पादन दोगुना हो जाएगा। हिमगिरि बागान के "
    "पास दार्जिलिंग में 14 बागान हैं। सौदे के लिए पूर्वांचल बैंक कर्ज देगा। हिमगिरि बागान ने कहा कि "
    "सभी मजदूर काम पर बने रहेंगे। मजदूर संघ ने मजदूरी बढ़ाने की मांग की है। पूर्वांचल बैंक ने "
    "शर्तें नहीं बताईं।\n",
}


@pytest.mark.parametrize(
    ("language", "names", "words", "neither"),
    [
        ("ja", {"南洋汽船", "トキワフェリー", "みなみ航路", "三崎ドック"}, {"離島航路"}, {"出資", "億円", "ドック"}),
        ("ar", {"واحة النخيل", "مصنع الريان", "بنك المرجان", "الكعبي"}, {"التمور"}, {"الشركة", "الصفقة", "أنها"}),
        ("he", {"כרמי הגליל", "יקב הר תבור", "בנק אלומות"}, {"היין"}, {"החברה", "חברת", "מיליון", "שקל"}),
        ("hi", {"सुनहरी चाय", "हिमगिरि बागान", "पूर्वांचल बैंक"}, {"मजदूर"}, {"कंपनी", "करोड़", "चाय", "में"}),
    ],
)  # fmt: skip
def test_names_are_told_from_words_without_capitals(
    language: str, names: set[str], words: set[str], neither: set[str], tmp_path: Path
) -> None:
    """Rule: what stands beside a name, or ends it, marks it; words of any business story are proposed nowhere."""
    seed = tmp_path / f"{language}.txt"
    seed.write_text(SEEDS[language], encoding="utf-8")
    init.run(tmp_path / "w", [seed], "trade")
    made = catalog.load(tmp_path / "w").watchlist
    proposed = {e.name for e in made.entities}
    field = {w for f in made.fields for ws in f.words.values() for w in ws}
    assert names <= proposed and len(proposed) <= len(names) + 2, proposed
    assert {init.proposed.signs.bare(w) for w in words} <= {init.proposed.signs.bare(w) for w in field}, field
    assert not neither & (proposed | (field - {"चाय"})), (proposed, field)


def test_what_nothing_marks_is_named_in_a_comment(tmp_path: Path) -> None:
    """Rule: a person sees what was met often and not proposed."""
    seed = tmp_path / "ja.txt"
    seed.write_text(SEEDS["ja"], encoding="utf-8")
    init.run(tmp_path / "w", [seed], "trade")
    text = (tmp_path / "w" / "watchlist.toml").read_text(encoding="utf-8")
    assert "# Often met, but nothing marks them as names: 離島航路" in text
