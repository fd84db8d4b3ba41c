"""What is new for a reader when a mail leaves: what came since, and no copies."""

from datetime import UTC, datetime

import numpy as np
import pytest

from pipeline.core.alerts import learned
from pipeline.core.alerts.content import Dossier
from pipeline.core.alerts.state import AlertedEvent, AlertedStory
from pipeline.core.events.threads import default_linker
from pipeline.model import Alert, Event, Subscription

AT = datetime(2026, 3, 10, 9, tzinfo=UTC)
KNOWN = {"revision": 2, "level": 3, "languages": ["en"], "stories": 1, "independent": 1}
PARTS = (
    AlertedStory(1, "en", 3, AT, revision=1, outlet="a.example"),
    AlertedStory(2, "fr", 3, AT, revision=2, outlet="b.example"),  # came with what the reader was told
    AlertedStory(3, "id", 3, AT, revision=3, outlet="c.example"),
    AlertedStory(4, "id", 3, AT, True, revision=3, outlet="d.example"),  # a copy
    AlertedStory(5, "en", 3, AT, True, revision=1, outlet="e.example"),
)


@pytest.mark.parametrize(("reason", "joined"), [("new", ()), ("update", (3,)), ("grew", (3,)), ("correction", ())])
def test_what_joined_is_later_than_what_was_told_and_no_copy(reason: str, joined: tuple[int, ...]) -> None:
    """A story that stood when the reader was last told, and one that repeats another, are no news."""
    event = AlertedEvent(7, 3, 3, (), (), AT, "abc", PARTS)
    detail = {"since": KNOWN, "merged": [8]}
    alert = Alert(1, "desk", 7, reason, 3, "pending", AT, AT, 0, "<1@desk.example>", detail)
    reader = Subscription("desk", "Desk", "desk@reader.example", updates="all")
    found = learned.item(alert, Dossier(Event(7, "A deal", 3, AT, AT, 5, 3, 2), ()), event, reader)
    assert found is not None
    assert {*found.joined, *found.fresh} == set(joined)


def test_news_of_its_own_in_an_event_that_was_told_leads_its_mail() -> None:
    """A second "new" mail on one event says which story is unlike what was told; it goes when that story is gone."""
    one, two = np.eye(384, dtype=np.float32)[:2] + default_linker().means["en"]
    told = AlertedStory(1, "en", 3, AT, revision=1, vector=one)
    other = AlertedStory(2, "en", 3, AT, revision=3, outlet="b.example", vector=two)
    alert = Alert(1, "desk", 7, "new", 3, "pending", AT, AT, 0, "<1@desk.example>", {"since": KNOWN, "stories": [2]})
    reader, dossier = (
        Subscription("desk", "Desk", "desk@reader.example"),
        Dossier(Event(7, "A", 3, AT, AT, 2, 1, 2), ()),
    )
    found = learned.item(alert, dossier, AlertedEvent(7, 3, 3, (), (), AT, "abc", (told, other)), reader)
    assert found is not None and (found.reason, found.fresh, found.news.stories) == ("new", (2,), 1)
    assert learned.item(alert, dossier, AlertedEvent(7, 4, 3, (), (), AT, "abc", (told,)), reader) is None
