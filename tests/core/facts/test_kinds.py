"""Kinds of amounts and of faults, each with siblings: numbers where one does not look, words beside words."""

import pytest

from pipeline.core import facts

READ = [
    # a sign with a point before the digits
    ("Rs.500 crore", "money", 5e9, "INR"),
    ("ரூ.10,000 கோடி", "money", 1e11, "INR"),
    ("రూ.87,520 కోట్ల", "money", 8.752e11, "INR"),
    ("रु.300 करोड़", "money", 3e9, "INR"),
    ("Tk.40 crore", "money", 4e8, "BDT"),
    # a thousand and what stands behind it, before a greater scale
    ("2 mil 500 millones de dólares", "money", 2.5e9, "USD"),
    ("1 हजार 200 करोड़ रुपये", "money", 1.2e10, "INR"),
    ("১ হাজার ২০০ কোটি টাকা", "money", 1.2e10, "BDT"),
    ("1 bin 200 milyar lira", "money", 1.2e12, "TRY"),
    ("1 nghìn 200 tỷ đồng", "money", 1.2e12, "VND"),
    # abbreviations that carry scale and currency
    ("۷ همت", "money", 7e12, "IRT"),
    ("7 mdd", "money", 7e6, "USD"),
    ("7 mdp", "money", 7e6, "MXN"),
    ("250 mkr", "money", 2.5e8, "SEK"),
    ("250 mnkr", "money", 2.5e8, "SEK"),
    ("250 mdkr", "money", 2.5e11, "SEK"),
    ("250 MSEK", "money", 2.5e8, "SEK"),
    ("7 MEUR", "money", 7e6, "EUR"),
    ("7 MUSD", "money", 7e6, "USD"),
    ("7 MNOK", "money", 7e6, "NOK"),
    # Hangul letters as numbers
    ("부채 삼천억원", "money", 3e11, "KRW"),
    ("오조 원을 투자", "money", 5e12, "KRW"),
    ("십억 달러 규모", "money", 1e9, "USD"),
    ("이백만 명", "count", 2e6, "people"),
    ("일조 오천억 원", "money", 1.5e12, "KRW"),
    # the scale before a number in words
    ("dola bilioni moja", "money", 1e9, "USD"),
    ("dola milioni mia tatu", "money", 3e8, "USD"),
    ("shilingi trilioni mbili", "money", 2e12, "TZS"),
    ("dola bilioni tano na nusu", "money", 5.5e9, "USD"),
    ("dala biliyan biyu", "money", 2e9, "USD"),
    # the thing before its number
    ("GPU 5만장 확보", "count", 5e4, "gpus"),
    ("일자리 7만개 창출", "count", 7e4, "jobs"),
    ("직원 300명 감축", "count", 300.0, "employees"),
    ("データセンター3カ所を建設", "count", 3.0, "data centers"),
    ("従業員は3000人", "count", 3000.0, "employees"),
    ("员工3000人", "count", 3000.0, "employees"),
    ("พนักงาน 300 คน", "count", 300.0, "employees"),
    ("kuunda ajira 5,000", "count", 5000.0, "jobs"),
    # things counted by a number in words
    ("mille emplois", "count", 1000.0, "jobs"),
    ("une centaine de salariés", "count", 100.0, "employees"),
    ("tremila addetti", "count", 3000.0, "employees"),
    ("хиляда работни места", "count", 1000.0, "jobs"),
    ("hiljadu radnih mesta", "count", 1000.0, "jobs"),
    ("هزار شغل", "count", 1000.0, "jobs"),
    ("sata työntekijää", "count", 100.0, "employees"),
    # fused and oblique number words
    ("साडेसतरा अब्ज डॉलर्स", "money", 1.75e10, "USD"),
    ("od jednog gigavata", "power", 1e9, "W"),
    ("једног гигавата", "power", 1e9, "W"),
]


@pytest.mark.parametrize(("text", "kind", "value", "unit"), READ)
def test_is_read(text: str, kind: str, value: float, unit: str) -> None:
    """The text holds this one quantity and no other."""
    assert [(f.kind, f.value, f.unit) for f in facts.read(text)] == [(kind, value, unit)]


