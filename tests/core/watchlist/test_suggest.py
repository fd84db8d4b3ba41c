"""Proposing names: whatever the script, only what stands where the entity is missing. Stories of our own writing."""

import dataclasses

import pytest

from pipeline.core.match.names import Index
from pipeline.core.watchlist.phonetic import ALIKE, alike
from pipeline.core.watchlist.suggest import Naming, Suggestion, candidates, suggest, told
from pipeline.model import Alias, Entity, Role, Watchlist, WordGroup

TRUE_PAIRS = [
    ("ब्लैकरॉक", "BlackRock"),
    ("블랙록의", "BlackRock"),
    ("ブラックロック", "BlackRock"),
    ("بلاك روك", "BlackRock"),
    ("בלקרוק", "BlackRock"),
    ("แบล็กร็อก", "BlackRock"),
    ("Блэкрок", "BlackRock"),
    ("ব্ল্যাকরক", "BlackRock"),
    ("माइक्रोसॉफ्ट", "Microsoft"),
    ("エヌビディア", "Nvidia"),
    ("إنفيديا", "Nvidia"),
    ("オープンAI", "OpenAI"),
    ("马斯克", "Musk"),
    ("Artman", "Altman"),
]
STRANGERS = [
    ("データセンター", "Nvidia"),
    ("Partnership", "BlackRock"),
    ("인프라", "Nvidia"),
    ("Dubai", "Abu Dhabi"),
    ("投資", "Nvidia"),
    ("Rechenzentren", "NextEra"),
    ("", "Nvidia"),
    ("…", "Nvidia"),
]


@pytest.mark.parametrize(("a", "b"), TRUE_PAIRS)
def test_one_name_in_two_scripts_sounds_alike(a: str, b: str) -> None:
    """Rule: a transliteration is recognised, endings and particles included."""
    assert alike(a, b) >= ALIKE
    assert alike(a, b) == alike(b, a)


@pytest.mark.parametrize(("a", "b"), STRANGERS)
def test_other_words_do_not(a: str, b: str) -> None:
    """Rule: words of the same stories are not taken for the name."""
    assert alike(a, b) < ALIKE


@pytest.mark.parametrize(
    ("text", "there", "missing"),
    [
        ("Der Konzern Schwarzfels wächst", ["Schwarzfels", "Konzern"], ["wächst", "der konzern schwarzfels"]),
        ("the xAI lab", ["xAI"], ["lab"]),
        ("ब्लैकरॉक का निवेश", ["ब्लैकरॉक", "ब्लैकरॉक का"], ["ब", "क"]),
        ("ローゼンタール社が投資", ["ローゼンタール"], ["ローゼン"]),
        ("로젠탈의 투자", ["로젠탈", "로젠탈의"], ["젠탈"]),
        ("罗森塔尔投资", ["罗森塔尔", "罗森"], ["罗"]),
        ("แบล็คร็อคลงทุน", ["แบล็คร็อค"], ["บล็คร็อค", "็คร็อค", "แบล"]),
        ("ורוזנטל השקיעה", ["ורוזנטל", "רוזנטל"], []),
        ("بلک\u200cراک", ["بلک\u200cراک"], ["راک"]),
        ("", [], [""]),
    ],
)
def test_candidates(text: str, there: list[str], missing: list[str]) -> None:
    """Rule: names are cut as each script writes them; half a syllable is no name."""
    found = {text[a:b] for a, b in candidates(text)}
    assert set(there) <= found
    assert not set(missing) & found


WATCHLIST = Watchlist(
    "v",
    "test",
    (
        Entity(
            "rosental", "Rosental", "company", (Role.WATCHED,), (Alias("Rosental"), Alias("RT", needs=("kronberg",)))
        ),
        Entity(
            "kronberg", "Kronberg Grid", "company", (Role.PARTY,), (Alias("Kronberg"), Alias("Кронберг"), Alias("克朗"))
        ),
    ),
    (),
    (WordGroup("power", {"ru": ("сети",), "en": ("grid",)}),),
    (),
    (),
)
INDEX = Index(WATCHLIST)


def make(number: int, language: str, title: str, event: int | None = 1) -> Naming:
    return told(number, language, f"{number}.example", event, {"title": title}, INDEX.find(title, ""))


