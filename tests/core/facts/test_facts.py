"""Quantities from text: the shapes, the traps, the offsets, and what agrees with what. All texts are our own."""

import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pipeline
from pipeline.core import facts
from pipeline.model import Fact

CASES = [
    # text, kind, value, unit
    ("30 milliards de dollars", "money", 3e10, "USD"),
    ("$ 30 miliar", "money", 3e10, "USD"),
    ("300億美元", "money", 3e10, "USD"),
    ("300亿美元", "money", 3e10, "USD"),
    ("三百亿美元", "money", 3e10, "USD"),
    ("３００億ドル", "money", 3e10, "USD"),
    ("30 Milliarden Dollar", "money", 3e10, "USD"),
    ("US$100bn", "money", 1e11, "USD"),
    ("13 milyar dolar", "money", 1.3e10, "USD"),
    ("30 миллиардов долларов", "money", 3e10, "USD"),
    ("30 млрд долл.", "money", 3e10, "USD"),
    ("300억 달러", "money", 3e10, "USD"),
    ("3兆円", "money", 3e12, "JPY"),
    ("1 580 TWh", "energy", 1.58e15, "Wh"),
    ("1\u00a0580 TWh", "energy", 1.58e15, "Wh"),
    ("1\u202f580\u00a0TWh", "energy", 1.58e15, "Wh"),
    ("1.580 jam terawatt", "energy", 1.58e15, "Wh"),
    ("580 heures de térawatt", "energy", 5.8e14, "Wh"),
    ("1 580 heures de térawatt", "energy", 1.58e15, "Wh"),
    ("1.2 GW", "power", 1.2e9, "W"),
    ("1,2 gigawatt", "power", 1.2e9, "W"),
    ("10吉瓦", "power", 1e10, "W"),
    ("10ギガワット", "power", 1e10, "W"),
    ("10기가와트", "power", 1e10, "W"),
    ("30 अरब डॉलर", "money", 3e10, "USD"),
    ("३० अरब डॉलर", "money", 3e10, "USD"),
    ("৩০ বিলিয়ন ডলার", "money", 3e10, "USD"),
    ("1 lakh crore rupees", "money", 1e12, "INR"),
    ("₹1,50,000 crore", "money", 1.5e12, "INR"),
    ("ملياري دولار", "money", 2e9, "USD"),
    ("٣٠ مليار دولار", "money", 3e10, "USD"),
    ("۳۰ میلیارد دلار", "money", 3e10, "USD"),
    ("30 مـلـيـار دولار", "money", 3e10, "USD"),  # tatweel
    ("30 δισ. δολάρια", "money", 3e10, "USD"),
    ("30 mld dolarů", "money", 3e10, "USD"),
    ("30 Mrd. Euro", "money", 3e10, "EUR"),
    ("30 tỷ USD", "money", 3e10, "USD"),
    ("3 หมื่นล้านดอลลาร์", "money", 3e10, "USD"),
    ("1.5 ล้านล้านบาท", "money", 1.5e12, "THB"),
    ("30 mil millones de dólares", "money", 3e10, "USD"),
    ("1,5 billones de dólares", "money", 1.5e12, "USD"),
    ("30 bilhões de dólares", "money", 3e10, "USD"),
    ("1,5 biliões de euros", "money", 1.5e12, "EUR"),
    ("1,5 Billionen Euro", "money", 1.5e12, "EUR"),
    ("1,5 billion de dollars", "money", 1.5e12, "USD"),
    ("$30 billion", "money", 3e10, "USD"),
    ("RM30 bilion", "money", 3e10, "MYR"),
    ("AS$30 bilion", "money", 3e10, "USD"),
    ("2 biliony dolarów", "money", 2e12, "USD"),
    ("Rp8.159 triliun", "money", 8.159e15, "IDR"),
    ("dola bilioni 30", "money", 3e10, "USD"),
    ("3조 5000억 원", "money", 3.5e12, "KRW"),
    ("1 milyar 200 milyon dolar", "money", 1.2e9, "USD"),
    ("thirty billion dollars", "money", 3e10, "USD"),
    ("trente milliards de dollars", "money", 3e10, "USD"),
    ("tiga puluh miliar dolar", "money", 3e10, "USD"),
    ("fünfunddreißig Milliarden Dollar", "money", 3.5e10, "USD"),
    ("half a billion dollars", "money", 5e8, "USD"),
    ("A$5bn", "money", 5e9, "AUD"),
    ("NT$300 billion", "money", 3e11, "TWD"),
    ("新台幣3兆元", "money", 3e12, "TWD"),
    ("September 17, 2024", "date", 19983, "day"),
    ("17 septembre 2024", "date", 19983, "day"),
    ("2024年9月17日", "date", 19983, "day"),
    ("2024-09-17", "date", 19983, "day"),
    ("17.9.2024", "date", 19983, "day"),
    ("30家公司", "count", 30, "companies"),
    ("200,000 Nvidia GPUs", "count", 200_000, "gpus"),
    ("1.200 Arbeitsplätze", "count", 1200, "jobs"),
]


