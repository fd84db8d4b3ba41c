"""What the writing tells before statistics: names in Latin letters, Han of three presses, unknown languages."""

import pytest

from pipeline.core.language import writing
from pipeline.detector import Detector

DETECTOR = Detector()

# (text, right): names and English terms in Latin letters inside headlines of other scripts
NAMES = [
    ("Acme, Borealis и Corvid: новый союз", "ru"),
    ("Acme Holdings Corp. и Borealis Inc.", "ru"),
    ("Acme, Borealis, Corvid: їхній задум", "uk"),
    ("Acme Global Power Partners та Borealis", "uk"),
    ("Acme, Borealis и Corvid: сделката", "bg"),
    ("ACME, BOREALIS: НОВЫЙ СОЮЗ", "ru"),
    ("شركة Acme Power Systems توقع عقدا مع Borealis", "ar"),
    ("شراكة Acme, Borealis, Corvid Data Center", "ar"),
    ("Acme–Borealis data center: Νέα επένδυση", "el"),
    ("Breaking: Acme का नया data centre Mumbai में", "hi"),
    ("Acme ने Borealis Cloud Services India launch किया", "hi"),
    ("Acme Data Center Holdings 인수", "ko"),
    ("Acme Infrastructure Partnership、Borealis Data Centersを買収", "ja"),
    ("Acme เปิด Borealis Data Center", "th"),
    ("Acme Borealis Data Center פותחת", "he"),
    ("Acme: Borealis Data Center தொடக்கம்", "ta"),
    ("Acme Power, Borealis Energy: গ্রিড", "bn"),
    ("Acme Borealis Corvid 聯手投資", "zh-Hant"),
]


@pytest.mark.parametrize(("text", "right"), NAMES, ids=[row[0][:40] for row in NAMES])
@pytest.mark.parametrize("declares", [False, True])
def test_scripts_are_decided_before_names_are_weighed(text: str, right: str, declares: bool) -> None:
    """Firm names make no headline Uzbek; with the right language declared the answer is that language."""
    found = DETECTOR.detect(text, "", (right,) if declares else ())
    assert found.tag == right if declares else found.tag in (right, "und")
    assert writing.carrier(text) != "Latn"


@pytest.mark.parametrize(
    "text",
    [
        "The plan of Зеленский is read in the whole of Europe",
        "Acme to build a data centre in 台灣 with local banks",
        "DeepMind's AlphaFold β beats rivals",
        "Il piano di Борис per il gas",
        "Protests in Κύπρος as the government plans new taxes",
    ],
)
def test_a_quoted_word_makes_no_other_language(text: str) -> None:
    """A sentence in Latin letters keeps its language, whatever it quotes."""
    assert writing.carrier(text) == "Latn"


@pytest.mark.parametrize(
    "text",
    [
        "市、水道料金値上申請", "県議会、新庁舎建設案可決", "港湾会社、洋上風力出資", "日米首脳会談、関税協議",
        "港電、送電線増強計画発表",
        "同社社長、続投表明", "円急伸、一時百四十円台", "新興企業、資金調達", "都知事会見全文", "造船大手、受注最高",
    ],
)  # fmt: skip
def test_japanese_in_han_alone_is_never_sure_chinese(text: str) -> None:
    """Three presses write Han: what all three could have written is "und", not Chinese."""
    assert DETECTOR.detect(text).tag in ("ja", "und")
    assert DETECTOR.detect(text, "", ("ja",)).tag == "ja"


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("市政府宣布水费上调", "zh-Hans"), ("公司获得十亿美元投资", "zh-Hans"), ("总统称将与日本合作", "zh-Hans"),
        ("市政府宣布水費調漲", "zh-Hant"), ("公司獲得十億美元投資", "zh-Hant"), ("總統稱將與日本合作", "zh-Hant"),
        ("日本首相訪美，關稅談判成焦點", "zh-Hant"), ("港口公司股價大漲，市場看好", "zh-Hant"),
    ],
)  # fmt: skip
def test_chinese_stays_chinese(text: str, right: str) -> None:
    """The third choice takes nothing from the other two, on subjects that Japan's press has too."""
    assert DETECTOR.detect(text).tag == right


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Opština gradi fabriku vode u Beogradu", "sr-Latn"),
        ("Predsednik posetio novu elektranu", "sr-Latn"),
        ("Tvrtka gradi tvornicu vode kod Zagreba", "hr"),
        ("Dionice tvrtke pale nakon izvješća", "hr"),
        ("Gradi se nova elektrana na rijeci", None),
    ],
)
def test_serbian_and_croatian_by_their_own_words(text: str, right: str | None) -> None:
    """A word of one decides; where none does, the declaration of either is taken."""
    if right:
        assert DETECTOR.detect(text).tag == right
    for declared, tag in (("sr", "sr-Latn"), ("hr", "hr")):
        if right in (None, tag):
            assert DETECTOR.detect(text, "", (declared,)).tag == tag


@pytest.mark.parametrize(
    "text",
    [
        "Kua whakaae te kāwanatanga ki tētahi mahere hou mō te hiko i te rohe o Waikato",  # Maori
        "Boma la Malawi lasayina mgwirizano watsopano ndi kampani ya magetsi ku Lilongwe",  # Chichewa
        "Nguur gi dafa xaatim ab déggoo bu bees ak kumpaañ biy jox kuraŋ ci Ndakaaru",  # Wolof
        "Reta y'Uburundi yashize umukono ku masezerano mashasha n'ishirahamwe ry'umuyagankuba",  # Kirundi
        "Правительство электричество компанийӗпе ҫӗнӗ килӗшӳ тунӑ Шупашкарта",  # Chuvash
        "Хицауад электрон компаниимӕ ног бадзырд сарӕзта Дзӕуджыхъӕуы",  # Ossetic
        "Аиҳабыра аелектромч акомпаниа аҿыц аиқәшаҳаҭра анапы аҵаҩит",  # Abkhaz
        "सरकार बिजली कंपनी सँ नव समझौता कएलक अछि पटनामे",  # Maithili
    ],
)
def test_languages_that_no_profile_covers_are_not_named(text: str) -> None:
    """What no engine knows is abstained from, or at least never sure."""
    found = DETECTOR.detect(text)
    assert found.tag == "und" or found.confidence < 0.9


def test_sindhi_and_tigrinya_by_their_letters() -> None:
    """Both are told from their neighbours by letters and words of their own."""
    assert DETECTOR.detect("سنڌ حڪومت بجلي ڪمپني سان نئون معاهدو ڪيو").tag == "sd"
    assert DETECTOR.detect("መንግስቲ ምስ ሓንቲ ናይ ሓይሊ ትካል ሓድሽ ስምምዕ ፈሪሙ").tag == "ti"
    assert DETECTOR.detect("መንግሥት ከአንድ የኃይል ኩባንያ ጋር አዲስ ስምምነት ተፈራረመ").tag == "am"
    assert DETECTOR.detect("حکومت سندھ نے بجلی کمپنی سے نیا معاہدہ کیا").tag == "ur"
