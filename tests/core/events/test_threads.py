"""Threads: what follows what, on happenings of our own and on the gold stream; floors without an encoder."""

import dataclasses
import json
from collections import Counter, defaultdict
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from pipeline import catalog
from pipeline.core.events import event as core
from pipeline.core.events import pairs, threads
from pipeline.core.events.threads import ThreadEvent
from pipeline.core.match.names import Index
from pipeline.core.measure import labelled
from pipeline.model import Member
from tests.told import T0

GOLD = Path(__file__).parents[2] / "gold" / "stream.jsonl"
NAMES = ("OpenAI", "ChatGPT", "OpenAIs", "オープンAI", "أوبن إيه آي")
LINKER = threads.default_linker()


def lead(number: int, days: float, title: str, language: str = "en", *names: str) -> ThreadEvent:
    at = T0 + timedelta(days=days)
    return ThreadEvent(number, at, at, f"{number:032x}", title, "", language, frozenset(names or ("openai",)), NAMES)


def linked(*leads: ThreadEvent) -> list[tuple[int, int]]:
    return [(x.event_id, x.follows_id) for x in threads.links([x.event_id for x in leads], leads, LINKER)]


SEQUELS = [
    ("en", "OpenAI in talks to buy Halden Robotics", "OpenAI closes purchase of Halden Robotics"),
    ("de", "Hamburger Verlage verklagen OpenAI wegen Archivtexten", "OpenAI muss Hamburger Verlage für Archive zahlen"),
    ("fr", "OpenAI veut bâtir un centre de données à Fos-sur-Mer", "Fos-sur-Mer vote contre le centre d'OpenAI"),
    ("zh-Hans", "OpenAI洽谈收购机器人公司Halden Robotics", "OpenAI完成收购机器人公司Halden Robotics"),
    ("ja", "オープンAI、Halden Roboticsの買収で合意", "オープンAI、Halden Roboticsの買収を完了"),
    ("ru", "OpenAI ведёт переговоры о покупке Halden Robotics", "OpenAI закрыла сделку по покупке Halden Robotics"),
    ("ar", "أوبن إيه آي تتفاوض لشراء Halden Robotics", "أوبن إيه آي تتم شراء Halden Robotics"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "first", "then"), SEQUELS)
def test_a_sequel_follows(language: str, first: str, then: str) -> None:
    """Weeks later, the same matter: the later event follows the earlier one, whichever is asked about."""
    one, other = lead(1, 0, first, language), lead(2, 20, then, language)
    assert linked(one, other) == linked(other, one) == [(2, 1)]
    for changed in ([1], [2]):
        got = threads.links(changed, [other, one], LINKER)
        assert [(x.event_id, x.follows_id) for x in got] == [(2, 1)]


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("OpenAI in talks to buy Halden Robotics", "ChatGPT down for four hours after a failed update"),
        ("OpenAI raises $20 billion from MGX", "OpenAI plans $20 billion site in Texas"),
        ("Hamburg publishers sue OpenAI over archive texts", "OpenAI opens an office in Seoul and hires fifty"),
        ("OpenAI appoints a chief of security", "OpenAI launches a smaller model for telephones"),
        ("OpenAI signs a lease near Narvik", "OpenAI loses its head of research to a rival"),
        ("马斯克输掉对OpenAI的官司", "OpenAI在首尔开设办事处"),
    ],
)
def test_other_business_of_the_firm_does_not_follow(first: str, then: str) -> None:
    """One firm and one round figure make no thread."""
    assert linked(lead(1, 0, first), lead(2, 3, then)) == []


def test_a_thread_needs_a_common_name_and_an_end() -> None:
    """Other protagonists are another story, and so is what slept for longer than the window."""
    first, _, then = SEQUELS[0][1], None, SEQUELS[0][2]
    assert linked(lead(1, 0, first), lead(2, 9, then, "en", "acme")) == []
    assert linked(lead(1, 0, first), lead(2, LINKER.window + 1, then)) == []
    assert linked(lead(1, 0, first), lead(2, LINKER.window - 1, then)) == [(2, 1)]