SILENT = [
    "six people",
    "zwei Menschen",
    "수천억 원",  # thousands of hundreds of millions: nobody says how many
    "v.2 chips",
    "Kapitel 3.5 Mitarbeiter",
    "ich bin Mitarbeiter",  # bin is a thousand in Turkish
    "hundreds of jobs",
    "plusieurs centaines de salariés",
    "일자리 창출",
    "a multi-billion dollar plan",
]


@pytest.mark.parametrize("text", SILENT)
def test_is_left_alone(text: str) -> None:
    """What tells no figure gives none."""
    assert facts.read(text) == ()


def test_a_sum_and_a_count_are_two() -> None:
    """ "And" behind a sum adds a smaller sum, never a number of things."""
    read = facts.read("aporte de R$ 3 bilhões e 3 mil empregos", "pt")
    assert [(f.kind, f.value) for f in read] == [("money", 3e9), ("count", 3000.0)]
    assert [f.value for f in facts.read("R$ 3 bilhões e 500 milhões", "pt")] == [3.5e9]


PARTS = [
    ("6 700 milliards de dollars d'ici 2030, dont 5 200 milliards pour la seule IA", 5.2e12, "USD"),
    ("20 млрд долларов, из них 12,5 млрд в виде долга", 1.25e10, "USD"),
    ("40 Milliarden Euro, davon 12 Milliarden für Speicher", 1.2e10, "EUR"),
    ("10 miliardi di euro, di cui 3 miliardi in Lombardia", 3e9, "EUR"),
    ("5 mld zł, z czego 2 mld w tym roku", 2e9, "PLN"),
]


@pytest.mark.parametrize(("text", "value", "unit"), PARTS)
def test_a_part_has_the_currency_of_its_whole(text: str, value: float, unit: str) -> None:
    """A sum that the text calls a part of the one before it needs no currency of its own."""
    assert (value, unit) in [(f.value, f.unit) for f in facts.read(text) if f.kind == "money"]


@pytest.mark.parametrize(
    "text",
    [
        "6 milliards d'euros pour 5 millions d'habitants, dont 2 milliards de messages",
        "Enel: 6,5 miliardi di euro. Di cui 2 milioni di clienti",
        "5 Milliarden Euro, davon 300 Megawatt",
    ],
)
def test_nothing_else_is_taken_for_a_part(text: str) -> None:
    """A number behind another clause, another number, or before a thing has no currency."""
    assert len([f for f in facts.read(text) if f.kind == "money"]) == 1


ROLES = [
    # each amount has the word that stands before it, not the one that leads to the next
    ("Zysk netto wyniósł 1,1 miliarda złotych przy przychodach 14 mld zł", ["profit", "revenue"]),
    ("Danantara suntik Rp16 triliun dan utang Rp2,4 triliun", ["invested", "debt"]),
    ("영업이익 11조3834억원, 부채 205조원", ["profit", "debt"]),
    ("净利润16.05亿元；负债39.85亿元", ["profit", "debt"]),
    ("ขาดทุน 350 ล้านบาท มีหนี้ 1.2 พันล้านบาท มูลค่าบริษัท 500 ล้านดอลลาร์", ["loss", "debt", "valuation"]),
    ("Прибуток сягнув двох мільярдів гривень, а збитки торік — 340 млн грн", ["profit", "loss"]),
    ("Peļņa 12 miljoni eiro, zaudējumi 3 miljoni eiro", ["profit", "loss"]),
    ("خسرت الشركة 700 مليون دولار وبلغت تكلفة المشروع 9 مليارات ريال", ["loss", "cost"]),
    # and where the word follows its amount, that one
    ("500亿美元的估值融资60亿美元", ["valuation", "raised"]),
    ("5 milyar dolar değerlemeyle 400 milyon dolar yatırım aldı", ["valuation", "raised"]),
    ("$20bn in revenue, $3bn in profit", ["revenue", "profit"]),
]


@pytest.mark.parametrize(("text", "roles"), ROLES)
def test_a_word_belongs_to_the_amount_that_it_leads_to(text: str, roles: list[str]) -> None:
    """Of two amounts and two words each has its own, before or behind as the language has it."""
    assert [f.role for f in facts.read(text) if f.kind == "money"] == roles


