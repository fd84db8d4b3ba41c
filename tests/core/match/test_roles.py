"""What a headline does with a name: kinds of stories of our own writing, by role and not by name."""

from collections.abc import Callable

import pytest

from pipeline import catalog
from pipeline.core.match import cues, endings
from pipeline.core.match.judge import Matcher, default_weights
from pipeline.core.match.names import Index
from pipeline.encoder import Encoder
from pipeline.model import Alias, Entity, FieldRole, Role, Seed, Story, Watchlist, WordGroup

Judge = Callable[[str], int]


@pytest.fixture(scope="module")
def judge() -> Judge:
    """Judge a headline with the shipped watch folder, without an encoder."""
    matcher = Matcher(catalog.load(catalog.default_dir()).watchlist, default_weights(), Encoder("none"))
    return lambda title: int(matcher.judge(Story(0, "", "", title, "", language="und")).level)


@pytest.mark.parametrize(
    "title",
    [
        "Farmer asks ChatGPT which wheat to sow",
        "Un étudiant utilise ChatGPT pour son mémoire",
        "Schüler schreibt Aufsatz mit Hilfe von ChatGPT",
        "Estudiantes usan ChatGPT en el examen de historia",
        "Nauczyciel zapytał ChatGPT o przepis na pierogi",
        "Школьники использовали ChatGPT на экзамене",
        "学生用ChatGPT写论文，老师发现",
        "Siswa pakai ChatGPT saat ujian, guru kaget",
    ],
)
def test_a_product_in_somebodys_hands_is_not_its_maker(judge: Judge, title: str) -> None:
    """Rule: a product that is used, asked or quoted makes nothing ours."""
    assert judge(title) == 0


@pytest.mark.parametrize(
    "title",
    [
        "ChatGPT suffers outage in South America",
        "ChatGPT en panne dans toute l'Afrique",
        "Grok in Österreich gesperrt",
        "Panamá bloquea Grok",
        "Awaria ChatGPT w Polsce",
        "Сбой в работе ChatGPT",
        "그록, 태국서 차단",
        "Grok diblokir di Thailand",
    ],
)
def test_what_happens_to_a_product_happens_to_its_maker(judge: Judge, title: str) -> None:
    """Rule: launched, down, blocked or sued, a product of one whose whole business is the field is ours."""
    assert judge(title) == 1


@pytest.mark.parametrize(
    "title",
    [
        "Chinese rival to ChatGPT opens in Milan",
        "Le concurrent indien de ChatGPT arrive en France",
        "Ex-OpenAI-Manager gründet Fahrradfirma",
        "Конкурент ChatGPT появился в Казани",
        "ChatGPT rakibi Ankara'da tanıtıldı",
    ],
)
def test_a_foil_is_not_who_acts(judge: Judge, title: str) -> None:
    """Rule: a name that stands only to compare with makes nobody's story ours."""
    assert judge(title) == 0


@pytest.mark.parametrize(
    "title",
    [
        "OpenAI and Oracle plan 900MW in Ohio",
        "NextEra adds 350MW for data centres",
        "GE Vernova sells 7GW of turbines",
        "Crusoe switches on Stargate in Abilene",
        "Musk: Tennessee data centre will double",
        "Anthropic moves into Colossus in Memphis",
        "ЦОД Stargate на 1ГВт строят OpenAI и Oracle",
    ],
)
def test_glued_units_and_partners_speak_for_us(judge: Judge, title: str) -> None:
    """Rule: a number may be written onto its unit; a partner of the project in the headline pulls nothing down."""
    assert judge(title) == 1


@pytest.mark.parametrize(
    "title",
    [
        "NextEra's Florida utility repairs lines after hurricane",
        "GE Vernova blade breaks off Nantucket",
        "NextEra Energy (NYSE:NEE) declares quarterly dividend",
        "Kursziel für GE Vernova angehoben",
        "BlackRock lists bond ETF in Madrid",
    ],
)
def test_other_business_of_a_mixed_firm_is_not_ours(judge: Judge, title: str) -> None:
    """Rule: a watched name with other business needs a sign of the field."""
    assert judge(title) == 0


