"""Clustering: pairs, groups, copies and what events say; laws by Hypothesis, tables for the traps."""

import random
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.events import claims, cluster, copies, pairs
from pipeline.core.events import event as events
from pipeline.core.events.timeline import timeline
from pipeline.model import Fact, Member, Story
from tests.told import T0

MODEL = pairs.default_weights()


def direction(angle: float, size: int) -> Any:
    """A unit vector; the angle between two of them is the difference of their angles."""
    vector = np.zeros(size, np.float32)
    vector[0], vector[1] = np.cos(angle), np.sin(angle)
    return vector


def member(
    number: int = 1,
    title: str = "",
    summary: str = "",
    language: str = "en",
    hours: float = 0,
    names: tuple[str, ...] = ("acme",),
    angle: float | None = None,
    level: int = 2,
    facts: tuple[Fact, ...] = (),
    event: int | None = None,
    baseline: bool = False,
    copy_of: int | None = None,
) -> Member:
    story = Story(
        id=number,
        canonical_url=f"https://x.example/{number}",
        url="",
        title=title,
        summary=summary,
        language=language,
        published_at=T0 + timedelta(hours=hours),
        outlet=f"{language}.example",
        baseline=baseline,
    )
    vectors = {} if angle is None else {"e5": direction(angle, 384) + MODEL.means.get(language, MODEL.means[""])}
    return Member(story, level, dict.fromkeys(names, 1), facts, vectors, event, copy_of, ("t",))


def money(value: float, role: str = "target", unit: str = "USD", **more: Any) -> Fact:
    return Fact("money", value, unit, role, 0, 1, f"{value:g}", **more)


def labels(members: list[Member], window: float = 14) -> dict[int, int]:
    """Story id -> the smallest story id of its group, by the whole way: pool, reach, matrix, solve."""
    table = pairs.pool(members, MODEL)
    found: dict[int, int] = {}
    for row in range(len(members)):
        if members[row].story.id not in found:
            rows = cluster.reach(table, [row], MODEL, window)
            solved = cluster.solve(cluster.matrix(table, rows, MODEL, window))
            groups: dict[int, list[int]] = {}
            for r, label in zip(rows, solved, strict=True):
                groups.setdefault(label, []).append(members[r].story.id)
            found.update((i, min(g)) for g in groups.values() for i in g)
    return found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1.580 TWh", {"1580"}),  # a point between thousands
        ("1,580 TWh and 1 580 TWh", {"1580"}),  # one number, three ways
        ("2,0 Prozent", {"2"}),
        ("2.5 billion", {"2.5"}),
        ("٣٠ مليار", {"30"}),  # Arabic digits
        ("३० अरब", {"30"}),  # Devanagari
        ("３０億", {"30"}),  # full width
        ("no number", set()),
        ("007", {"7"}),
    ],
)
def test_numbers_are_read_alike_in_every_script(text: str, found: set[str]) -> None:
    """A number is a bridge between languages only if every way to write it is one."""
    assert pairs.numbers(text) == found


@pytest.mark.parametrize(
    ("one", "other"),
    [("İstanbul", "istanbul"), ("NVIDIA", "Nvidia"), ("Ｎｖｉｄｉａ", "nvidia"), ("Électricité", "electricite")],
)
def test_words_fold(one: str, other: str) -> None:
    """Case, width and accents do not make another word."""
    assert pairs.grams(one) == pairs.grams(other)


def test_scripts_without_spaces_have_pieces() -> None:
    """A Han or Thai headline is one word to \\w: it must not be compared as a whole."""
    assert {"微软", "软和"} <= pairs.grams("微软和贝莱德")
    assert len(pairs.grams("ไมโครซอฟท์และแบล็คร็อค")) > 5


