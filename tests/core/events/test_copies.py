"""Copies: who only repeats, in every script, and who says it in words of his own; outlets counted once."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from pipeline.core.events import copies, pairs
from pipeline.core.events import event as events
from pipeline.core.events.claims import stated
from pipeline.model import Fact, Member, Story
from tests.told import T0

MODEL = pairs.default_weights()


def told(number: int, title: str, summary: str = "", outlet: str = "", language: str = "en", angle: float | None = None,
         names: tuple[str, ...] = ("openai",)) -> Member:  # fmt: skip
    story = Story(
        id=number,
        canonical_url=f"https://carrier.example/{number}",
        url="",
        title=title,
        summary=summary,
        language=language,
        published_at=T0 + timedelta(minutes=15 * number),
        outlet=outlet,
    )
    vectors: dict[str, Any] = {}
    if angle is not None:
        vector = np.zeros(384, np.float32)
        vector[0], vector[1] = np.cos(angle), np.sin(angle)
        vectors = {"e5": vector + MODEL.means.get(language, MODEL.means[""])}
    return Member(story, 1, dict.fromkeys(names, 1), (), vectors)


def found(*members: Member) -> dict[int, int]:
    """Story id -> the story that it repeats."""
    got = copies.find(pairs.pool(members, MODEL), range(len(members)), MODEL)
    return {members[a].story.id: members[b].story.id for a, b in got.items()}


HEADLINES = [
    ("zh-Hans", "OpenAI计划建设数据中心"),
    ("ja", "オープンAI、データセンター建設へ"),
    ("en", "OpenAI data center plan"),
    ("ko", "오픈AI, 데이터센터 건설 추진"),
    ("th", "OpenAI เตรียมสร้างศูนย์ข้อมูล"),
    ("ar", "أوبن إيه آي تبني مركز بيانات"),
    ("he", "OpenAI תקים חוות שרתים"),
    ("hi", "ओपनएआई बनाएगी डेटा सेंटर"),
    ("zh-Hant", "輝達擬投資OpenAI"),
    ("ru", "OpenAI построит дата-центр"),
    ("ka", "OpenAI მონაცემთა ცენტრს ააშენებს"),
]


@pytest.mark.parametrize(("language", "title"), HEADLINES)
def test_one_headline_fetched_often_is_one_report(language: str, title: str) -> None:
    """A carrier that gives one item another address at every fetch, or six outlets with one line, add no voice."""
    again = [told(i, title, "", "", language) for i in range(1, 9)]
    assert found(*again) == dict.fromkeys(range(2, 9), 1)
    many = [told(i, title, "", f"paper{i}.example", language) for i in range(1, 7)]
    assert set(found(*many).values()) == {1}
    marked = [told(1, title, "", "a.example", language), told(2, f"{title} ", title, "b.example", "und")]
    assert found(*marked) == {2: 1}  # the summary only repeats it, and its language was not known


@pytest.mark.parametrize(("language", "title"), HEADLINES)
def test_another_headline_is_another_report(language: str, title: str) -> None:
    """Headlines of two happenings of a firm, and of two outlets in words of their own, are no copies."""
    others = {
        "zh-Hans": "马斯克输掉对OpenAI的官司", "ja": "オープンAI、訴訟で敗訴", "en": "OpenAI sued by authors",
        "ko": "오픈AI 상대 소송 기각", "th": "ศาลยกฟ้องคดี OpenAI", "ar": "محكمة ترفض دعوى ضد أوبن إيه آي",
        "he": "בית המשפט דחה תביעה נגד OpenAI", "hi": "अदालत में ओपनएआई की जीत", "zh-Hant": "OpenAI執行長赴台演講",
        "ru": "Суд отклонил иск к OpenAI", "ka": "სასამართლომ OpenAI-ს სარჩელი უარყო",
    }  # fmt: skip
    assert found(told(1, title, "", "a.example", language), told(2, others[language], "", "b.example", language)) == {}


@pytest.mark.parametrize("title", ["Ja", "OpenAI", "El Musk", "速報", "AI IPO", "Да"])
def test_a_word_proves_nothing(title: str) -> None:
    """What a hundred newsrooms may write by chance is nobody's copy."""
    assert found(told(1, title, "", "a.example"), told(2, title, "", "b.example")) == {}