@pytest.mark.parametrize(
    "title",
    [
        "AI Infrastructure Partnership names adviser for Asia",
        "BlackRock (NYSE:BLK) and MGX's AI Infrastructure Partnership raises more",
        "AI INFRASTRUCTURE PARTNERSHIP OPENS LONDON OFFICE",
        "BlackRock closes Aligned acquisition",
        "ブラックロック、アラインド買収を完了 データセンター",
    ],
)
def test_the_subjects_own_name_is_enough(judge: Judge, title: str) -> None:
    """Rule: the subject's name needs nobody beside it; tickers are a house style, not a topic."""
    assert judge(title) >= 2


def test_two_other_firms_may_announce_a_partnership_of_that_name(judge: Judge) -> None:
    """Rule: what any two firms may announce in a title-case headline is a lookalike."""
    assert judge("Nokia and Telefonica Announce AI Infrastructure Partnership") == 0
    assert judge("Two Banks Sign Strategic AI Infrastructure Partnership") == 0


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("Rozmowa z Grokiem", "grok"),
        ("Zablokowano Groka", "grok"),
        ("Twórcy ChatuGPT", "chatgpt"),
        ("Spor se společností Stargateu a OpenAI", "openai"),
        ("Grokovy obrázky", "grok"),
        ("Letiltották a Grokot", "grok"),
        ("Grokissa oli häiriö", "grok"),
    ],
)
def test_names_take_the_endings_of_languages(written: str, found: str) -> None:
    """Rule: a Latin name may bear an ending of the closed list; nobody has to list the forms."""
    index = Index(catalog.load(catalog.default_dir()).watchlist)
    assert found in {m.entity for m in index.find(written, "").mentions}


@pytest.mark.parametrize(
    ("name", "written"),
    [("Ванкорта", "Завод Ванкорты"), ("Дельмаг", "Сделка с Дельмагом"), ("Дельмаг", "Дельмаговой доли"),
     ("Delmag", "A Delmaggal tárgyal"), ("ენვარია", "ენვარიის ქარხანა"), ("டெல்மார்க்", "டெல்மார்க்கின் ஆலை"),
     ("டெல்மார்க்", "டெல்மார்கின் ஆலை"), ("देलमा", "देलमाने करार"), ("দেলমাগ", "দেলমাগের কারখানা"), ("دلماگر", "دلماگرها")],
)  # fmt: skip
def test_every_script_has_its_closed_list(name: str, written: str) -> None:
    """Rule: Cyrillic, Georgian, Indic and Persian names bear endings, too; the last letter may give way to one."""
    entity = Entity("it", name, "company", (Role.WATCHED,), (Alias(name),))
    assert Index(Watchlist("", "w", (entity,), (), (), (), ())).find(written, "").mentions


@pytest.mark.parametrize(
    ("name", "word"),
    [("Дельмаг", "дельмагнит"), ("Дельмаг", "дельмагом"), ("Ванкорта", "ванкорты"), ("টাটা", "টাটানগর"),
     ("スト", "アルストムが受注"), ("メタ", "メタルの値上がり")],
)  # fmt: skip
def test_no_word_of_another_script_is_taken_for_an_ending(name: str, word: str) -> None:
    """Rule: a small letter where names have capitals, an ending that is none, a short Kana word inside another."""
    entity = Entity("it", name, "company", (Role.WATCHED,), (Alias(name),))
    index = Index(Watchlist("", "w", (entity,), (), (), (), ()))
    assert not index.find(word, "").mentions
    assert index.find(f"({name})", "").mentions


def test_a_bar_ends_a_word() -> None:
    """Rule: a word of five letters takes endings unless a bar says no: opera, but no operator."""
    index = Index(Watchlist("", "w", (), (), (WordGroup("f", {"en": ("opera|", "train")}),), (), ()))
    assert not index.find("The operator", "").fields
    assert index.find("The opera", "").fields and index.find("The trains", "").fields


