"""One article of one feed under several addresses, whose guid is the address: several stories, one voice, one mail."""

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline import steps, store
from pipeline.settings import load
from pipeline.store import stories
from pipeline.store import tables as t
from tests.store.test_stories import entry, feed

AT = datetime(2026, 3, 10, 9, tzinfo=UTC)
# (what, the addresses and headlines that one article has in turn, all of one feed)
RETOLD = [
    ("the slug follows the headline",
     ("openai-to-build-data-center-in-texas-4711.html", "OpenAI to build data center in Texas"),
     ("openai-plans-texas-data-center-campus-4711.html", "OpenAI plans Texas data center campus"),
     ("openai-data-center-in-texas-draws-criticism-4711.html", "OpenAI data center in Texas draws criticism")),
    ("a second address, the same words",
     ("news/openai-texas", "OpenAI to build data center in Texas"), ("tech/1", "OpenAI to build data center in Texas")),
    ("an update", ("b/1", "xAI raises $20 billion for Memphis data center"),
     ("b/1-update", "UPDATE 1-xAI raises $20 billion for Memphis data center")),
    ("in Chinese", ("d-1", "OpenAI计划在得克萨斯州建设五吉瓦数据中心"),
     ("d-2", "OpenAI将在得克萨斯州建设五吉瓦数据中心")),
]  # fmt: skip


@pytest.mark.parametrize("row", RETOLD, ids=[row[0] for row in RETOLD])
def test_an_outlet_that_tells_again_is_one_voice(database_url: str, tmp_path: Path, row: tuple) -> None:
    """Identity is the address; an event counts an outlet once, and its reader hears of it once."""
    made = load(
        database_url=database_url, encoder="none", enrich=False, log_format="quiet", mail_dir=tmp_path,
        mail_from="desk@desk.example",
    )  # fmt: skip
    steps.perform("sync", made, AT)
    with store.begin(database_url) as db:
        one = feed(db, "https://paper.example/feed.xml")
    for n, (path, title) in enumerate(row[1:]):
        now = AT + timedelta(hours=n, minutes=1)
        told = entry(path, title, published_at=AT, language="zh" if "中" in title else "en")
        with store.begin(database_url) as db:
            assert stories.add(db, one, [dataclasses.replace(told, guid=told.url)], now) == (1, 0)
        for step in ("detect", "match", "cluster", "alert", "deliver"):
            steps.perform(step, made, now)
    with store.read(database_url) as db:
        counts = db.execute(
            sa.select(t.events.c.story_count, t.events.c.independent_count, t.events.c.outlet_count)
        ).all()
        owed = db.execute(sa.select(t.alerts.c.reason, t.alerts.c.state)).all()
    assert list(map(tuple, counts)) == [(len(row) - 1, 1, 1)]
    assert list(map(tuple, owed)) == [("new", "sent")]
