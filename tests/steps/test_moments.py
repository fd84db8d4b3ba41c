"""Moments of record are when it happened: a cleared run of last week writes nothing into last week."""

from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from pipeline import steps, store
from pipeline.desk import sample
from pipeline.settings import load
from pipeline.store.tables import event_stories, events, matches, stories
from tests.newsroom import T0, Newsroom, reader
from tests.samples import write_few


def test_a_cleared_run_silences_no_reader(database_url: str) -> None:
    """Whoever subscribed meanwhile hears of a story that came afterwards, whatever time the run that folds it bears."""
    room = Newsroom(database_url)
    made = load(database_url=database_url, encoder="none", log_format="quiet", mail_from="desk@desk.example")
    room.subscribe(reader("first"))
    room.subscribe(reader("first"), reader("second"), at=T0 + timedelta(days=5, hours=1))
    late = T0 + timedelta(days=6)
    story = room.story(at=late)
    steps.perform("cluster", made, T0 + timedelta(days=1))  # what Airflow gives a cleared run of that day
    with store.read(database_url) as db:
        joined = db.scalar(sa.select(event_stories.c.joined_at).where(event_stories.c.story_id == story))
        founded = db.scalar(sa.select(events.c.created_at))
    assert joined == founded == late
    steps.perform("alert", made, late)
    assert [a[3] for a in room.alerts()] == ["pending", "pending"]


def test_nothing_is_judged_before_it_was_seen(sqlite_url: str, tmp_path: Path) -> None:
    """A backfill with the time of last week judges now."""
    made = load(
        database_url=sqlite_url, watch_dir=tmp_path / "watch", encoder="none", enrich=False, log_format="quiet",
        allow_addresses=("127.0.0.1",), host_spacing=0.0,
    )  # fmt: skip
    with sample.serve() as port:
        write_few(tmp_path / "watch", port)
        for step in steps.MAIN[:3]:
            steps.perform(step, made, T0)
    for step in ("detect", "match", "rematch", "cluster"):
        steps.perform(step, made, T0 - timedelta(days=8))
    with store.read(sqlite_url) as db:
        early = sa.select(sa.func.count()).select_from(stories)
        assert db.scalar(early.where(stories.c.judged_at < stories.c.seen_at)) == 0
        joined = early.join(event_stories, event_stories.c.story_id == stories.c.id)
        assert db.scalar(joined.where(event_stories.c.joined_at < stories.c.seen_at)) == 0
        assert db.scalar(sa.select(sa.func.count()).where(matches.c.matched_at < T0)) == 0
