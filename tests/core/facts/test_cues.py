"""Which amount a cue belongs to, in which language it counts, and what is said without a role."""

import pytest

from pipeline.core import facts
from pipeline.core.facts import words


def roles(text: str, language: str | None) -> list[str]:
    return [f.role for f in facts.read(text, language) if f.kind not in {"date", "count"}]


@pytest.mark.parametrize(
    ("language", "text", "wanted"),
    [
        # bound to the amount behind it: a preposition, a conjunction or a verb leads there
        ("en", "Marlow lost $400 million on revenue of $2 billion.", ["loss", "revenue"]),
        ("vi", "Công ty lỗ 90 tỷ đồng dù doanh thu đạt 700 tỷ đồng.", ["loss", "revenue"]),
        ("sw", "Benki ilipata hasara ya dola milioni 12 huku mapato yakifikia dola milioni 90.", ["loss", "revenue"]),
        ("ar", "جمعت الشركة 40 مليون دولار عند تقييم بلغ 300 مليون دولار.", ["raised", "valuation"]),
        ("he", "החברה גייסה 20 מיליון דולר לפי שווי של 150 מיליון דולר", ["raised", "valuation"]),
        ("th", "บริษัทมีกำไร 900 ล้านบาท รายได้รวม 7,000 ล้านบาท", ["profit", "revenue"]),
        # bound to the amount before it: nothing, "of" or a particle between
        ("en", "Marlow booked $2 billion in revenue and $90 million of debt.", ["revenue", "debt"]),
        ("sl", "Podjetje je imelo 30 milijonov evrov prihodkov in 2 milijona evrov dobička.", ["revenue", "profit"]),
        ("zh-Hans", "公司以80亿美元的估值融资5亿美元。", ["valuation", "raised"]),
        ("hu", "Tavaly 9 milliárd forint volt a bank nyeresége, árbevétele 70 milliárd forint.", ["profit", "revenue"]),
        ("tr", "Girişim 900 milyon dolar değerlemeyle 60 milyon dolar yatırım aldı.", ["valuation", "raised"]),
    ],
)  # fmt: skip
def test_a_cue_between_two_amounts_is_one_of_thems(language: str, text: str, wanted: list[str]) -> None:
    """Fewer words and no joint between say whose it is, not the order of the language or the bare distance."""
    assert roles(text, language) == wanted


@pytest.mark.parametrize(
    ("language", "text", "wanted"),
    [
        ("fr", "Une usine et une facture de 2 milliards d'euros", ["cost"]),
        ("es", "La empresa factura 2.000 millones de euros", ["revenue"]),
        (None, "La empresa factura 2.000 millones de euros", ["revenue"]),
    ],
)
def test_a_word_counts_in_its_language(language: str | None, text: str, wanted: list[str]) -> None:
    """Rule: "facture" is a bill in French and sells in Spanish; without a hint all languages are asked."""
    assert roles(text, language) == wanted


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Ein Auftrag im Wert von 300 Millionen Euro ging an Kessler."),
        ("nl", "Een contract ter waarde van 300 miljoen euro"),
        ("sl", "Pogodba je vredna 300 milijonov evrov."),
        ("id", "Kontrak senilai US$300 juta diteken kemarin."),
        ("en", "Marlow lost its case over a $300 million contract."),
    ],
)
def test_worth_is_no_valuation_and_a_lost_case_no_loss(language: str, text: str) -> None:
    assert roles(text, language) == [""]


def test_demand_for_capacity_is_demand() -> None:
    """Rule: the word that another hangs on says what is meant."""
    assert roles("Zapotrzebowanie na moc wzrośnie do 3 GW.", "pl") == ["consumption"]
    assert roles("Blok o mocy 3 GW ruszy wiosną.", "pl") == ["capacity"]


def test_a_site_says_capacity_only_beside_it() -> None:
    assert roles("Approval for a 300MW campus", "en") == ["capacity"]
    assert roles("The campus, the third of its kind in the valley, got 300MW last week", "en") == [""]


@pytest.mark.parametrize(
    ("language", "text", "values"),
    [
        ("en", "Its debt fell by $600m to $22bn.", [6e8, 2.2e10]),
        ("uk", "Борг зріс на 200 млн грн до 9 млрд грн.", [2e8, 9e9]),
        ("tl", "Umabot sa P1.5 bilyon ang utang; nag-order ng P100 GPU.", [1.5e9]),
        ("en", "Eskom will spend R3 billion on R24 lines.", [3e9]),
        ("de", "R3 billion", []),
        ("hu", "Az üzem 2 milliárd euróba kerül.", [2e9]),
        ("et", "Hanke maht ulatub 25 miljoni euroni.", [2.5e7]),
    ],
)
def test_steps_are_no_ranges_and_signs_are_local(language: str, text: str, values: list[float]) -> None:
    found = [f for f in facts.read(text, language) if f.kind == "money"]
    assert [f.value for f in found] == values
    assert all(f.upper is None for f in found)


