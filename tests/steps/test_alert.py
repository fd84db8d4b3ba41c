"""The step that decides: one transaction, nothing twice, nothing lost, on both databases with real processes."""

from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa
import structlog

from pipeline import steps, store
from pipeline.model import Frequency, Tally
from pipeline.settings import Settings
from pipeline.store.tables import events, stories, subscriptions
from tests.newsroom import T0, Newsroom, reader
from tests.processes import kill_when, start, together


@pytest.fixture(autouse=True)
def own_log() -> None:
    """Let each test find the log unconfigured: a command run before in this process may have sent it elsewhere."""
    structlog.reset_defaults()


def settings(url: str) -> Settings:
    return Settings(database_url=url, mail_from="desk@desk.example", log_format="quiet")


def decide(url: str, hours: float = 0) -> Tally:
    return steps.perform("alert", settings(url), T0 + timedelta(hours=hours))


def test_each_reader_is_owed_each_event_once(database_url: str) -> None:
    """However often the step runs: unique per subscription, event, reason and revision."""
    room = Newsroom(database_url)
    room.subscribe(reader("a"), reader("b", min_level=2), reader("c", topics=("power",)), reader("off", enabled=False))
    first = room.event([room.story()])
    second = room.event([room.story(level=1)])
    assert decide(database_url).done == 3
    assert room.alerts() == [
        ("a", first, "new", "pending"),
        ("b", first, "new", "pending"),
        ("a", second, "new", "pending"),
    ]
    again = decide(database_url, 1)
    assert (again.seen, again.done) == (0, 0)
    assert len(room.alerts()) == 3


def test_alerts_and_the_mark_are_one_transaction(database_url: str) -> None:
    """An event is decided exactly when its alerted_revision says so."""
    room = Newsroom(database_url)
    room.subscribe(reader())
    event = room.event([room.story()])
    decide(database_url)
    with store.read(database_url) as db:
        row = db.execute(sa.select(events).where(events.c.id == event)).one()
    assert row.alerted_revision == row.revision == 1


def undecided(url: str) -> list[int]:
    """Give the events that wait for a decision."""
    with store.read(url) as db:
        return list(db.scalars(sa.select(events.c.id).where(events.c.alerted_revision < events.c.revision)))


def test_an_event_that_breaks_keeps_nobody_elses_mail(database_url: str, capfd: pytest.CaptureFixture[str]) -> None:
    """It is counted, stays undecided and is tried again; all others are decided in the same run."""
    room = Newsroom(database_url)
    room.subscribe(reader(topics=("deals",)))
    first, broken, last = (room.event([room.story()]) for _ in range(3))
    with store.begin(database_url) as db:
        db.execute(
            sa.update(events).where(events.c.id == broken).values(topics=[["deals"]])
        )  # no such thing as a topic
    tally = decide(database_url)
    assert (tally.seen, tally.done, tally.failed) == (3, 2, 1)
    assert [a[1] for a in room.alerts()] == [first, last]
    assert undecided(database_url) == [broken]
    logged = "".join(capfd.readouterr())
    assert "alert failed" in logged and "unhashable type" in logged and "@reader.example" not in logged
    assert decide(database_url, 0.5).seen == 0, "left alone for an hour"
    assert decide(database_url, 2).failed == 1
    with store.begin(database_url) as db:
        db.execute(sa.update(events).where(events.c.id == broken).values(topics=["deals"]))
    assert (decide(database_url, 12).done, undecided(database_url)) == (1, [])


REFUSING = {  # a store that refuses to cancel alerts
    "sqlite": ["create trigger refuse before update on alerts begin select raise(abort, 'no'); end"],
    "postgresql": [
        "create function newswatch.no() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$",
        "create trigger refuse before update on newswatch.alerts for each row execute function newswatch.no()",
    ],
}


