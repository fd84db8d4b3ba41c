"""The fifteen questions that an analyst desk asks, each answered by one query over views, on both databases."""

import pytest

from pipeline.store.sql import query
from tests.sql.conftest import Seeded

# question: (shipped query, its parameters, rows on the store of seed.py)
DESK: dict[str, tuple[str, dict[str, str], int]] = {
    "What happened this week?": ("newest_events", {}, 3),
    "What was I mailed, and why?": ("mailed_this_week", {"subscription": "paris"}, 1),
    "Which stories name AIP and were refused?": ("refused_naming", {"entity": "aip"}, 2),
    "How long does news take, feed by feed?": ("delays_by_feed", {}, 4),
    "Which headlines were changed?": ("changed_headlines", {}, 2),
    "What led to this event, and what followed?": ("thread_of_event", {"event": "3"}, 3),
    "Which feeds carried it?": ("feeds_of_event", {"event": "1"}, 4),
    "Which amounts does each story state?": ("facts_of_event", {"event": "2"}, 2),
    "Where do reports contradict each other?": ("contradictions", {}, 1),
    "Who told it first?": ("who_is_first", {}, 4),
    "Who only copies?": ("who_copies_whom", {}, 2),
    "What is not told in English?": ("not_told_in_english", {}, 1),
    "Who is in the news more than last week?": ("entities_this_week", {}, 4),
    "Which of our feed groups pay?": ("stories_by_tag", {}, 2),
    "Which feeds need a person?": ("feeds_in_trouble", {}, 1),
}


@pytest.mark.parametrize("question", DESK)
def test_a_desk_question_is_one_query(seeded: Seeded, question: str) -> None:
    """Rule: what a desk asks is answered by a query that ships, with parameters where the answer hangs on somebody."""
    name, params, count = DESK[question]
    with query.ask(seeded.url, query.find(name), 30, params) as answer:
        assert len(list(answer.rows)) == count


def test_parameters_narrow_the_answer(seeded: Seeded) -> None:
    """Another reader, another entity, another event: another answer, or none."""
    for name, params in (
        ("mailed_this_week", {"subscription": "nobody"}),
        ("mailed_this_week", {"days": "0"}),
        ("refused_naming", {"entity": "xai"}),
        ("thread_of_event", {"event": "4"}),
        ("changed_headlines", {"days": "0"}),
    ):
        with query.ask(seeded.url, query.find(name), 30, params) as answer:
            assert list(answer.rows) == [], (name, params)


def test_there_are_fifteen_and_each_query_has_its_subject() -> None:
    """Rule: queries are listed by what they are about, and the list is short enough to be read."""
    assert len(DESK) == len({name for name, _, _ in DESK.values()}) == 15
    about = {s.header.get("about", "") for s in query.shipped("queries")}
    assert about == {"events", "stories", "names", "outlets", "languages", "mails", "feeds", "job"}