@pytest.mark.parametrize(
    ("whole", "cut"),
    [
        ("OpenAI to build data center in Texas, says governor", "OpenAI to build data center in…"),
        (
            "NextEra buys gas plants from Halvard for $4.2 billion in cash",
            "NextEra buys gas plants from Halvard for $4.2 bil...",
        ),
        ("OpenAI计划在得克萨斯州建设五吉瓦数据中心", "OpenAI计划在得克萨斯州建设…"),
        ("オープンAI、テキサスに巨大データセンター建設へ", "オープンAI、テキサスに巨大データセンター…"),
        ("오픈AI, 텍사스에 5GW급 데이터센터 짓는다", "오픈AI, 텍사스에 5GW급 데이터…"),
        ("Суд отклонил иск Маска к OpenAI из-за срока давности", "Суд отклонил иск Маска к OpenAI из-за…"),
    ],
)
def test_a_cut_headline_is_a_copy(whole: str, cut: str) -> None:
    """Aggregators cut headlines at a width; the whole one says what was cut."""
    body = "The plant will take four years, people who know the plans said on Monday."
    assert found(told(1, whole, body, "wire.example"), told(2, cut, "", "b.example")) == {2: 1}
    assert found(told(1, cut, "", "b.example"), told(2, whole, body, "wire.example")) == {2: 1}


LEDE = "The company said on Wednesday it signed a deal to lease a campus near Narvik from a utility for ten years"
CAPTION = (
    "The OpenAI logo is seen near a computer motherboard in this illustration taken January 8. Agency/Staff/File Photo"
)


def test_a_headline_of_a_carrier_is_a_copy_of_the_story_below_it() -> None:
    """A bare headline is the wire story's; whose it is nobody says, so a changed word does not make it another's."""
    wire = told(1, "OpenAI leases hydro-powered campus near Narvik", LEDE, "wire.example")
    assert found(wire, told(2, "OpenAI leases hydro-powered campus near Narvik")) == {2: 1}
    assert found(wire, told(2, "OpenAI leases a hydropowered campus near Narvik")) == {2: 1}
    assert found(wire, told(2, "OpenAI leases hydro-powered campus near Narvik", "", "reprint.example")) == {2: 1}
    assert found(wire, told(2, LEDE[:100] + "…")) == {2: 1}  # the head of the article as headline
    assert found(wire, told(2, "Why Narvik's herders fear the server halls of OpenAI")) == {}


def test_one_body_under_a_new_headline_is_a_copy() -> None:
    """Desks give an agency's text a headline of their own; the text stays."""
    first = told(1, "OpenAI signs ten-year lease for campus near Narvik", LEDE, "wire.example")
    assert found(first, told(2, "Lease signed: OpenAI goes to Narvik campus", LEDE, "paper.example")) == {2: 1}
    assert found(first, told(2, "OpenAI signs lease near Narvik", f"(Wire) - {LEDE}", "paper.example")) == {2: 1}
    own = "Residents of the fjord learned of the campus from the radio; the mayor calls the lease a gift to the town."
    assert found(first, told(2, "OpenAI campus near Narvik divides the town", own, "paper.example")) == {}


BELOW = (
    CAPTION,
    "Subscribe now to read this and every other story of our business desk at one low price.",
    "This article is part of our daily briefing on the artificial intelligence industry, sent out at noon.",
    "本報記者每日為您追蹤人工智慧產業最新動態，訂閱電子報即可免費閱讀全文，歡迎加入我們的頻道。",
    "Diese Meldung gehört zu unserem täglichen Newsletter über Wirtschaft und Technik, jetzt kostenlos abonnieren.",
)


@pytest.mark.parametrize("below", BELOW)
def test_a_caption_below_several_headlines_makes_no_copies(below: str) -> None:
    """The same picture's caption, or a slogan, stands below stories of quite different things."""
    heads = (
        "OpenAI signs lease for Norway data center",
        "Judge lets lawsuit over OpenAI data center water use proceed",
        "OpenAI hires former utility chief to run data center energy",
        "OpenAI data center workers vote to join union",
    )
    assert found(*(told(i, h, below, f"p{i}.example") for i, h in enumerate(heads))) == {}