def test_an_event_that_breaks_half_way_leaves_nothing(database_url: str) -> None:
    """Its decision is one: a row to add does not stand without the row to cancel; the rest of its batch does."""
    room = Newsroom(database_url)
    room.subscribe(reader(min_level=2))
    older, younger = room.event([room.story(level=1)]), room.event([room.story("fr")])
    decide(database_url)
    room.merge(younger, older)  # now the older one fits: to be told of, and the younger one's mail is needless
    other = room.event([room.story("de")])
    with store.begin(database_url) as db:
        for statement in REFUSING[db.dialect.name]:
            db.exec_driver_sql(statement)
    tally = decide(database_url, 1)
    assert (tally.done, tally.failed, tally.detail["cancelled"]) == (1, 1, 0)
    assert room.alerts() == [("desk", younger, "new", "pending"), ("desk", other, "new", "pending")]
    with store.begin(database_url) as db:
        table = "alerts" if db.dialect.name == "sqlite" else "newswatch.alerts"
        db.exec_driver_sql("drop trigger refuse" + ("" if table == "alerts" else f" on {table}"))
    assert decide(database_url, 2).detail["cancelled"] == 1
    assert ("desk", older, "new", "pending") in room.alerts()


def test_a_new_feed_floods_nobody(database_url: str) -> None:
    """Its first document is baseline: rows that say so, and no mail; a fresh report later is an update."""
    room = Newsroom(database_url)
    room.subscribe(reader())
    event = room.event([room.story(baseline=True), room.story("fr", baseline=True)])
    tally = decide(database_url)
    assert (tally.done, tally.skipped) == (0, 1)
    room.join(event, [room.story()], at=T0 + timedelta(hours=1))
    decide(database_url, 1)
    assert room.alerts() == [("desk", event, "new", "baseline"), ("desk", event, "update", "pending")]


@pytest.mark.parametrize(("days", "state"), [(8, "baseline"), (900, "baseline"), (6, "pending"), (None, "pending")])
def test_old_news_is_no_news(sqlite_url: str, days: int | None, state: str) -> None:
    """What a search or an archive brings long after it was told is baseline; a fresh report wakes the event."""
    room = Newsroom(sqlite_url)
    room.subscribe(reader())
    old = room.story()
    with store.begin(sqlite_url) as db:
        published = None if days is None else T0 - timedelta(days=days)
        db.execute(sa.update(stories).where(stories.c.id == old).values(published_at=published))
    event = room.event([old])
    decide(sqlite_url)
    assert room.alerts() == [("desk", event, "new", state)]
    if state == "baseline":
        room.join(event, [room.story("fr")], at=T0 + timedelta(hours=1))
        decide(sqlite_url, 1)
        assert room.alerts()[1:] == [("desk", event, "update", "pending")]


def test_a_guessed_language_is_no_news(sqlite_url: str) -> None:
    """What a reader is told of a language, the detector is sure of: no "now also told in Uzbek"."""
    room = Newsroom(sqlite_url)
    room.subscribe(reader())
    event = room.event([room.story()])
    decide(sqlite_url)
    guessed = room.story("uz")
    with store.begin(sqlite_url) as db:
        db.execute(sa.update(stories).where(stories.c.id == guessed).values(language_confidence=0.57))
    room.join(event, [guessed], at=T0 + timedelta(hours=1))
    decide(sqlite_url, 1)
    assert room.alerts() == [("desk", event, "new", "pending")]


def test_a_changed_watchlist_floods_nobody(database_url: str) -> None:
    """Old stories that an older judgement found worthless make no news when a new one likes them."""
    room = Newsroom(database_url)
    room.subscribe(reader())
    old = room.story()
    room.judged_worthless_before(old)
    event = room.event([old])
    decide(database_url)
    assert room.alerts() == [("desk", event, "new", "baseline")]


def test_a_story_that_waited_for_the_new_watchlist_is_news(database_url: str) -> None:
    """Seen before the watchlist changed but never judged: nobody has decided that it is nothing."""
    room = Newsroom(database_url)
    room.subscribe(reader())
    event = room.event([room.story()])
    decide(database_url)
    assert room.alerts() == [("desk", event, "new", "pending")]