@pytest.mark.parametrize(("text", "kind", "value", "unit"), CASES, ids=[c[0] for c in CASES])
def test_one_quantity(text: str, kind: str, value: float, unit: str) -> None:
    """Each script, scale and symbol gives one fact in base units, wherever it stands, in either Unicode form."""
    for written in (text, f"({text})", unicodedata.normalize("NFD", text)):
        (fact,) = facts.read(written)
        assert (fact.kind, fact.unit) == (kind, unit)
        assert fact.value == pytest.approx(value, rel=1e-12)
        assert written[fact.start : fact.end] == fact.text


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("Le plan pèse 1,5 billion de dollars", "en", 1.5e12),
        ("Le plan pèse 2 billions de dollars", None, 2e12),
        ("The plan is worth $30 billion", "fr", 3e10),
        ("The plan is worth 30 billion dollars", "de", 3e10),
        ("Ein Plan mit 1,5 Billionen Dollar", "en", 1.5e12),
        ("Dana itu bernilai 30 bilion dolar", "pl", 3e10),
        ("Rynek wart 1,5 biliona dolarów", "ms", 1.5e12),
    ],
)
def test_billion_is_decided_by_the_text(text: str, language: str | None, value: float) -> None:
    """10^9 or 10^12: grammar and neighbours decide, a wrong hint does not."""
    (fact,) = facts.read(text, language)
    assert fact.value == value


@pytest.mark.parametrize(
    ("text", "value", "upper"),
    [
        ("$30 billion to $40 billion", 3e10, 4e10),
        ("30-40 billion dollars", 3e10, 4e10),
        ("between 30 and 40 billion dollars", 3e10, 4e10),
        ("entre 30 et 40 milliards d'euros", 3e10, 4e10),
        ("30億から40億ドル", 3e9, 4e9),
        ("300억~400억 원", 3e10, 4e10),
        ("30 ila 40 milyar dolar", 3e10, 4e10),
        ("5 to 10 GW", 5e9, 1e10),
    ],
)
def test_ranges(text: str, value: float, upper: float) -> None:
    """A range is one fact, and the scale at its end is the scale of both."""
    (fact,) = facts.read(text)
    assert (fact.value, fact.upper) == (value, upper)


@pytest.mark.parametrize(
    "text",
    [
        "about $30 billion",
        "jusqu'à 30 milliards de dollars",
        "hingga $ 30 miliar",
        "约300亿美元",
        "300억 달러 이상",
        "около 30 млрд долларов",
    ],
)
def test_approximations(text: str) -> None:
    """Words before and after an amount say that it is not exact."""
    (fact,) = facts.read(text)
    assert fact.approximate


@pytest.mark.parametrize(
    "text",
    [
        "GB200, H100, GPT-4 and a 7B model", "+1 800 555 0199", "30% or 4.5 percent", "9:30 on track 3", "3-1",
        "version 3.5.1",
        "in 1 out of 20",
        "MGX 5 and AI 2", "COVID-19", "2,5 Prozent", "4.5％", "震度５弱", "Room 101", "the 2024 model",
        "17 års hyra", "30 try again", "magnitude 7.1 Mw",
        "", "30", "$", "billion dollars", "milliards de dollars", "مليارات الدولارات",
    ],
)  # fmt: skip
def test_no_quantity(text: str) -> None:
    """What only looks like a quantity is left alone."""
    assert facts.read(text) == ()


@pytest.mark.parametrize(
    "text", ["1" * 5000, "一" * 5000, "九兆" * 500, "1.1," * 5000, "$1 bn, " * 3000, "in 2024, " * 3000]
)
def test_floods_of_figures(text: str) -> None:
    """A hostile text ends, without an infinite number and with a bounded number of facts."""
    read = facts.read(text)
    assert len(read) <= 300
    assert all(f.value < 1e30 for f in read)