@pytest.mark.parametrize(
    ("name", "word"),
    [("Meta", "Metal prices rise"), ("Apollo", "Apollon Limassol wins"), ("Mars", "Marseille wins"),
     ("Intel", "Intelligence report"), ("Oracle", "Oracles of Delphi"), ("Grok", "Grokking the theory")],
)  # fmt: skip
def test_no_other_word_is_taken_for_an_ending(name: str, word: str) -> None:
    """Rule: endings come from a closed list, so that no other word begins like the name."""
    entity = Entity("it", name, "company", (Role.WATCHED,), (Alias(name, case=True),))
    index = Index(Watchlist("", "w", (entity,), (), (), (), ()))
    assert not index.find(word, "").mentions
    assert index.find(f"{name} said so", "").mentions


def test_inner_endings_are_made_only_of_compounds() -> None:
    """Rule: ChatuGPT, but no form of a plain name."""
    assert "ChatuGPT" in set(endings.compounds("ChatGPT"))
    assert not list(endings.compounds("Oracle"))


def small(role: FieldRole = FieldRole.SEEDS, whole: bool = False) -> Matcher:
    """A watchlist of one mixed dairy that makes cheese and sails."""
    entities = (
        Entity("pact", "Cheese Pact", "partnership", (Role.SUBJECT,), (Alias("Cheese Pact"),)),
        Entity("alpina", "Alpina", "company", (Role.PARTY, Role.WATCHED), (Alias("Alpina"),), None, whole),
    )
    field = WordGroup("cheese", {"en": ("cheese", "dairy")}, role=role)
    seed = Seed("s", "en", "Alpina joins Cheese Pact", "Alpina joins the Cheese Pact of the cheese makers.")
    watchlist = Watchlist("v", "w", entities, (), (field,), (), (seed,))
    return Matcher(watchlist, default_weights(), Encoder("none"))


def level(matcher: Matcher, title: str) -> int:
    return int(matcher.judge(Story(0, "", "", title, "", language="en")).level)


def test_a_firm_declared_whole_needs_no_field_word() -> None:
    """Rule: whose whole business is the field, its own act is enough; a mixed firm needs a sign of the field."""
    assert level(small(whole=True), "Alpina to close plant in Berne") == 1
    assert level(small(), "Alpina to close plant in Berne") == 0
    assert level(small(), "Alpina to close cheese plant in Berne") == 1


def test_a_field_near_ours_makes_nothing_ours() -> None:
    """Rule: only words of the seeds' field are a sign of it."""
    assert level(small(FieldRole.NEAR), "Alpina to close cheese plant in Berne") == 0
    assert level(small(FieldRole.OTHER), "Alpina to close cheese plant in Berne") == 0


def test_market_and_sports_words_come_with_the_program(judge: Judge) -> None:
    """Rule: no watch folder has to say what a dividend or a jersey is."""
    assert level(small(whole=True), "Alpina shares trade ex-dividend on Tuesday") == 0
    assert level(small(), "Cycling team Alpina unveils new jersey") == 0
    assert set(cues.find("Aktie fällt, Dividende sinkt", "")) >= {"notice"}


def club(seed: str = "Borval and Crestin join Alpina and Dorna in Cheese Pact") -> Matcher:
    """A pact of two that two others join."""
    party, both = (Role.PARTY,), (Role.PARTY, Role.WATCHED)
    entities = (
        Entity("pact", "Cheese Pact", "partnership", (Role.SUBJECT,), (Alias("Cheese Pact"),)),
        *(Entity(n.lower(), n, "company", party, (Alias(n),)) for n in ("Alpina", "Dorna")),
        *(Entity(n.lower(), n, "company", both, (Alias(n),)) for n in ("Borval", "Crestin")),
        Entity("eldrin", "Eldrin", "company", (Role.WATCHED,), (Alias("Eldrin"),)),
    )
    field = WordGroup("cheese", {"en": ("cheese", "dairy")})
    told = Seed("s", "en", seed, f"{seed}. The dairy groups signed on Monday in Berne.")
    return Matcher(Watchlist("v", "w", entities, (), (field,), (), (told,)), default_weights(), Encoder("none"))


