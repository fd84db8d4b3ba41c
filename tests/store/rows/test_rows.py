"""Rows that people are shown: frozen, and never silently empty."""

from dataclasses import FrozenInstanceError, dataclass, fields
from typing import get_args, get_type_hints

import pytest
import sqlalchemy as sa

from pipeline import store
from pipeline.store.faults import BrokenItem
from pipeline.store.rows import columns, mails, row
from pipeline.store.rows.events import EventRow, ToldStory
from pipeline.store.rows.stories import (
    EventRecord,
    FactRecord,
    LabelRecord,
    MatchRecord,
    PlaceRecord,
    StoryRecord,
)
from pipeline.store.tables import event_stories, events, facts, faults, labels, matches, stories
from tests.newsroom import Newsroom


@dataclass(frozen=True, slots=True)
class Renamed:
    """A row whose column somebody renamed."""

    id: int
    headline_that_was: str


def test_every_field_has_its_column() -> None:
    """Rule: a field bears the name of a column; those that do not are given by hand."""
    assert [c.name for c in columns(EventRow, events)] == [f.name for f in fields(EventRow)]
    given = {"seed_title", "is_lead"}
    assert {c.name for c in columns(ToldStory, stories, event_stories, matches)} | given == {
        f.name for f in fields(ToldStory)
    }


@pytest.mark.parametrize(
    ("kind", "table", "more"),
    [
        (StoryRecord, stories, set()),
        (MatchRecord, matches, set()),
        (FactRecord, facts, set()),
        (LabelRecord, labels, set()),
        (PlaceRecord, event_stories, set()),
        (EventRecord, events, {"others"}),
        (BrokenItem, faults, set()),
    ],
)
def test_a_record_is_the_whole_row(kind: type, table: sa.Table, more: set[str]) -> None:
    """Rule: what `explain` and `faults` print as JSON are all columns in their order; None where one may be null."""
    hints = {name: hint for name, hint in get_type_hints(kind).items() if name not in more}
    assert list(hints) == [c.name for c in table.c]
    assert {n for n, hint in hints.items() if type(None) in get_args(hint)} == {c.name for c in table.c if c.nullable}


def test_the_first_table_that_has_a_column_gives_it() -> None:
    """Rule: `score` of a story in an event is that of joining, not that of judging."""
    (score,) = [c for c in columns(ToldStory, stories, event_stories, matches) if c.name == "score"]
    assert score.table is event_stories


def test_a_renamed_column_is_an_error_not_an_empty_place(sqlite_url: str) -> None:
    """Rule: what the query does not bring, the row refuses to be without."""
    with store.read(sqlite_url) as db:
        found = db.execute(sa.select(sa.literal(1).label("id"))).one()
    with pytest.raises(TypeError, match="headline_that_was"):
        row(Renamed, found)
    with pytest.raises(FrozenInstanceError):
        row(Renamed, found, headline_that_was="x").id = 2  # type: ignore[misc]


def test_the_nearest_seed_is_of_a_story_that_was_compared(database_url: str) -> None:
    """Rule: a mail names the likeness that was found; a story that no encoder saw does not hide it."""
    store.upgrade(database_url)
    room = Newsroom(database_url)
    event = room.event([room.story("en"), room.story("fr"), room.story("id")])
    with store.begin(database_url) as db:
        for story_id, similarity in ((2, 0.8), (3, 0.9)):
            db.execute(sa.update(matches).where(matches.c.story_id == story_id).values(similarity=similarity))
    with store.read(database_url) as db:
        dossier = mails.load(db, event)
    assert dossier is not None and dossier.why.similarity == 0.9