def test_meaning_joins_and_other_protagonists_do_not() -> None:
    """The same meaning is one happening; stories about quite different firms never are, however alike they read."""
    base = member(1, "Acme opens a plant", angle=0.0)
    assert labels([base, member(2, "Acme eröffnet ein Werk", language="de", angle=0.2)]) == {1: 1, 2: 1}
    assert labels([base, member(2, "Zenit opens a plant", angle=0.0, names=("zenit",))]) == {1: 1, 2: 2}
    assert labels([base, member(2, "Acme opens a plant", angle=0.0, hours=24 * 30)]) == {1: 1, 2: 2}


def test_no_pair_beyond_the_window_links() -> None:
    """What the store does not look for must not be a link, or batches would decide."""
    table = pairs.pool([member(1, "same", angle=0), member(2, "same", angle=0, hours=24 * 15)], MODEL)
    assert cluster.links(table, [0], [1], MODEL, 14.0)[0, 0] <= 0


def test_amounts_that_agree_within_three_percent() -> None:
    """30 bn and 29.9 bn are one amount, 30 and 40 bn are not, dollars and rupiah cannot be compared."""
    facts = [(), (money(30e9),), (money(29.9e9),), (money(40e9),), (money(8159e12, unit="IDR"),)]
    table = pairs.pool([member(i, angle=0, facts=f) for i, f in enumerate(facts)], MODEL)
    stack, _ = pairs.features(table, np.array([1]), np.arange(5))
    assert stack[0, :, pairs.FEATURES.index("amounts")].tolist() == [0, 1, 1, -1, 0]


@given(st.floats(1, 1e14), st.floats(0.971, 1.0))
def test_amounts_have_no_cell_border(value: float, ratio: float) -> None:
    """Two amounts within 3 % agree wherever they lie."""
    table = pairs.pool([member(1, facts=(money(value),)), member(2, facts=(money(value * ratio),))], MODEL)
    stack, _ = pairs.features(table, np.array([0]), np.array([1]))
    assert stack[0, 0, pairs.FEATURES.index("amounts")] == 1


def test_explain_adds_up() -> None:
    """The stored contributions and the bias are the log-odds that decided."""
    a, b = member(1, "Acme opens a plant", angle=0), member(2, "Acme opens", angle=0.9, hours=5)
    table = pairs.pool([a, b], MODEL)
    said = pairs.explain(table, 0, 1, MODEL)
    whole = sum(said["contributions"].values()) + said["bias"]
    assert cluster.links(table, [0], [1], MODEL, 14)[0, 0] == pytest.approx(min(4, max(-4, whole)), abs=0.02)


def odds(*rows: tuple[float, ...]) -> Any:
    full = np.array(rows, np.float32)
    return np.minimum(full + full.T, 99)


def test_average_link_needs_the_group_not_one_pair() -> None:
    """One strong pair must not chain two groups whose other pairs all speak against it."""
    chain = odds((0, 3, 0.5, -3), (0, 0, -3, -3), (0, 0, 0, 3), (0, 0, 0, 0))
    assert cluster.solve(chain) == [0, 0, 2, 2]
    assert cluster.solve(odds((0, 3, 1, 2), (0, 0, 2, 1), (0, 0, 0, 3), (0, 0, 0, 0))) == [0, 0, 0, 0]


def test_corrections_win() -> None:
    """Apart beats any evidence, together unites whole groups, and apart wins over together."""
    close = odds((0, 3, 3), (0, 0, 3), (0, 0, 0))
    assert len(set(cluster.solve(close, apart=[(0, 2)]))) == 2
    far = odds((0, 3, -3, -3), (0, 0, -3, -3), (0, 0, 0, 3), (0, 0, 0, 0))
    assert cluster.solve(far, together=[(1, 2)]) == [0, 0, 0, 0]
    assert len(set(cluster.solve(far, apart=[(0, 3)], together=[(1, 2)]))) == 2


def test_no_story_and_one_story() -> None:
    """Empty batches are the common case."""
    assert cluster.solve(np.zeros((0, 0), np.float32)) == []
    assert cluster.solve(np.zeros((1, 1), np.float32)) == [0]
    assert cluster.reach(pairs.pool([], MODEL), [], MODEL, 14) == []


