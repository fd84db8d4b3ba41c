"""Live pages, reviews and podcasts: known by their headlines, attached to an event, leading and binding none."""

import dataclasses

import numpy as np
import pytest

from pipeline.core.events import event, glue, pairs
from tests.core.events.test_cluster import MODEL, member


@pytest.mark.parametrize(
    "title",
    [
        "Live: Acme's launch, as the day goes on",
        "Acme trial live: the jury is back",
        "Acme outage: live updates",
        "LIVE UPDATES | Acme goes to court",
        "The week in chips: two deals and a fire",
        "Week 3 of the Acme trial: what jurors heard",
        "What Acme is up to - Podcast",
        "[Podcast] Who owns Acme?",
        "Acme leak: what we know so far",
        "En direct : le procès d'Acme",
        "Liveticker: Acme vor Gericht",
        "Pódcast: qué quiere Acme",
        "Acme ao vivo: o lançamento",
        "Главное за неделю: Acme и суд",
        "直播：Acme 发布会",
        "Acme週間まとめ：上場と制裁金",
        "[라이브] Acme 발표회",
        "مباشر | محاكمة شركة",
        "Acme lansmanı - canlı",
        "Acme 재판 2주 차: 무슨 말이 오갔나",
        "Opinion: Acme should not own a wharf",
        "Kommentar: Acme braucht keinen Hafen",
        "Acme 和港口的未来｜评论",
        "Is Acme too dependent on chips?",
        "Acme achète tout, et alors ?",
        "هل تنجو أكمي؟",
        "Who owns Acme? - Harbour Gazette",
    ],
)
def test_glue_is_known_by_its_headline(title: str) -> None:
    """An outlet says itself that a page is live, a review or a podcast."""
    assert glue.is_glue(title)


@pytest.mark.parametrize(
    "title",
    [
        "Acme launches live translation",
        "ChatGPT agent goes live: what it does",
        "Acme buys a podcast network",
        "Acme offers direct-to-cell service",
        "Live-streaming firm Acme sues Zenit",
        "Acme to open an office in Oslo this week",
        "Acme will nächste Woche in Berlin öffnen",
        "Acme abrirá la próxima semana en Madrid",
        "微软推出直播功能",
        "오픈AI, 실시간 번역 공개",
        "Acme replies to a comment by the minister",
        "'Who owns Acme?' asks a judge, and gets an answer",
        "",
    ],
)
def test_news_is_no_glue(title: str) -> None:
    """The same words inside a sentence are words like any others."""
    assert not glue.is_glue(title)


def test_glue_binds_nothing_and_leads_nothing() -> None:
    """A live page that is like two happenings stands with the nearer one, unites nothing, and is never the headline."""
    told = [
        member(1, "Live: the day at Acme", angle=0.5, hours=0),
        member(2, "Acme is sued over its plant", angle=0.0, hours=1),
        member(3, "Acme buys the chip maker", angle=1.5, hours=2),
    ]
    table = pairs.pool(told, MODEL)
    groups = event.decide(table, [0, 1, 2], MODEL, 14)
    assert sorted(sorted(m.story.id for m in g.members) for g in groups) == [[1, 2], [3]]
    first = next(g for g in groups if len(g.members) == 2)
    assert event.summarise(first.members).title == "Acme is sued over its plant"
    alone = event.decide(pairs.pool(told[:1], MODEL), [0], MODEL, 14)
    assert len(alone) == 1 and event.summarise(alone[0].members).title == "Live: the day at Acme"


def test_a_review_that_moves_splits_nothing() -> None:
    """A happening to which a told live page moves is founded: its own stories were told nowhere."""
    live, report = member(1, "Live: the day at Acme"), member(2, "Acme is sued over its plant", hours=1)
    live = dataclasses.replace(live, event_id=9)
    said = event.summarise([live, report])
    lines = event.changes(event.EventPlan(None, (live, report)), None, said, {})
    assert [x.kind for x in lines] == ["founded", "joined"]
    lines = event.changes(event.EventPlan(None, (live,)), None, event.summarise([live]), {})
    assert [x.kind for x in lines] == ["split"]


def test_groups_keep_the_name_of_their_smallest_index() -> None:
    """Labels stay what solving gives: the smallest index of each group."""
    odds = np.array([[0, 2, -1], [2, 0, -1], [-1, -1, 0]], np.float32)
    assert glue.attach([0, 1, 2], odds, [0]) == [0, 0, 2]
    assert glue.attach([0, 1, 2], odds, [2]) == [0, 1, 2]
    assert glue.attach([0, 1, 2], odds, [0, 1, 2]) == [0, 1, 2]