def test_every_language_that_counts_money_knows_the_common_roles() -> None:
    """Rule: a role that has cues in English has them in each language with cues for more than five roles."""
    common = {"raised", "invested", "valuation", "debt", "price", "revenue", "profit", "loss", "capacity", "cost"}
    tables = words.all_languages()
    speaking = {tag: set(sections["role"]) for tag, sections in tables.items() if len(sections.get("role", {})) > 9}
    assert len(speaking) >= 55
    assert {tag: sorted(common - keys) for tag, keys in speaking.items() if common - keys} == {}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ar", "قال الوزير يوم الجمعة إن الصفقة تبلغ 20 مليار دولار"),  # Friday is no gathering
        ("ar", "تبني المدينة الجديدة محطة مقابل 20 مليار دولار"),  # a city has no debt in it
        ("vi", "Hợp đồng đó trị giá 20 tỷ USD, nó sẽ kéo dài mười năm"),  # nó is it, nợ is debt
        ("ru", "В республике Сальвадор получили 20 млрд долларов"),  # no Kazakh investment inside
        ("tr", "Toplam 20 milyar dolarlık anlaşma imzalandı."),  # a total is not gathered
        ("el", "Η πόλη χρειάζεται 20 δισ. ευρώ για το μετρό"),  # to need is not to owe
        ("bn", "কিন্তু ২০ কোটি ডলারের চুক্তি হয়নি।"),  # "but" buys nothing
        ("en", "President Biden welcomed the $20 billion plan."),  # and bids nothing
        ("cy", "Fe wnaeth gan y llywodraeth gytundeb o $20 biliwn"),  # a language without cues has none
        ("en", "Authors raised objections to a $20 billion settlement."),
    ],
)
def test_words_that_look_like_cues_are_none(language: str, text: str) -> None:
    """Rule: a cue is a word of the text's language, begins where a word may begin, and has its own accents."""
    assert not any(roles(text, language))


@pytest.mark.parametrize(
    ("language", "text", "wanted"),
    [
        ("hu", "A 32 éves férfi 10 évig élt itt.", []),  # a year is no Turkish house
        ("tr", "Proje 32 ev yapacak.", ["homes"]),
        ("sl", "Družba z 1.200 zaposlenimi gradi obrat.", ["employees"]),
        ("pt", "O ministro dos Negócios Estrangeiros falou.", []),
    ],
)
def test_things_are_counted_in_their_language(language: str, text: str, wanted: list[str]) -> None:
    assert [f.unit for f in facts.read(text, language) if f.kind == "count"] == wanted


def test_an_unknown_scale_is_silent() -> None:
    """Rule: a wrong value by a factor of a million is worse than none."""
    assert facts.read("Cytundeb o £11 miliwn", "cy") == ()
    assert [f.value for f in facts.read("A £11 military badge", "en")] == [11]


def test_a_weak_scale_counts_before_kilowatt_hours() -> None:
    (fact,) = facts.read("Sản lượng đạt 2 tỷ kWh", "vi")
    assert (fact.kind, fact.value) == ("energy", 2e12)


def test_a_list_goes_on_with_a_name_and_not_with_a_verb() -> None:
    """Rule: behind a comma stand a name and a preposition, or the next amount is told for itself."""
    assert roles("Con pérdidas de 47 millones de euros, negocia refinanciar 310 millones de euros.", "es") == [
        "loss",
        "",
    ]
    assert roles("Orrin was valued at $9bn, Tessel at $4bn.", "en") == ["valuation", "valuation"]


@pytest.mark.parametrize(
    ("language", "text", "wanted"),
    [
        ("en", "Halvorsen booked a $3 billion profit but its backlog of $9 billion shrank.", ["profit", ""]),
        ("de", "Ein Bußgeld von 12 Millionen Euro schmälert den Gewinn von 80 Millionen Euro.", ["", "profit"]),
        ("fr", "Une amende de 30 millions d'euros et une dette de 2 milliards d'euros", ["", "debt"]),
        ("ru", "Штраф в 5 млн рублей при выручке в 2 млрд рублей", ["", "revenue"]),
        ("id", "Laba Rp2 triliun, denda Rp30 miliar", ["profit", ""]),
        ("zh-Hans", "公司被罚款3亿元，净利润20亿元。", ["", "profit"]),
        ("ja", "課徴金12億円を払い、売上高は800億円だった", ["", "revenue"]),
    ],
)
def test_a_fine_and_a_backlog_take_their_amounts(language: str, text: str, wanted: list[str]) -> None:
    """Rule: a word that names what is no role of ours owns its amount as a cue does, and says nothing of it."""
    assert roles(text, language) == wanted


@pytest.mark.parametrize(
    ("language", "text", "wanted"),
    [
        ("id", "Defisit anggaran mencapai Rp40 triliun.", ["loss"]),
        ("en", "Storm damage was valued at $90 million.", ["loss"]),
        ("ru", "Ущерб оценили в 90 млн рублей.", ["loss"]),
        ("en", "Lenders valued the firm at $8bn.", ["valuation"]),
    ],
)
def test_the_word_that_another_says_more_of_is_meant(language: str, text: str, wanted: list[str]) -> None:
    assert roles(text, language) == wanted


@pytest.mark.parametrize(
    ("language", "text", "wanted"),
    [
        ("id", "Emiten meraih laba Rp2 triliun, dengan utang Rp30 triliun.", ["profit", "debt"]),
        ("en", "The fund wants to raise $12 billion, or $40 billion with debt.", ["target", "potential"]),
        ("es", "El grupo ganó 90 millones de euros, con deuda de 400 millones de euros.", ["profit", "debt"]),
        ("es", "El fondo busca 12.000 millones de euros de capital, 40.000 con deuda.", ["target"]),
    ],
)
def test_with_debt_of_so_much_is_debt(language: str, text: str, wanted: list[str]) -> None:
    """Rule: "with debt" makes a total of a sum that is raised; what follows "with debt of" is the debt."""
    assert roles(text, language) == wanted


@pytest.mark.parametrize(
    ("language", "text", "wanted"),
    [
        ("ca", "L'empresa va ingressar 870 milions d'euros, va guanyar-ne 45 i va créixer.", ["revenue"]),
        ("es", "La planta, de 320 MW, requerirá una inversión de 290 millones de euros.", ["", "invested"]),
    ],
)
def test_a_verb_with_an_object_of_its_own_is_not_the_amounts_before(
    language: str, text: str, wanted: list[str]
) -> None:
    assert roles(text, language) == wanted
