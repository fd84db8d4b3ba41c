"""Exports keep rows, types and order of columns, stream, and appear only when they are whole."""

import csv
import datetime as dt
import io
import json
import tracemalloc
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from pipeline import store
from pipeline.desk import export, sql
from pipeline.errors import ConfigError, NotFoundError, StoreError
from pipeline.settings import Settings
from tests.sql.seed import Clock, fill

VIEWS = [s.name for s in sql.views()]


@pytest.fixture
def filled(database_url: str) -> tuple[Settings, Clock]:
    with store.begin(database_url) as db:
        clock = fill(db, dt.datetime.now(dt.UTC))
    return Settings(database_url=database_url), clock  # type: ignore[call-arg]


def test_every_view_can_be_exported_in_every_format(filled: tuple[Settings, Clock], tmp_path: Path) -> None:
    """The number of rows is the same whatever the format, and columns stand in the view's order."""
    settings, _ = filled
    for sql_file in sql.views():
        counts = {f: export.run(settings, sql_file.name, f, output=tmp_path / f"x.{f}") for f in export.FORMATS}
        assert len(set(counts.values())) == 1 and counts["csv"] > 0, sql_file.name
        table = pq.read_table(tmp_path / "x.parquet")
        names = [c.name for c in sql_file.columns]
        lines = list(csv.reader(io.StringIO((tmp_path / "x.csv").read_text(encoding="utf-8"))))
        objects = [json.loads(x) for x in (tmp_path / "x.jsonl").read_text(encoding="utf-8").splitlines()]
        assert table.column_names == names == lines[0] == list(objects[0])
        assert table.num_rows == len(lines) - 1 == len(objects) == counts["csv"]


def test_types_are_kept(filled: tuple[Settings, Clock], tmp_path: Path) -> None:
    """A time stays a time and a boolean a boolean, on SQLite too, where both are something else."""
    settings, clock = filled
    export.run(settings, "event_overview", "parquet", output=tmp_path / "x.parquet")
    table = pq.read_table(tmp_path / "x.parquet")
    assert table.schema.field("first_seen_at").type == pa.timestamp("us", tz="UTC")
    assert table.schema.field("is_baseline").type == pa.bool_()
    assert table.schema.field("story_count").type == pa.int64()
    assert table.schema.field("copy_share").type == pa.float64()
    first = next(r for r in table.to_pylist() if r["event_id"] == 1)
    assert first["first_seen_at"] == clock.at(3, "08:00")
    export.run(settings, "event_timeline", "parquet", output=tmp_path / "t.parquet")
    days = pq.read_table(tmp_path / "t.parquet")
    assert days.schema.field("day").type == pa.date32()
    assert clock.day(3) in days.column("day").to_pylist()


def test_since_cuts_by_the_time_that_the_view_names(filled: tuple[Settings, Clock]) -> None:
    """What stood before is left out; a view of what stands now says that it cannot be cut."""
    settings, clock = filled
    for view, since, expected in (
        ("event_overview", clock.at(1, "00:00"), 1),
        ("event_timeline", clock.at(2, "00:00"), 2),
        ("alert_log", clock.at(2, "00:00"), 3),
    ):
        assert export.run(settings, view, "jsonl", since, io.BytesIO()) == expected, view
    with pytest.raises(NotFoundError, match="no time to start from"):
        export.run(settings, "language_coverage", "csv", clock.at(1, "00:00"), io.BytesIO())


def test_wrong_words_are_answered_in_one_sentence(filled: tuple[Settings, Clock], tmp_path: Path) -> None:
    """A table is not a view: exports show what analysts may see."""
    settings, _ = filled
    with pytest.raises(NotFoundError, match="event_overview"):
        export.run(settings, "subscriptions", "csv", output=io.BytesIO())
    with pytest.raises(ConfigError, match="parquet, csv, jsonl"):
        export.run(settings, "copies", "xlsx", output=tmp_path / "x.xlsx")
    assert list(tmp_path.glob("x.*")) == []


def test_a_headline_cannot_run_in_a_spreadsheet(filled: tuple[Settings, Clock]) -> None:
    """Titles come from strangers; a cell that begins like a formula is put behind an apostrophe."""
    settings, _ = filled
    with store.begin(settings.database_url) as db:
        db.execute(sa.text("update stories set title = '=HYPERLINK(\"http://evil.example\")' where id = 5"))
    target = io.BytesIO()
    export.run(settings, "copies", "csv", output=target)
    rows = list(csv.DictReader(io.StringIO(target.getvalue().decode())))
    assert next(r for r in rows if r["story_id"] == "5")["title"].startswith("'=HYPERLINK")


def test_a_broken_export_leaves_no_half_file(filled: tuple[Settings, Clock], tmp_path: Path) -> None:
    """Whoever finds the file may trust that it is whole."""
    settings, _ = filled
    with store.begin(settings.database_url) as db:
        db.execute(sa.text("drop view copies" if "sqlite" in settings.database_url else "drop view analysis.copies"))
    with pytest.raises(StoreError):
        export.run(settings, "copies", "csv", output=tmp_path / "out.csv")
    assert not list(tmp_path.glob("out*"))


def test_an_export_streams(filled: tuple[Settings, Clock], tmp_path: Path) -> None:
    """Twenty thousand wide rows pass through a memory of a few batches."""
    settings, clock = filled
    from pipeline.store.tables import runs

    row = {"step": "fetch", "started_at": clock.now, "seconds": 1.0, "seen": 1, "done": 1, "skipped": 0, "failed": 0}
    with store.begin(settings.database_url) as db:  # one row, and the database's own copies of it
        one = db.scalar(sa.insert(runs).values(**row, detail={"note": "x" * 1800}).returning(runs.c.id))
        more = sa.select(sa.literal(1).label("n")).cte("more", recursive=True)
        more = more.union_all(sa.select(more.c.n + 1).where(more.c.n < 19_999))
        columns = [c for c in runs.c if c is not runs.c.id]
        copies = sa.select(*columns).join_from(runs, more, sa.true()).where(runs.c.id == one)
        db.execute(sa.insert(runs).from_select(columns, copies))
    tracemalloc.start()
    count = export.run(settings, "pipeline_runs", "jsonl", output=tmp_path / "x.jsonl")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20_006
    assert (tmp_path / "x.jsonl").stat().st_size > 35e6
    assert peak < 25e6