@st.composite
def streams(draw: st.DrawFn) -> list[Member]:
    """Stories around a few meanings and firms, near one another in time, some without any name or vector."""
    made = []
    for number in range(draw(st.integers(2, 14))):
        names = draw(st.sampled_from([("acme",), ("acme", "zenit"), ("zenit",), ()]))
        angle = draw(st.one_of(st.none(), st.sampled_from([0.0, 0.5, 0.9, 1.3, 2.0])))
        language = draw(st.sampled_from(["en", "fr", "hi"]))
        title = draw(st.sampled_from(["Acme opens a plant", "Zenit fait faillite", "कंपनी ने घोषणा की", "40"]))
        made.append(member(number, title, "", language, draw(st.integers(0, 600)), names, angle))
    return made


@settings(max_examples=60, deadline=None)
@given(streams(), st.integers(0, 1000))
def test_the_same_stories_in_any_order_are_the_same_events(stream: list[Member], seed: int) -> None:
    """Order independence: neither the order in a pool nor the story that a neighbourhood is asked for matters."""
    shuffled = list(stream)
    random.Random(seed).shuffle(shuffled)
    assert labels(stream) == labels(shuffled)


@settings(max_examples=40, deadline=None)
@given(streams())
def test_a_neighbourhood_decides_like_the_whole(stream: list[Member]) -> None:
    """Solving only what a story reaches gives what solving everything gives: this is why batches agree."""
    table = pairs.pool(stream, MODEL)
    rows = sorted(range(len(stream)), key=lambda r: pairs.order(stream[r]))
    whole: dict[int, list[int]] = {}
    for r, label in zip(rows, cluster.solve(cluster.matrix(table, rows, MODEL, 14)), strict=True):
        whole.setdefault(label, []).append(stream[r].story.id)
    assert {i: min(g) for g in whole.values() for i in g} == labels(stream)


def test_copies_are_the_later_texts() -> None:
    """A syndicated text is a copy of the earliest, in whatever order they came; another report is none."""
    words = "The companies said on Monday that they would build a plant for four billion dollars near the river."
    other = "Residents fear for the river: what the new factory of Acme would mean for the town and its fishermen."
    stories = [
        member(2, "Acme to build plant", words, hours=1),
        member(1, "Acme to build a plant", words, hours=0),
        member(3, "A town in doubt", other, hours=2),
        member(4, "Ja", "", hours=3),
        member(5, "Ja", "", hours=4),
    ]
    table = pairs.pool(stories, MODEL)
    rows = sorted(range(5), key=lambda r: pairs.order(stories[r]))
    assert copies.find(table, rows, MODEL) == {0: 1}  # two short equal headlines prove nothing


def test_without_vectors_nothing_is_a_translation() -> None:
    """With the encoders switched off two languages are never taken for one text."""
    words = "A long enough headline about a plant by the river"
    told = [member(1, words), member(2, "Une usine au bord de la rivière, longue histoire", language="fr", hours=1)]
    assert copies.find(pairs.pool(told, MODEL), [0, 1], MODEL) == {}


@pytest.mark.parametrize(
    ("held", "live", "named"),
    [
        ([[None, None]], (), [(None, ())]),
        ([[7, None]], (7,), [(7, ())]),
        ([[7, 3]], (3, 7), [(3, (7,))]),  # a late link: the older keeps its number
        ([[3, 3], [3]], (3,), [(3, ()), (None, ())]),  # a split: most of the stories keep the number
        ([[3], [3]], (3,), [(3, ()), (None, ())]),  # as many: the earliest story keeps it
        ([[3, 3, 5], [5, 5]], (3, 5), [(3, ()), (5, ())]),  # one story changes sides
    ],
)
def test_numbers_of_events_are_stable(held: list[list[int | None]], live: tuple[int, ...], named: list[Any]) -> None:
    """The number of an event never changes meaning."""
    count = iter(range(100))
    groups = [[member(n := next(count), hours=n, event=e) for e in group] for group in held]
    assert events.identify(groups, live) == named