YEARS = [
    ("d'ici à 2028", "fr"),
    ("au second semestre 2028", "fr"),
    ("2028 sonuna kadar", "tr"),
    ("innen utgangen av 2028", "nb"),
    ("2028 végéig", "hu"),
    ("akhir 2028", "id"),
    ("im Sommer 2028", "de"),
    ("by Q3 2028", "en"),
]


@pytest.mark.parametrize(("text", "language"), YEARS)
def test_a_year_that_a_part_of_it_makes_one(text: str, language: str) -> None:
    """A season, a quarter or an end makes the number beside it a year."""
    assert [(f.kind, f.value, f.upper) for f in facts.read(text, language)] == [("date", 21184.0, 21549.0)]


@pytest.mark.parametrize("text", ["\ud800", "$5 billion \udfff", "3 GW\ud800\x00 of 5 GW", "\udc00" * 50])
def test_half_a_character_breaks_nothing(text: str) -> None:
    """Text that nothing can encode is read as far as it says something, and its offsets hold."""
    assert all(text[f.start : f.end] == f.text for f in facts.read(text))


@pytest.mark.parametrize(
    ("language", "text", "wanted"),
    [
        ("sw", "hasara ya shilingi bilioni 4 za Kenya", (4e9, "KES")),
        ("sw", "shilingi bilioni 700 za Uganda", (7e11, "UGX")),
        ("sw", "shilingi trilioni 2", (2e12, "TZS")),
        ("rw", "miliyari 12 z'amafaranga y'u Rwanda", (1.2e10, "RWF")),
        ("yo", "bílíọ̀nù 7 náírà", (7e9, "NGN")),
        ("yo", "$2.5 bílíọ̀nù", (2.5e9, "USD")),
        ("pl", "około 1 biliona dolarów", (1e12, "USD")),
        ("cs", "2,5 bilionu korun", (2.5e12, "CZK")),
        ("ig", "nde naịra 40", (4e7, "NGN")),
        ("zu", "imali engu-R3.5 billion", (3.5e9, "ZAR")),
        ("om", "birrii miliyoona 6", (6e6, "ETB")),
        ("sn", "US$30 mamiriyoni", (3e7, "USD")),
        ("te", "అప్పులు రూ.6,200 కోట్లకు చేరాయి", (6.2e10, "INR")),
        ("kn", "₹300 ಕೋಟಿಗೆ", (3e9, "INR")),
        ("es", "deuda de 3 mil 200 mdd", (3.2e9, "USD")),
        ("be", "страты ў 14 млн рублёў", (1.4e7, "BYN")),
    ],
)
def test_scales_and_currencies_as_languages_put_them(language: str, text: str, wanted: tuple[float, str]) -> None:
    """Rule: the scale may stand before the number, and a country behind it says whose shillings; no case is lost."""
    assert [(f.value, f.unit) for f in facts.read(text, language)] == [wanted]


def test_an_unknown_scale_word_leaves_the_sum_unread() -> None:
    assert facts.read("It cost £11 miliwn and $5 bhilyan", "en") == ()


def test_a_number_may_stand_right_behind_a_wide_comma() -> None:
    """Rule: only a digit before the comma makes it part of the number."""
    assert [f.value for f in facts.read("今年投产，1.2吉瓦，总投资：100亿元", "zh-Hans")] == [1.2e9, 1e10]
    assert [f.value for f in facts.read("1,200 jobs at 12:30", "en")] == [1200]


@pytest.mark.parametrize(
    ("text", "language", "low", "high"),
    [
        ("Giá từ 5 đến 10 vạn đồng", "vi", 5e4, 1e5),
        ("từ 5-10 vạn đồng", "vi", 5e4, 1e5),
        ("3-5兆円", "ja", 3e12, 5e12),
        ("3～5万亿美元", "zh", 3e12, 5e12),
        ("5万至10万元", "zh", 5e4, 1e5),
        ("30억~50억 달러", "ko", 3e9, 5e9),
        ("5 से 10 लाख रुपये", "hi", 5e5, 1e6),
    ],
)
def test_the_scale_behind_a_range_is_of_both_ends(text: str, language: str, low: float, high: float) -> None:
    """Vietnamese and Han ten thousands alike."""
    assert [(f.value, f.upper) for f in facts.read(text, language)] == [(low, high)]
