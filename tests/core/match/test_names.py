"""Aliases in the scripts that hurt: every text is our own."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.match.names import MAX_TEXT, Index
from pipeline.core.text.fold import LOOKALIKES, fold, folded, mapped, script
from pipeline.model import Alias, Entity, Role, Topic, Watchlist, WordGroup


def entity(key: str, *aliases: str | Alias) -> Entity:
    forms = tuple(a if isinstance(a, Alias) else Alias(a) for a in aliases)
    return Entity(key, key, "company", (Role.PARTY,), forms)


WATCHLIST = Watchlist(
    version="test",
    name="test",
    entities=(
        entity(
            "aip",
            "AI Infrastructure Partnership (AIP)",
            Alias("AIP", case=True, needs=("aip", "blackrock", "field:datacentre")),
            "AI基础设施联盟",
            "شراكة البنية التحتية للذكاء الاصطناعي",
        ),
        entity(
            "blackrock",
            Alias("BlackRock", prefix=True),
            "贝莱德",
            "ブラックロック",
            "블랙록",
            "بلاك روك",
            "בלקרוק",
            "ব্ল্যাকরক",
            "แบล็กร็อก",
            Alias("Блэкрок", prefix=True),
            "பிளாக்ராக்",
            "بلک‌راک",
        ),
        entity("microsoft", Alias("Microsoft", prefix=True), "مايكروسوفت", "Майкрософт", "마이크로소프트", "微软"),
        entity("openai", "OpenAI", "オープンAI", "오픈AI"),
        entity("xai", Alias("xAI", case=True), Alias("XAI", case=True, needs=("musk",))),
        entity("musk", "Elon Musk", "イーロン・マスク", "मस्क", Alias("Musk", case=True)),
        entity("stargate", Alias("Stargate", case=True)),
        entity("istanbul", "İstanbul"),
        entity("ro", "로"),
        entity("mask", "マスク氏"),
        entity("hatsu", "ハツ"),
    ),
    topics=(),
    fields=(
        WordGroup("ai", {"any": ("AI", "KI"), "en": ("artificial intelligence",), "de": ("Rechenleistung",)}),
        WordGroup("datacentre", {"en": ("data centre",), "hu": ("adatközpont",), "lv": ("fond*",)}),
    ),
    lookalikes=(
        WordGroup("series", {"any": ("Stargate SG-1", "season finale")}, ("stargate",)),
        WordGroup("dividend", {"en": ("dividend",)}, ("blackrock",)),
    ),
    seeds=(),
)
INDEX = Index(WATCHLIST)


def entities(title: str, summary: str = "", text: str = "") -> list[str]:
    return [m.entity for m in INDEX.find(title, summary, text).mentions]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # case and accents do not matter unless the alias says so
        ("openai, OPENAI and Open\u0041I", ["openai", "openai", "openai"]),
        ("İSTANBUL, istanbul, I\u0307stanbul", ["istanbul", "istanbul", "istanbul"]),
        # full-width letters, soft hyphens, joiners, direction marks
        ("ＯｐｅｎＡＩ und Open\u00adAI", ["openai", "openai"]),
        ("\u200fبلاك\u00a0روك\u200f", ["blackrock"]),
        # tatweel and vowel marks of Arabic, clitics written onto the name
        ("مايكـــروسوفت", ["microsoft"]),
        ("وبمايكروسوفت ولبلاك روك", ["microsoft", "blackrock"]),
        ("وقالت بلاك روك إن", ["blackrock"]),
        # Persian joins with an invisible letter or not at all
        ("بلک‌راک و بلکراک", ["blackrock", "blackrock"]),
        # Hebrew prefixes
        ("השקעה של בלקרוק ושבלקרוק", ["blackrock", "blackrock"]),
        # particles and endings: Korean, Japanese, Turkish, Finnish, Russian, Bengali, Tamil
        ("블랙록이 마이크로소프트와", ["blackrock", "microsoft"]),
        ("ブラックロックがオープンAIに", ["blackrock", "openai"]),
        ("BlackRock'ın Microsoft’un", ["blackrock", "microsoft"]),
        ("BlackRockin ja Microsoftilla", ["blackrock", "microsoft"]),
        ("инвестиции Блэкрока", ["blackrock"]),
        ("ব্ল্যাকরকের বিনিয়োগ", ["blackrock"]),
        ("பிளாக்ராக்கின் முதலீடு", ["blackrock"]),
        # scripts without spaces
        ("微软与贝莱德组建AI 基础设施联盟", ["microsoft", "blackrock", "aip"]),
        ("กองทุนแบล็กร็อกประกาศ", ["blackrock"]),
        # a Latin name with a native ending or in the middle of native text
        ("инвестиция OpenAIом", ["openai"]),
        ("由OpenAI开发", ["openai"]),
        # Cyrillic letters inside a Latin word
        ("ОpеnАI раскрыл", ["openai"]),
        # middle dots and spaces in names
        ("イーロン マスク", ["musk"]),
    ],
)
def test_a_name_is_found_however_its_language_writes_it(text: str, expected: list[str]) -> None:
    """Rule: one alias covers all the ways in which a script writes it."""
    assert [e for e in entities(text) if e != "mask"] == expected


@pytest.mark.parametrize(
    "text",
    [
        "OpenAIR festival",  # a longer word
        "training in j'ai",
        "Musket, Muskeln",  # Musk takes no endings
        "BlackRockefeller",  # more than four letters
        "Microsoft2000x"[:0] + "Microsoft2",  # a digit is no ending
        "मस्का",  # the Hindi word for butter: vowel signs belong to the word
        "블랙홀",  # another syllable
        "록",  # 로 is not found inside 록
        "バツ",  # ハツ without its voicing marks
        "xai",  # case counts
    ],
)
def test_a_name_is_not_found_inside_another_word(text: str) -> None:
    """Rule: boundaries hold wherever the script has them."""
    assert entities(text) == []


def test_korean_syllables_are_whole_even_when_decomposed() -> None:
    """Rule: text in NFD (macOS) reads as in NFC, and offsets still point into what was given."""
    for text in (
        "블랙록이 산다",
        unicodedata.normalize("NFD", "블랙록이 산다"),
        unicodedata.normalize("NFD", "the İstanbul"),
    ):
        found = INDEX.find(text, "").mentions
        assert len(found) == 1
        assert unicodedata.normalize("NFC", found[0].found) in {"블랙록", "İstanbul"}
        assert text[found[0].start : found[0].end] == found[0].found


def test_companions_decide_what_an_ambiguous_name_means() -> None:
    """Rule: AIP and XAI count only beside a companion, anywhere in the story, and never vouch for themselves."""
    assert entities("AIP names award winners") == []
    assert entities("AIP names award winners", "AIP AIP") == []
    assert entities("AIP buys", "BlackRock pays") == ["aip", "blackrock"]
    assert entities("AIP plans a data centre") == ["aip"]
    assert entities("XAI explains models") == []
    assert entities("XAI of Elon Musk") == ["xai", "musk"]
    assert entities("aip and BlackRock") == ["blackrock"]


def test_the_longest_match_wins() -> None:
    """Rule: a name inside a longer name is not a second mention."""
    found = INDEX.find("The AI Infrastructure Partnership (AIP) and BlackRock", "").mentions
    assert [(m.entity, m.found) for m in found] == [
        ("aip", "AI Infrastructure Partnership (AIP)"),
        ("blackrock", "BlackRock"),
    ]


def test_a_lookalike_that_contains_the_name_takes_it() -> None:
    """Rule: "Stargate SG-1" is no mention of Stargate, a lookalike word elsewhere leaves the mention in place."""
    inside, beside = INDEX.find("Stargate SG-1 returns", ""), INDEX.find("Stargate season finale", "")
    assert inside.mentions == ()
    assert [h.found for h in inside.lookalikes["series"]] == ["Stargate SG-1"]
    assert [m.entity for m in beside.mentions] == ["stargate"]
    assert [h.found for h in beside.lookalikes["series"]] == ["season finale"]


def test_field_words_take_endings_and_acronyms_keep_their_case() -> None:
    """Rule: "ai" is a word in Italian and Romanian; "adatközpontot" is an inflected field word."""
    found = INDEX.find("Le parole ai lettori", "ai, Ai")
    assert found.fields == {}
    found = INDEX.find("KI und AI", "új adatközpontot épít; fonds")
    assert {k: [h.found for h in v] for k, v in found.fields.items()} == {
        "ai": ["KI", "AI"],
        "datacentre": ["adatközpont", "fond"],
    }


def test_offsets_point_into_the_part_that_was_given() -> None:
    """Rule: evidence can be shown in the original text, whatever folding did before it."""
    title, summary, text = (
        "ﬁnd  \u00adＯｐｅｎＡＩ\u200b now",
        "Straße nach İstanbul; 微软  与 贝莱德",
        "…" * 9 + "ОpеnАI",
    )
    for m in INDEX.find(title, summary, text).mentions:
        part = {"title": title, "summary": summary, "text": text}[m.part]
        assert part[m.start : m.end] == m.found
        assert fold(m.found) in {fold("OpenAI"), "istanbul", "微软", "贝莱德", "оpеnаi"}
    assert entities(title, summary, text) == ["openai", "istanbul", "microsoft", "blackrock", "openai"]


def test_long_texts_cost_no_more_than_their_length() -> None:
    """Rule: a hostile article neither hangs the search nor is read to its end."""
    found = INDEX.find("", "", "BlackRock " * 20_000 + "OpenAI")
    assert len(found.mentions) == MAX_TEXT // 10
    assert INDEX.find("", "", "a" * 300_000 + " blackrock" * 10).mentions == ()


def test_an_empty_watchlist_finds_nothing() -> None:
    """Rule: a watchlist without aliases is allowed."""
    empty = Watchlist("v", "n", (), (), (), (), ())
    assert Index(empty).find("OpenAI", "").mentions == ()


@given(st.text(max_size=60))
def test_folding_is_idempotent(text: str) -> None:
    """Law: what is folded stays as it is."""
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.sampled_from("aİßｆ \u00ad\u0301ーが基각각 -·ا\u0640ﬁ"), max_size=40))
def test_every_folded_character_knows_where_it_came_from(text: str) -> None:
    """Law: offsets grow, and lie inside the text."""
    got = folded(text, lower=True)
    spans = [got.span(i, i + 1) for i in range(len(got.text))]
    assert all(0 <= s < e <= len(text) for s, e in spans)
    assert [s for s, _ in spans] == sorted(s for s, _ in spans)
    assert fold(text) == got.text.strip()


@given(st.text(max_size=80), st.text(max_size=80))
def test_searching_never_raises(title: str, summary: str) -> None:
    """Law: any text can be searched."""
    for m in INDEX.find(title, summary).mentions:
        assert {"title": title, "summary": summary}[m.part][m.start : m.end] == m.found


@given(
    st.lists(
        st.sampled_from(["OpenAI ", "É", "漢字 ", " - ", "ß", "\u00ad", "한 ", "İ", "word", "’", "\n"]), max_size=900
    )
)
def test_long_texts_are_mapped_in_blocks_as_they_are_whole(pieces: list[str]) -> None:
    """Offsets made block by block are those of one pass over the text, wherever blocks are cut."""
    text = "".join(pieces)
    whole, starts, ends = mapped(text, True)
    got = folded(text, lower=True)
    assert got.text == whole
    assert [got.span(i, i + 1) for i in range(len(whole))] == list(zip(starts, ends, strict=True))


def test_every_letter_that_may_pass_for_latin_is_looked_for() -> None:
    """A short way past texts without Cyrillic and Greek must know all their letters."""
    letters = [c for c in map(chr, range(0x110000)) if c.isalpha() and script(c) in {"CYRILLIC", "GREEK"}]
    assert len(letters) > 400
    assert all(LOOKALIKES.match(c) for c in letters)


def test_two_ambiguous_names_may_explain_each_other() -> None:
    """Rule: names that are each other's companions stand; one whose companion needs another one does not."""
    watchlist = Watchlist(
        version="test",
        name="test",
        entities=(
            entity("aip", Alias("AIP", case=True, needs=("aligned", "blackrock"))),
            entity("aligned", Alias("Aligned", case=True, needs=("aip",))),
            entity("mgx", Alias("MGX", case=True, needs=("aip",))),
        ),
        topics=(), fields=(), lookalikes=(), seeds=(),
    )  # fmt: skip
    index = Index(watchlist)
    assert [m.entity for m in index.find("FERC waves through Aligned sale to AIP", "").mentions] == ["aligned", "aip"]
    assert [m.entity for m in index.find("MGX mine sold to AIP", "").mentions] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Codelco: Salvatierra speaks of the deal", ["codelco", "salvatierra"]),
        ("Salvatierra wins the marathon", []),
        ("salvatierra, a village, and Codelco", ["codelco"]),
        ("코델코 회장 살바티에라 사임", ["codelco", "salvatierra"]),
        ("コデルコのサルバティエラ会長", ["codelco", "salvatierra"]),
        ("Коделко: Сальватьерру вызвали в суд", ["codelco", "salvatierra"]),
    ],
)
def test_a_surname_stands_beside_those_of_its_topic(text: str, expected: list[str]) -> None:
    """Rule: who writes full names gets the headlines' surnames, beside somebody who belongs to the person."""
    names = ("Rodrigo Salvatierra", "로드리고 살바티에라", "ロドリゴ・サルバティエラ氏", "Родриго Сальватьерра")
    watchlist = Watchlist(
        version="test",
        name="test",
        entities=(
            entity("codelco", "Codelco", "코델코", "コデルコ", "Коделко"),
            Entity("salvatierra", "Rodrigo Salvatierra", "person", (Role.CONTEXT,), tuple(map(Alias, names))),
        ),
        topics=(Topic("quimal", {"en": "Quimal"}, ("codelco", "salvatierra")),),
        fields=(), lookalikes=(), seeds=(),
    )  # fmt: skip
    assert [m.entity for m in Index(watchlist).find(text, "").mentions] == expected


