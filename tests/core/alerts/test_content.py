"""What a mail says happened: one story's own words, chosen for its reader."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.core.alerts import content
from pipeline.core.alerts.content import Dossier, EventNews, StoryLine
from pipeline.model import Event

AT = datetime(2026, 3, 10, 9, tzinfo=UTC)
EN = "The consortium pays $40 billion for twelve sites. Regulators have yet to agree."
FR = "Le consortium débourse 40 milliards de dollars pour douze sites."
JA = "企業連合は12拠点に400億ドルを支払う。規制当局の承認はまだ得られていない。"


def line(number: int, language: str, summary: str, *, is_copy: bool = False, title: str = "A deal") -> StoryLine:
    at = AT + timedelta(hours=number)
    return StoryLine(number, title, f"https://o{number}.example/", f"o{number}.example", language, at, is_copy, summary)


def item(*stories: StoryLine, fresh: tuple[int, ...] = ()) -> EventNews:
    event = Event(7, "A deal", 2, AT, AT, len(stories), 1, 1)
    return EventNews(Dossier(event, stories), fresh=fresh)


@pytest.mark.parametrize(
    ("language", "expected"),
    [("fr", (2, FR)), ("en", (1, EN)), ("ja", (3, JA)), ("fr-CA", (2, FR)), ("de", (1, EN))],
)
def test_a_reader_gets_their_language_else_english(language: str, expected: tuple[int, str]) -> None:
    """Rule: the reader's language where a story of it says something, else English."""
    found = content.lead(item(line(1, "en", EN), line(2, "fr", FR), line(3, "ja", JA)), language)
    assert found is not None and (found.story.id, found.text) == expected


def test_else_the_original() -> None:
    """Rule: without English the first story speaks, in its own language."""
    found = content.lead(item(line(1, "ja", JA), line(2, "ko", "오픈AI가 부지를 산다. 값은 크다.")), "en")
    assert found is not None and found.story.id == 1


@pytest.mark.parametrize(
    "stories",
    [
        (line(1, "en", ""),),
        (line(1, "en", "A deal"), line(2, "en", "a deal.")),  # no more than the headline
        (line(1, "en", "The post A deal appeared first on The Wire."),),
        (line(1, "en", EN, is_copy=True),),
    ],
)
def test_nothing_is_said_where_nobody_says_more(stories: tuple[StoryLine, ...]) -> None:
    """Rule: a headline, a feed's own words and a copy are no account of what happened."""
    assert content.lead(item(*stories), "en") is None


def test_what_is_unlike_speaks_for_itself() -> None:
    """Rule: an update whose headline is a new story's quotes that story, not what was told before."""
    other = "A court stops the sale of the sites until June."
    found = content.lead(item(line(1, "en", EN), line(2, "en", other), fresh=(2,)), "en")
    assert found is not None and (found.story.id, found.text) == (2, other)


def test_a_digest_has_one_sentence() -> None:
    """Rule: the room and the number of sentences are the caller's."""
    found = content.lead(item(line(1, "en", EN)), "en", 180.0, 1)
    assert found is not None and found.text == "The consortium pays $40 billion for twelve sites."