def test_an_event_speaks_english_where_it_can() -> None:
    """The title is English where a story is; shouting, empty and copied titles come last; every language has one."""
    told = [
        member(1, "NVIDIA ENTRE AU FONDS DE BLACKROCK", language="fr", hours=0),
        member(2, "Nvidia entre au fonds de BlackRock", language="fr", hours=1),
        member(3, "", "Nvidia joins. More follows.", "en", 2),
        member(4, "Nvidia joins BlackRock fund", "", "en", 3, baseline=True),
    ]
    said = events.summarise(told)
    assert said.title == "Nvidia joins BlackRock fund"
    assert said.titles == {"en": "Nvidia joins BlackRock fund", "fr": "Nvidia entre au fonds de BlackRock"}
    assert (said.story_count, said.language_count, said.independent_count, said.outlet_count) == (4, 2, 2, 2)
    assert not said.baseline and events.summarise([told[3]]).baseline


@pytest.mark.parametrize(
    ("levels", "level"),
    [([3], 3), ([1, 3], 3), ([1, 1, 3], 3), ([1, 1, 1, 3], 1), ([1, 1, 2, 3], 2), ([3, 3, 1, 1], 3)],
)
def test_one_outlier_does_not_raise_a_big_event(levels: list[int], level: int) -> None:
    """One misjudged story among many must not send an alert of the highest level."""
    assert events.level([member(i, level=n) for i, n in enumerate(levels)]) == level


def test_history_says_what_changed_and_nothing_else() -> None:
    """No line without a change; a join, a language, a level and a contradiction each have theirs."""
    first = member(1, "Acme wants 30 billion", facts=(money(30e9),), level=1)
    group = events.Group(5, (first,))
    old = events.summarise([first])
    assert events.changes(group, old, old, {1: first}) == []
    second = member(2, "Acme veut 40 milliards", language="fr", hours=1, facts=(money(40e9),), level=2)
    grown = events.Group(5, (first, second), placements={2: events.Placement("join", 0.9, {})})
    lines = events.changes(grown, old, events.summarise([first, second]), {1: first})
    assert [c.kind for c in lines] == ["joined", "language", "level", "fact"]
    assert lines[-1].detail["value"] == 40e9 and lines[-1].detail["against"] == 30e9
    new = events.changes(events.Group(None, (first,)), None, old, {})
    assert [c.kind for c in new] == ["founded"]
    moved = member(1, "Acme", event=4)
    assert [c.kind for c in events.changes(events.Group(None, (moved,)), None, old, {})] == ["split"]


def test_claims_of_copies_and_of_other_roles_do_not_contradict() -> None:
    """A target of 100 bn does not contradict 30 bn raised, a copy claims nothing, rounding is no contradiction."""
    told = [
        member(1, facts=(money(30e9), money(100e9, "valuation"))),
        member(2, facts=(money(30.2e9),), hours=1),
        member(3, facts=(money(50e9),), hours=2, copy_of=1),
        member(4, facts=(money(70e9, ""),), hours=3),
    ]
    found = claims.stated(told)
    assert found.disputes == ()
    made = {(c.role, c.value): len(c.stories) for c in found.claims}
    assert made == {("target", 30e9): 2, ("valuation", 100e9): 1, ("", 70e9): 1}  # what only a copy says is not stated


def test_timeline_says_what_each_story_added() -> None:
    """The second story that says the same adds nothing; arrival order does not show."""
    told = [
        member(2, facts=(money(30e9), money(30.1e9)), hours=1, names=("acme", "zenit")),
        member(1, facts=(money(30e9),)),
        member(3, language="fr", facts=(money(4e9),), hours=2),
    ]
    lines = timeline(told)
    assert [line["story_id"] for line in lines] == [1, 2, 3]
    assert (lines[0]["new_language"], lines[0]["new_entities"]) == ("en", ["acme"])
    assert (lines[1]["new_language"], lines[1]["new_entities"], lines[1]["new_amounts"]) == (None, ["zenit"], [])
    assert (lines[2]["new_outlet"], [a["value"] for a in lines[2]["new_amounts"]]) == ("fr.example", [4e9])