@pytest.mark.parametrize(
    "text",
    ["ማይክሮሶፍትን", "የማይክሮሶፍት", "ለማይክሮሶፍት", "માઇક્રોસોફ્ટે", "મસ્કના", "Масктың", "Маскова", "გროკი", "மஸ்கை"],
)
def test_more_scripts_write_their_endings_onto_names(text: str) -> None:
    """Rule: Amharic, Gujarati, Kazakh, Georgian and Tamil names are found as their languages inflect them."""
    names = ("ማይክሮሶፍት", "માઇક્રોસોફ્ટ", "મસ્ક", "Маск", "გროკ", "மஸ்க்")
    index = Index(Watchlist("test", "test", (entity("it", *names),), (), (), (), ()))
    assert [m.entity for m in index.find(text, "").mentions] == ["it"]


@pytest.mark.parametrize("text", ["Маскаронът", "Маскат", "મસ્કત", "மஸ்கட்", "გროკოდილი"])
def test_other_words_that_begin_like_a_name_are_left_alone(text: str) -> None:
    """Rule: an ending is one of a closed list: Muscat is no Musk."""
    index = Index(Watchlist("test", "test", (entity("it", "મસ્ક", "Маск", "გროკ", "மஸ்க்"),), (), (), (), ()))
    assert index.find(text, "").mentions == ()