def test_a_new_subscription_gets_no_archive(database_url: str) -> None:
    """What stood when it came is its baseline; founding subscriptions were told."""
    room = Newsroom(database_url)
    room.subscribe(reader("old"))
    event = room.event([room.story()])
    decide(database_url)
    room.subscribe(reader("old"), reader("late"), at=T0 + timedelta(hours=2))
    room.join(event, [room.story()], at=T0 + timedelta(hours=3))
    decide(database_url, 3)
    fresh = room.event([room.story()], at=T0 + timedelta(hours=4))
    decide(database_url, 4)
    assert [a for a in room.alerts() if a[0] == "late"] == [
        ("late", event, "new", "baseline"),
        ("late", fresh, "new", "pending"),
    ]


def test_after_a_standstill_everything_is_one_digest(database_url: str) -> None:
    """A restored backup or a week off: one mail a reader that says so, instead of a flood."""
    room = Newsroom(database_url)
    room.subscribe(reader())
    decide(database_url)
    for _ in range(4):
        room.event([room.story(at=T0 + timedelta(hours=99))], at=T0 + timedelta(hours=99))
    decide(database_url, 100)
    assert len({r.batch_key for r in room.rows()}) == 1
    assert room.rows()[0].batch_key.startswith("desk gap ")


def test_who_is_switched_off_is_owed_nothing(database_url: str) -> None:
    """Their waiting mail is cancelled, not sent when they come back."""
    room = Newsroom(database_url)
    room.subscribe(reader())
    room.event([room.story()])
    decide(database_url)
    room.subscribe(reader(enabled=False), at=T0)
    assert decide(database_url, 1).detail["cancelled"] == 1
    assert [a[3] for a in room.alerts()] == ["cancelled"]


def test_merging_cancels_the_waiting_mail_of_the_younger(database_url: str) -> None:
    """Two events that turn out to be one before their mails left are one mail."""
    room = Newsroom(database_url)
    room.subscribe(reader())
    older, younger = room.event([room.story()]), room.event([room.story("fr")])
    decide(database_url)
    room.merge(younger, older)
    decide(database_url, 1)
    assert room.alerts() == [("desk", older, "new", "pending"), ("desk", younger, "new", "cancelled")]


def test_digest_readers_wait_for_their_hour(database_url: str) -> None:
    """Due is when their clock says so."""
    room = Newsroom(database_url)
    room.subscribe(reader("d", frequency=Frequency.DAILY, at="08:00", timezone="Asia/Jakarta"))
    room.event([room.story()])
    decide(database_url)
    assert [r.due_at for r in room.rows()] == [T0.replace(day=11, hour=1)]


@pytest.mark.timeout(120)
def test_two_processes_decide_as_one(database_url: str) -> None:
    """Two schedulers at once must not owe anybody anything twice."""
    room = Newsroom(database_url)
    room.subscribe(*(reader(f"r{n}") for n in range(5)))
    for _ in range(60):
        room.event([room.story()])
    for hours in range(3):
        together("alert", settings(database_url), T0 + timedelta(hours=hours))
    assert Counter(room.alerts()).most_common(1)[0][1] == 1
    assert len(room.alerts()) == 300


@pytest.mark.timeout(180)
def test_kills_while_deciding_lose_and_double_nothing(database_url: str) -> None:
    """Killed at moments spread over its work and run again: the rows of an undisturbed run."""
    room = Newsroom(database_url)
    room.subscribe(*(reader(f"r{n}") for n in range(6)))
    for _ in range(200):  # four transactions
        room.event([room.story()])
    for n in range(5):
        kill_when(start("alert", settings(database_url), T0), lambda owed=150 * n: room.owed() > owed)
    decide(database_url)
    rows = room.alerts()
    assert len(rows) == len(set(rows)) == 1200
    assert decide(database_url).seen == 0


def test_no_address_stands_in_the_rows(database_url: str) -> None:
    """Addresses are personal data: one place only, which can be erased."""
    room = Newsroom(database_url)
    room.subscribe(reader("secretive"))
    room.event([room.story()])
    decide(database_url)
    with store.read(database_url) as db:
        addresses = list(db.scalars(sa.select(subscriptions.c.address)))
    assert addresses == ["secretive@reader.example"]
    assert "reader.example" not in repr(room.rows())