def test_level_3_is_what_happens_in_the_seeds() -> None:
    """Rule: who joins, together, by the seeds' own act; talks, reviews, openings and others' joining are not it."""
    matcher = club()
    assert matcher.profile.told == {"deed"} and matcher.profile.guests == {"borval", "crestin"}
    for title in (
        "Borval and Crestin join Cheese Pact",
        "Alpina, Dorna take Borval and Crestin on board of Cheese Pact",
    ):
        assert level(matcher, title) == 3, title
    for title in (
        "Borval and Crestin in talks on Cheese Pact, sources say",
        "Court hears lawsuit against Borval, Crestin and Cheese Pact",
        "A year after Borval and Crestin, Cheese Pact opens its first dairy",
        "Cheese Pact of Alpina and Dorna buys a dairy",
        "Eldrin joins Cheese Pact of Alpina and Dorna",
    ):
        assert level(matcher, title) == 2, title


def test_the_seeds_say_which_act_is_theirs() -> None:
    """Rule: told is what most seeds' headlines tell; where they tell a strike, a strike is no other stage."""
    assert club("Borval and Crestin strike against Alpina and Dorna in Cheese Pact").profile.told >= {"dispute"}


@pytest.mark.parametrize(
    "title",
    ["Alpina cheese: should I eat it after the date? A doctor explains", "Can you freeze Alpina cheese? What to know"],
)
def test_service_to_readers_is_nobodys_act(title: str) -> None:
    """Rule: advice, tests and readers' questions about a firm's goods are not what the firm does."""
    assert level(small(whole=True), title) == 0


def test_words_of_the_seeds_field_are_no_sign_against_it() -> None:
    """Rule: where sport is what is watched, a word of sport is no leisure."""
    entity = Entity("fc", "Altona", "company", (Role.WATCHED,), (Alias("Altona"),), None, True)
    title = "Altona signs naming deal for its football stadium"
    said = []
    for words in (("football", "stadium"), ("naming",)):
        watchlist = Watchlist("v", "w", (entity,), (), (WordGroup("sport", {"en": words}),), (), ())
        look = Matcher(watchlist, default_weights(), Encoder("none")).look(Story(0, "", "", title, "", language="en"))
        said.append(look.values["leisure_lead"])
    assert said == [0.0, 1.0]


@pytest.mark.parametrize(
    ("title", "level"),
    [
        # a stranger that only draws level, in the language of the headline
        ("Gemini ha più utenti di ChatGPT", 0),
        ("Google recorta distancia con OpenAI", 0),
        ("Gemini encosta no ChatGPT em número de usuários", 0),
        ("구글 제미나이, 챗GPT 이용자 추월", 0),
        ("Китайський ШІ перевершив GPT-5", 0),
        ("Nieuw Chinees model even goed als GPT-5", 0),
        # a product that opens the headline in somebody's hands
        ("ChatGPT'ye rüyasını yorumlattı, bakın ne dedi", 0),
        ("ChatGPTに献立を考えさせた主婦の一週間", 0),
        ("ChatGPT lui a trouvé un appartement à Lyon", 0),
        ("Grok names its ten best Beatles songs", 0),
        # and what happens to it
        ("Polska bada Groka", 1),
        ("Євросоюз оштрафував Grok", 1),
        ("इंडोनेशिया ने ग्रोक पर रोक लगाई", 1),
        ("В Индонезии заблокировали Grok", 1),
    ],
)
def test_siblings_of_hands_and_foils(judge: Judge, title: str, level: int) -> None:
    """Rule: the same in other words and languages; written in November 2026, before the words were mended."""
    assert judge(title) == level


def test_the_longer_word_of_a_stage_wins() -> None:
    """Rule: "fecha" closes a deal and "fecha sociedade" signs one; only the whole phrase speaks."""
    assert "deed" in cues.find("Codelco fecha sociedade com Rio Tinto", "", "", "pt")
    assert "review" not in cues.find("Codelco fecha sociedade com Rio Tinto", "", "", "pt")
    assert "review" in cues.find("Ferrero fecha a operação", "", "", "pt")