def test_a_year_needs_a_cue_and_spans() -> None:
    """A bare year is a date only where a word makes it one; it comes as its first and last day."""
    (fact,) = facts.read("Demand doubles by 2034")
    assert (fact.value, fact.upper, fact.text) == (23376, 23740, "2034")
    assert facts.read("the 2034 plan") == ()


def test_offsets_survive_folding() -> None:
    """Offsets count code points of the original text, past marks that folding drops and letters that it doubles."""
    text = "Fußgän\u00adger zahlen e\u0301galement 30\u00a0Mrd.\u00a0€ für 1,2 GW"
    assert [text[f.start : f.end] for f in facts.read(text)] == ["30\u00a0Mrd.\u00a0€", "1,2 GW"]


def test_roles_do_not_depend_on_the_language() -> None:
    """One statement has one role, whoever tells it."""
    told = [
        "The alliance plans to raise $30 billion",
        "L'alliance prévoit de lever 30 milliards de dollars",
        "Aliansi berencana mengumpulkan $ 30 miliar",
        "Die Allianz will 30 Milliarden Dollar einsammeln",
        "联盟计划筹集300亿美元",
        "연합은 300억 달러를 모금할 계획이다",
        "Альянс планирует привлечь 30 млрд долларов",
    ]
    assert {facts.read(t)[0].role for t in told} == {"target"}


def _money(value: float, role: str = "raised", **more: object) -> Fact:
    return replace(Fact("money", value, "USD", role, 0, 1), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("a", "b", "agrees", "contradicts"),
    [
        (_money(3e10), _money(3e10), True, False),
        (_money(3e10), _money(3.03e10), True, False),
        (_money(3e10), _money(4e10), False, True),
        (_money(1.3e10), _money(1.375e10), False, False),  # rounding of somebody else: neither
        (_money(3e10), _money(4e10, "target"), False, False),
        (_money(3e10, ""), _money(4e10, ""), False, False),
        (_money(3e10), _money(3e10, unit="EUR"), False, False),
        (_money(3e10, upper=4e10), _money(3.5e10), True, False),
        (_money(3e10, approximate=True), _money(3.2e10), True, False),
        (Fact("date", 23376, "day", "", 0, 1, upper=23740), Fact("date", 23400, "day", "", 0, 1), True, False),
        (Fact("date", 1, "day", "", 0, 1), Fact("date", 900, "day", "", 0, 1), False, False),
    ],
)
def test_agree_and_contradict(a: Fact, b: Fact, agrees: bool, contradicts: bool) -> None:
    """Equal up to rounding agrees, clearly apart in one role contradicts, between is neither; both are symmetric."""
    assert facts.agree(a, b) == facts.agree(b, a) == agrees
    assert facts.contradict(a, b) == facts.contradict(b, a) == contradicts


def test_contradictions_leave_out_what_both_say() -> None:
    """A text that states both amounts contradicts nobody who states one of them."""
    assert facts.contradictions([_money(3e10)], [_money(3e10), _money(4e10)]) == []
    assert len(facts.contradictions([_money(3e10)], [_money(4e10)])) == 1


_LETTERS = "0123456789.,- $€%亿兆百万억조 abcGWhTtbnmrd月年ßé\u0301\u00a0\u3099ハᄀ\u1161ล้านमिا"


@given(st.text(alphabet=st.sampled_from(_LETTERS), max_size=60), st.sampled_from([None, "fr", "xx", "zh-Hant"]))
def test_never_raises_and_offsets_are_sane(text: str, language: str | None) -> None:
    """Whatever stands in a text, reading ends, and every fact points at what it read."""
    for fact in facts.read(text, language):
        assert 0 <= fact.start < fact.end <= len(text)
        assert fact.text == text[fact.start : fact.end]
        assert fact.value == fact.value and fact.value < 1e30


@pytest.mark.parametrize("key", ["fr", "id"])
def test_the_seeds_say_the_same(key: str) -> None:
    """The two seeds are translations of one text: the same amounts, the same roles, the same year."""
    (seed,) = (Path(pipeline.__file__).parent / "data" / "watch" / "seeds").glob(f"*-{key}.txt")
    text = seed.read_text(encoding="utf-8")
    read = [(f.kind, f.value, f.unit, f.role) for f in facts.read(text) if f.kind in {"money", "energy", "date"}]
    assert sorted(read) == sorted(
        [
            ("money", 3e10, "USD", ""),
            ("money", 3e10, "USD", "target"),
            ("money", 1e11, "USD", "potential"),
            ("money", 1.3e10, "USD", "invested"),
            ("date", 23376, "day", ""),
            ("energy", 1.58e15, "Wh", "consumption"),
        ]
    )