def test_evidence_adds_up() -> None:
    """What is stored is what decided."""
    leads = [lead(1, 0, SEQUELS[0][1]), lead(2, 20, SEQUELS[0][2])]
    (link,) = threads.links([2], leads, LINKER)
    said = link.evidence
    assert said["space"] == "none"
    odds = sum(said["contributions"].values()) + said["bias"]
    assert link.strength == pytest.approx(1 / (1 + 2.718281828**-odds), abs=0.002)


@pytest.mark.parametrize(
    ("text", "written", "rare"),
    [
        ("OpenAI buys Halden Robotics of Norway", ("OpenAI",), {"halden", "robotics", "norway"}),
        ("OpenAI完成收购Halden Robotics", ("OpenAI",), {"halden", "robotics"}),
        ("Суд по делу GPT-6 и Narvik", (), {"gpt 6", "narvik"}),
        ("a small plant in the north", (), set()),
        ("xAI to hold AI day", ("xAI",), set()),
    ],
)
def test_names_that_nobody_watches(text: str, written: tuple[str, ...], rare: set[str]) -> None:
    """They travel between scripts in Latin letters."""
    assert threads.rare_names(text, written) == rare


@pytest.mark.parametrize(("part", "precision", "recall"), [("fit", 0.75, 0.4), ("blind", 0.65, 0.5)])
def test_the_gold_stream_without_an_encoder(part: str, precision: float, recall: float) -> None:
    """Floors below what `benchmarks/fit_threads` says of words and names alone; with E5 both stand higher."""
    rows = [json.loads(x) for x in GOLD.read_text("utf-8").splitlines()]
    index = Index(catalog.load(catalog.default_dir()).watchlist)
    told = defaultdict(list)
    written = {}
    for row, line in zip(rows, labelled.parse(GOLD.read_text("utf-8"), GOLD.name), strict=True):
        if row["event"] and row["relevance"]:
            found = index.find(line.story.title, line.story.summary).mentions
            written[line.story.id] = tuple(sorted({m.found for m in found}))
            named = Counter(m.entity for m in found)
            told[row["event"], row["thread"], row["part"]].append(Member(line.story, row["relevance"], named, (), {}))
    leads, labels = [], {}
    for number, (label, members) in enumerate(told.items()):
        said = core.summarise(members)
        head = next(m for m in members if m.story.id == said.lead_story_id)
        labels[number] = label
        leads.append(
            ThreadEvent(
                number, said.first_seen_at, said.last_seen_at, pairs.order(head)[1], head.story.title,
                head.story.summary, head.story.language, frozenset(head.entities), written[head.story.id],
            )
        )  # fmt: skip
    best: dict[int, threads.Link] = {}
    for link in threads.links(range(len(leads)), leads, LINKER):
        if link.event_id not in best or link.strength > best[link.event_id].strength:
            best[link.event_id] = link
    mine = [x for x in best.values() if labels[x.event_id][2] == part]
    right = [x for x in mine if labels[x.event_id][1] and labels[x.event_id][1] == labels[x.follows_id][1]]
    follow = {
        b.event_id
        for a in leads
        for b in leads
        if labels[b.event_id][2] == part
        and labels[a.event_id][1] == labels[b.event_id][1] != ""
        and (a.first_at, a.identity) < (b.first_at, b.identity)
    }
    assert len(right) / len(mine) >= precision
    assert len(right) / len(follow) >= recall


def test_what_meaning_rules_out_need_not_be_loaded() -> None:
    """Only events that may be linked are within reach; where a vector lacks, words decide, so they all are."""
    means, rng = LINKER.means, np.random.default_rng(2)
    centre = rng.normal(size=384)
    vectors = [means["en"] + 0.3 * rng.normal(size=384) + 0.2 * centre for _ in range(40)]
    many = [dataclasses.replace(lead(i, i, f"OpenAI signs deal {i}"), vector=v) for i, v in enumerate(vectors)]
    near = threads.within_reach(many[:2], vectors, ["en"] * 40, means)
    _, _, possible = threads.compare(many, [0, 1], LINKER.window, means)
    assert near[:2] == [True, True] and 2 < near.count(True) < 40
    assert {j for j, is_near in enumerate(near) if is_near} == {0, 1} | {int(j) for _, j in np.argwhere(possible)}
    assert all(threads.within_reach([lead(1, 0, "OpenAI")], vectors, ["en"] * 40, means))
    assert threads.within_reach(many[:1], [None, -vectors[0]], ["en"] * 2, means) == [True, False]