BASE = [
    make(1, "en", "Rosental and Kronberg build a grid"),
    make(2, "de", "Rosental und Kronberg bauen ein Netz"),
    make(3, "fr", "Rosental et Kronberg construisent un réseau"),
]
RUSSIAN_TITLES = ["Кронберг и Розенталь строят сети", "Акции Розенталя растут после сделки с Кронберг"]
RUSSIAN = [make(4 + i, "ru", title) for i, title in enumerate(RUSSIAN_TITLES)]


def test_a_name_in_another_script_is_proposed() -> None:
    """Rule: what stands in two stories of an event about an entity, where no alias does, is proposed with reasons."""
    [found] = suggest(WATCHLIST.entities, BASE + RUSSIAN)
    assert found == Suggestion(
        entity="rosental",
        language="ru",
        text="Розентал",
        prefix=True,  # the alias's word may go on: both endings are found by it
        stories=(4, 5),
        outlets=("4.example", "5.example"),
        events=(1,),
        lacking=2,
        elsewhere=0,
        sounds_like="Rosental",
        alike=found.alike,
        also=("Розенталь", "Розенталя"),
    )
    taught = dataclasses.replace(WATCHLIST.entities[0], aliases=(Alias(found.text, "ru", prefix=found.prefix),))
    index = Index(dataclasses.replace(WATCHLIST, entities=(taught,)))
    assert all(index.find(title, "").mentions for title in RUSSIAN_TITLES)  # accepted, it finds what it was found by


@pytest.mark.parametrize(
    ("stories", "why"),
    [
        (BASE + RUSSIAN[:1], "one story is chance"),
        (BASE + [dataclasses.replace(s, event=None) for s in RUSSIAN], "stories in no event prove nothing"),
        (RUSSIAN, "the event is not about it: nobody found it there"),
        (
            [*BASE, make(6, "en", "RT and others in the deal"), make(7, "en", "RT again in the deal")],
            "refused by its own rules",
        ),
    ],
)
def test_nothing_is_proposed(stories: list[Naming], why: str) -> None:
    """Rule: silence is better than noise."""
    assert [s for s in suggest(WATCHLIST.entities, stories) if s.text in {"Розентал", "Розенталь", "RT"}] == [], why


def test_a_common_word_is_no_name() -> None:
    """Rule: what stands elsewhere too is not proposed, however it sounds."""
    common = [make(10 + i, "ru", f"Розенталь выиграл матч номер {i}", None) for i in range(5)]
    assert suggest(WATCHLIST.entities, BASE + RUSSIAN + common) == []


def test_company_alone_needs_more() -> None:
    """Rule: a name that does not sound alike (Han) is proposed for its company: three stories, and a background."""
    titles = ["玫瑰谷与克朗建设电网", "克朗称玫瑰谷投资过亿", "市场看好玫瑰谷股价上涨"]
    han = [make(20 + i, "zh-Hans", title) for i, title in enumerate(titles)]
    background = [make(40 + i, "zh-Hans", f"今天第{i}场比赛结束", None) for i in range(25)]
    assert suggest(WATCHLIST.entities, [*BASE, *han]) == []  # nothing to compare with
    assert suggest(WATCHLIST.entities, [*BASE, *han[:2], *background]) == []
    [found] = suggest(WATCHLIST.entities, [*BASE, *han, *background])
    assert (found.entity, found.text, found.sounds_like, found.stories) == ("rosental", "玫瑰谷", "", (20, 21, 22))


def test_order_does_not_matter() -> None:
    """Rule: the same stories in another order give the same proposals."""
    stories = BASE + RUSSIAN
    assert suggest(WATCHLIST.entities, stories) == suggest(WATCHLIST.entities, stories[::-1])


@pytest.mark.parametrize(("more", "proposed"), [(4, True), (5, False)])
def test_an_event_is_about_who_a_third_of_its_stories_name(more: int, proposed: bool) -> None:
    """Rule: three of nine stories name it; of ten they are too few to wonder what the others call it."""
    others = [make(30 + i, "en", f"Grid number {i} is built") for i in range(more)]
    assert bool(suggest(WATCHLIST.entities, [*BASE, *RUSSIAN, *others])) == proposed