SAID = {
    "en": ("OpenAI to pay $3.2 billion for Halden", "OSLO (Reuters) - OpenAI will pay $3.2 billion for 410 staff."),
    "de": ("OpenAI zahlt 3,2 Milliarden", "Oslo (Reuters) - OpenAI zahlt 3,2 Milliarden Dollar für 410 Leute."),
    "zh": ("OpenAI斥资3.2十亿美元收购Halden", "路透社奥斯陆电:OpenAI将支付3.2十亿美元,涉及410名员工。"),
    "ko": ("오픈AI, 할덴 3.2 인수", "[오슬로=로이터] 오픈AI가 3.2 십억 달러에 410명 규모 회사를 인수한다."),
    "fr": ("OpenAI paie 3,2 milliards", "Oslo (AFP) - OpenAI paiera 3,2 milliards de dollars pour 410 salariés."),
    "es": ("OpenAI paga 3.2 mil millones", "Oslo (AFP) - OpenAI pagará 3.2 mil millones por 410 empleados."),
    "sv": ("OpenAI betalar 3,4 miljarder", "Oslo (Reuters) - OpenAI betalar 3,4 miljarder dollar för 410 anställda."),
    "nl": ("OpenAI koopt Halden Robotics uit Noorwegen", "Het bedrijf maakt robots die lopen."),
    "it": ("OpenAI compra Halden Robotics, Norvegia", "L'azienda costruisce robot che camminano."),
}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("en", "de", True),
        ("en", "zh", True),
        ("zh", "ko", True),
        ("fr", "es", True),
        ("en", "fr", False),  # another agency
        ("en", "sv", False),  # another number
        ("nl", "it", False),  # nobody is credited
    ],
)
@pytest.mark.parametrize("angles", [(0.0, 0.6), (None, None)])
def test_translations_of_agency_copy(one: str, other: str, same: bool, angles: tuple[float | None, ...]) -> None:
    """The same agency credited in both and the same numbers: one report, with an encoder or without."""
    a = told(1, *SAID[one], "a.example", one, angles[0])
    b = told(2, *SAID[other], "b.example", other, angles[1])
    assert found(a, b) == ({2: 1} if same else {})


def test_translations_that_are_very_near_are_copies_without_credit() -> None:
    """Where E5 is sure, nobody has to be credited; a translation names nobody else."""
    a = told(1, "OpenAI buys Halden Robotics of Norway", "", "a.example", "en", 0.0)
    assert found(a, told(2, "OpenAI kauft Halden Robotics aus Norwegen", "", "b.example", "de", 0.3)) == {2: 1}
    assert found(a, told(2, "OpenAI kauft Halden Robotics", "", "b.example", "de", 0.3, ("openai", "xai"))) == {}


CREDITS: list[tuple[str, set[str]]] = [
    ("OSLO (Reuters) - The firm", {"reuters.com"}),
    ("Reuters — The firm said", {"reuters.com"}),
    ("The firm said. (dpa)", {"dpa.com"}),
    ("[서울=연합뉴스] 오픈AI가", {"yna.co.kr"}),
    ("新华社北京11月28日电 公司", {"xinhuanet.com"}),
    ("МОСКВА, 28 ноября. /ТАСС/. Компания", {"tass.ru"}),
    ("[ロイター] - 同社は", {"reuters.com"}),
    ("The map APs of the firm", set()),
    (
        f"{'It said so in a long statement. ' * 3}All staff of Reuters had asked for one. {'Nobody knew why. ' * 4}",
        set(),
    ),
]


@pytest.mark.parametrize(("text", "credited"), CREDITS)
def test_credits_are_read_where_newsrooms_put_them(text: str, credited: set[str]) -> None:
    """At the beginning or the end, in brackets or by a dash; a name inside a sentence is no credit."""
    assert copies.credit(text) == credited


def test_independent_reports_are_outlets() -> None:
    """Rewrites of one outlet are one voice, however many addresses; unknown outlets are one voice together."""
    slugs = (
        "to build data center in Texas",
        "picks Abilene, sources say",
        "confirms Abilene campus",
        "campus draws critics",
    )
    one = [told(i, f"OpenAI {s}", outlet="paper.example") for i, s in enumerate(slugs)]
    said = events.summarise(one)
    assert (said.independent_count, said.outlet_count, said.story_count) == (1, 1, 4)
    said = events.summarise([*one, told(8, "OpenAI goes to Abilene for power", outlet="other.example")])
    assert (said.independent_count, said.outlet_count) == (2, 2)
    unknown = [told(i, f"OpenAI {s}") for i, s in enumerate(slugs)]
    assert events.summarise(unknown).independent_count == 1


def test_an_amount_is_said_by_outlets() -> None:
    """An outlet that repeats an amount in three stories says it once."""
    fact = Fact("money", 3e9, "USD", "price", 0, 1, "$3bn")
    members = [told(i, f"t{i}", outlet=o) for i, o in enumerate(("a.example", "a.example", "b.example"))]
    members = [Member(m.story, 1, {}, (fact,), {}) for m in members]
    assert [c.independent for c in stated(members).claims] == [2]
