"""Clustering: pairs, groups, copies and what events say; laws by Hypothesis, tables for the traps."""

import random
from dataclasses import replace
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


def test_names_alone_prove_nothing() -> None:
    """Two stories on one firm on one day are two happenings unless they mean the same; many shared names are a hint."""
    firm = ("acme",)
    told = [member(1, "Acme is sued", angle=0.0, names=firm), member(2, "Acme opens a plant", angle=1.4, names=firm)]
    assert labels(told) == {1: 1, 2: 2}
    club = ("acme", "zenit", "nordia", "vega")
    few, many = (
        cluster.links(
            pairs.pool([member(1, "A", angle=0.0, names=n), member(2, "B", angle=1.0, names=n)], MODEL),
            [0],
            [1],
            MODEL,
            14,
        )[0, 0]
        for n in (firm, club)
    )
    assert many > few


def test_names_veto() -> None:
    """Other protagonists are never a reason for a join, whatever the texts mean and say."""
    told = [member(1, "One title", angle=0.0, names=("acme",)), member(2, "One title", angle=0.0, names=("zenit",))]
    table = pairs.pool(told, MODEL)
    assert cluster.links(table, [0], [1], MODEL, 14)[0, 0] <= 0
    nameless = [told[0], member(2, "One title", angle=0.0, names=())]
    assert cluster.links(pairs.pool(nameless, MODEL), [0], [1], MODEL, 14)[0, 0] > 0


def test_what_is_taken_out_of_a_vector_says_nothing() -> None:
    """Two stories that share the language and the field only are as unlike as any two."""
    for direction_of_field in MODEL.axes:
        told = []
        for number, angle in ((1, 0.0), (2, 1.5)):
            one = member(number, f"Headline {number}", angle=angle)
            one.vectors["e5"][:] += 3 * direction_of_field
            told.append(one)
        table = pairs.pool(told, MODEL)
        assert abs(float(table.e5[0] @ table.e5[1])) < 0.3


def test_a_story_without_a_vector_of_its_title_is_compared() -> None:
    """Stores of earlier versions hold one vector a story: it stands for both."""
    old, new = member(1, "Acme opens", angle=0.0), member(2, "Acme opens a plant", angle=0.1)
    new.vectors["title"] = new.vectors["e5"].copy()
    table = pairs.pool([old, new], MODEL)
    assert np.allclose(table.title[0], table.e5[0]) and cluster.links(table, [0], [1], MODEL, 14)[0, 0] > 0


@pytest.mark.parametrize(
    ("one", "other", "shared", "apart"),
    [
        ("sued for $134 bn", "demande 134 milliards", 1.0, 0.0),  # three digits that are not round
        ("67 billion", "668亿", 0.0, 1.0),
        ("raises $20 bn", "builds a $20 bn site", 0.0, 0.0),  # a round number binds nothing, and does not part
        ("40 billion", "400億", 0.0, 0.0),
        ("2026", "2025", 0.0, 0.0),  # years
        ("no number", "12.5 GW", 0.0, 0.0),
    ],
)
def test_figures(one: str, other: str, shared: float, apart: float) -> None:
    """What two numbers have in common: odd ones bind, round ones do not, other ones part."""
    table = pairs.pool([member(1, one, angle=0), member(2, other, angle=0)], MODEL)
    values, _, _ = pairs.compare(table, np.array([0]), np.array([1]))
    assert (values["figures"][0, 0], values["figures_apart"][0, 0]) == (shared, apart)


def test_without_vectors_words_and_other_names_decide() -> None:
    """Where no encoder is installed, clustering still works: by words of one language, and by names across scripts."""
    told = [
        member(1, "Acme buys the chip maker Zerebra for 12.5 billion", "The chip maker Zerebra is bought by Acme."),
        member(2, "Acme to buy chip maker Zerebra", "Acme buys Zerebra, a chip maker, for 12.5 billion.", hours=2),
        member(3, "Acme 以125亿收购 Zerebra", "芯片公司 Zerebra 将归 Acme 所有。", "zh", 3),
        member(4, "Acme closes its office in Narvik", "The office in Narvik had 40 people.", hours=3),
    ]
    found = labels(told)
    assert found[1] == found[2] and found[4] == 4
    table = pairs.pool(told, MODEL)
    odds_ = cluster.links(table, [0], [2, 3], MODEL, 14)[0]
    assert odds_[0] > odds_[1]


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


def test_events_of_an_earlier_version_stay_what_they_are() -> None:
    """Groups that stand are neither divided nor united; a new story joins the one that it belongs to, or none."""
    close = odds((0, 3, 3, 3), (0, 0, 3, 3), (0, 0, 0, 3), (0, 0, 0, 0))
    assert cluster.solve(close, whole=[[0, 1], [2]]) == [0, 0, 2, 0]
    far = odds((0, -3, -3, 3), (0, 0, -3, -3), (0, 0, 0, -3), (0, 0, 0, 0))
    assert cluster.solve(far, whole=[[0, 2]]) == [0, 1, 0, 3]  # the mean over the standing event decides
    assert cluster.solve(far, whole=[[0], [2]]) == [0, 1, 2, 0]
    assert cluster.solve(close, together=[(0, 2)], whole=[[0, 1], [2]]) == [0, 0, 0, 0]  # people may unite them


def test_what_stands_is_what_another_version_placed() -> None:
    """Stories of this version are solved anew; an analyst's word divides what an earlier version made."""
    told = [replace(member(i, event=7 + i // 3, hours=i), placed_by="old" if i < 5 else "new") for i in range(6)]
    table = pairs.pool(told, MODEL)
    assert cluster.standing(table, range(6), "new") == [[0, 1, 2], [3, 4]]
    assert cluster.standing(table, range(6), "new", [(0, 2)]) == [[0, 1], [2], [3, 4]]
    assert cluster.standing(table, range(6), "old") == [[5]]


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
    group = events.EventPlan(5, (first,))
    old = events.summarise([first])
    assert events.changes(group, old, old, {1: first}) == []
    second = member(2, "Acme veut 40 milliards", language="fr", hours=1, facts=(money(40e9),), level=2)
    grown = events.EventPlan(5, (first, second), placements={2: events.Placement("join", 0.9, {})})
    lines = events.changes(grown, old, events.summarise([first, second]), {1: first})
    assert [c.kind for c in lines] == ["joined", "language", "level", "fact"]
    assert lines[-1].detail["value"] == 40e9 and lines[-1].detail["against"] == 30e9
    new = events.changes(events.EventPlan(None, (first,)), None, old, {})
    assert [c.kind for c in new] == ["founded"]
    moved = member(1, "Acme", event=4)
    assert [c.kind for c in events.changes(events.EventPlan(None, (moved,)), None, old, {})] == ["split"]


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
    assert [line.story_id for line in lines] == [1, 2, 3]
    assert (lines[0].new_language, lines[0].new_entities) == ("en", ["acme"])
    assert (lines[1].new_language, lines[1].new_entities, lines[1].new_amounts) == (None, ["zenit"], [])
    assert (lines[2].new_outlet, [a.value for a in lines[2].new_amounts]) == ("fr.example", [4e9])
