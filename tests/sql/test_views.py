"""The views are a face to rely on: documented, typed alike on both databases, and without personal data."""

import datetime as dt
import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline import store
from pipeline.store import tables
from pipeline.store.sql import dictionary, headers, query
from tests.sql.conftest import Seeded

VIEWS = {s.name: s for s in query.shipped("views")}
WANTED = {
    *("event_overview", "event_stories_flat", "event_timeline", "event_facts", "fact_contradictions"),
    *("entity_activity", "language_coverage", "story_matches", "copies", "source_speed"),
    *("feed_health", "fetch_outcomes", "alert_log", "pipeline_runs"),
}
POSTGRES = {
    "integer": {"bigint", "integer", "smallint"},
    "real": {"double precision"},
    "text": {"text", "character varying"},
    "list": {"text"},
    "json": {"jsonb"},
    "boolean": {"boolean"},
    "time": {"timestamp with time zone"},
    "date": {"date"},
}
PYTHON = {
    "integer": int,
    "real": float,
    "text": str,
    "list": str,
    "json": str,
    "boolean": bool,
    "time": dt.datetime,
    "date": dt.date,
}


def answer(seeded: Seeded, sql: str) -> list[tuple[object, ...]]:
    with query.ask(seeded.url, headers.parse("test", sql), 30) as found:
        return list(found.rows)


def test_the_promised_views_exist_and_no_table_bears_their_name() -> None:
    """Bare names work on both databases only while no table has them."""
    assert set(VIEWS) >= WANTED
    assert not set(VIEWS) & set(tables.metadata.tables)


@pytest.mark.parametrize("name", sorted(VIEWS))
def test_a_view_has_the_columns_and_types_that_its_header_names(seeded: Seeded, name: str) -> None:
    """The header is the contract: dictionary, exports and BI models are made of it."""
    sql_file = VIEWS[name]
    assert sql_file.question.endswith("?") and sql_file.header["grain"].startswith("one row per")
    with query.ask(seeded.url, headers.parse(name, f"select * from {name}"), 30) as found:
        assert found.columns == tuple(c.name for c in sql_file.columns)
        rows = list(found.rows)
    assert rows, "the seeded store fills every view"
    if seeded.kind == "postgresql":
        with store.read(seeded.url) as db:
            asked = sa.text(
                "select column_name, data_type from information_schema.columns "
                "where table_schema = 'analysis' and table_name = :name"
            )
            types = {row.column_name: row.data_type for row in db.execute(asked, {"name": name})}
        assert {
            c.name: types[c.name] in POSTGRES[c.type] for c in sql_file.columns if types[c.name] not in POSTGRES[c.type]
        } == {}
    for row in rows:
        for column, value in zip(sql_file.columns, row, strict=True):
            assert value is None or isinstance(value, PYTHON[column.type]), (column, value)


@pytest.mark.parametrize("name", sorted(VIEWS))
def test_a_view_is_read_by_an_older_sqlite(name: str) -> None:
    """DuckDB and many tools carry SQLite 3.38; one word that it does not know makes the whole file unreadable there."""
    code = "\n".join(x for x in VIEWS[name].text.lower().splitlines() if not x.startswith("--"))
    for newer in ("distinct from", "right join", "full join", "string_agg", "concat_ws", "timediff", "unhex"):
        assert newer not in code


@pytest.mark.parametrize("name", sorted(VIEWS))
def test_names_keep_their_promise(name: str) -> None:
    """`…_at` is a time, `day` a day, `is_…` a boolean, `…_count` an integer: SQLite's values are typed by name."""
    for column in VIEWS[name].columns:
        assert (column.type == "time") == column.name.endswith("_at"), column
        is_day = column.name == "day" or (column.name.endswith("_day") and not column.name.endswith("per_day"))
        assert (column.type == "date") == is_day, column
        assert (column.type == "boolean") == column.name.startswith(("is_", "has_")), column
        assert column.type == "integer" or not column.name.endswith("_count"), column
    cut = VIEWS[name].header.get("since")
    assert cut is None or cut in {c.name for c in VIEWS[name].columns}


@pytest.mark.parametrize("seeded", ["postgresql"], indirect=True)
@pytest.mark.parametrize("name", sorted(VIEWS))
def test_postgresql_shows_what_the_header_says(seeded: Seeded, name: str) -> None:
    r"""Rule: \d+ in psql, an inspector and a BI tool show the question and each column's meaning."""
    with store.read(seeded.url) as db:
        found = sa.inspect(db)
        told = found.get_table_comment(name, schema="analysis")["text"] or ""
        columns = {c["name"]: c["comment"] for c in found.get_columns(name, schema="analysis")}
    assert told.startswith(VIEWS[name].question) and VIEWS[name].header["grain"] in told
    assert columns == {c.name: c.what for c in VIEWS[name].columns}


@pytest.mark.parametrize(
    ("path", "expected"),
    [("kind", "a"), ("$.deep.er", "2"), ("$.list[1]", "y"), ("missing", None), ("$.missing.too", None), ("é", "ü")],
)
def test_parts_of_json_are_asked_for_alike(seeded: Seeded, path: str, expected: str | None) -> None:
    """Rule: `evidence ->> …` is one spelling on both databases, for a key and for a path."""
    document = '{"kind": "a", "deep": {"er": 2}, "list": ["x", "y"], "é": "ü"}'
    found = answer(seeded, f"with one as (select cast('{document}' as text) as e) select e ->> '{path}' as x from one")
    assert [None if x is None else str(x) for (x,) in found] == [expected]


def test_the_stored_evidence_is_asked_for(seeded: Seeded) -> None:
    """Rule: what sql/README.md promises of `evidence` holds on the views themselves."""
    part = "cast(evidence -> 'features' ->> 'meaning' as double precision)"
    asked = f"select count(*) > 0 as is_found from event_links where {part} = 0.6 and evidence ->> 'none' is null"
    assert answer(seeded, asked) == [(True,)]
    ((whole,),) = answer(seeded, "select evidence from event_links limit 1")
    assert isinstance(whole, str) and "features" in json.loads(whole)


def test_both_databases_give_the_same_rows(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """One store, written to both, answers every view alike."""
    from tests.databases import migrated
    from tests.sql.seed import fill

    now = dt.datetime.now(dt.UTC)
    urls = [migrated(request, kind, tmp_path, "same") for kind in ("sqlite", "postgresql")]
    found = []
    for url in urls:
        with store.begin(url) as db:
            fill(db, now)
        rows = {}
        for name, sql_file in VIEWS.items():
            moving = {"hours_since_success", "hours_since_new"}  # counted to the moment of asking
            columns = ", ".join(c.name for c in sql_file.columns if c.name not in moving)
            with query.ask(url, headers.parse(name, f"select {columns} from {name}"), 30) as a:
                rows[name] = sorted(map(repr, a.rows))
        found.append(rows)
    for name in VIEWS:
        assert found[0][name] == found[1][name], name


def test_no_view_shows_what_is_personal_or_secret(seeded: Seeded) -> None:
    """Readers' names and addresses, what mail servers said of them, and analysts' names stay in tables."""
    private = ("readers.example", "Camille Aubry", "Anna Muster", "The desk")
    for name in VIEWS:
        for row in answer(seeded, f"select * from {name}"):
            assert not [p for p in private if p in repr(row)], name


def test_what_is_called_personal_exists() -> None:
    """The dictionary's list of personal and secret columns names real columns."""
    for name in {**dictionary.PERSONAL, **dictionary.SECRET}:
        table, column = name.split(".")
        assert column in tables.metadata.tables[table].c


def test_a_merged_event_is_resolved(seeded: Seeded) -> None:
    """An old number leads to the event that stands, and counts nothing twice."""
    row = answer(seeded, "select merged_into, story_count, independent_count from event_overview where event_id = 5")
    assert row == [(1, 0, 0)]
    assert answer(seeded, "select count(*) from event_overview where merged_into is null") == [(4,)]
    told = "select event_id, alerted_event_id from alert_log where alert_id = 8"
    assert answer(seeded, told) == [(1, 5)]
    assert answer(seeded, "select distinct standing_event_id from event_changes where event_id = 5") == [(1,)]


def test_the_evidence_can_be_read(seeded: Seeded) -> None:
    """Why a story was judged so is a sentence, not a number."""
    row = answer(seeded, "select entities, written_forms, facts, topics from story_matches where story_id = 1")
    assert row == [
        (
            "AI Infrastructure Partnership ×2 (headline); xAI ×2 (headline); BlackRock ×1",
            "AIP; xAI; BlackRock",
            "$30 billion (raised); 2027",
            "partnership xai",
        )
    ]
    assert answer(seeded, "select nearest_story_id, is_copy from event_stories_flat where story_id = 5") == [(1, True)]


def test_the_views_show_what_is_stated(seeded: Seeded) -> None:
    """One rule for what an event states: SQL shows the claims that clustering stored."""
    found = answer(seeded, "select value, against_value, story_id, against_story_id from fact_contradictions")
    assert found == [(100e9, 60e9, 2, 3)]
    rows = answer(
        seeded,
        "select value, role, story_count, independent_count, language_count, is_disputed, place "
        "from event_facts where event_id = 1 and kind = 'money' order by place",
    )
    assert rows == [
        (100e9, "target", 2, 2, 2, True, 0),
        (60e9, "target", 1, 1, 1, True, 1),
        (30e9, "raised", 2, 1, 1, False, 2),
    ]


def test_a_language_that_is_not_known_yet_is_counted(seeded: Seeded) -> None:
    """No story is missing from the coverage, whatever stage it is in."""
    total = answer(seeded, "select cast(sum(story_count) as bigint) from language_coverage")
    assert total == [(14,)]


def test_source_speed_measures_hours_between_outlets(seeded: Seeded) -> None:
    """An outlet counts once an event, by its first story, and the lead is over the next outlet."""
    rows = answer(
        seeded,
        "select outlet, place, story_count, hours_behind, hours_ahead from source_speed "
        "where event_id = 1 order by place",
    )
    assert rows == [
        ("wire.example", 1, 1, 0.0, 1.5),
        ("harbor.example", 2, 2, 1.5, None),
        ("courrier.example", 3, 1, 4.0, None),
        ("warta.example", 4, 1, 22.0, None),
    ]


def test_feed_health_counts_a_week(seeded: Seeded) -> None:
    """A failing feed shows its failures, its last error, and that it brought nothing."""
    rows = answer(
        seeded,
        "select state, story_count, fetch_count, failed_count, failed_share, last_error, undated_count "
        "from feed_health where feed_id in (3, 4) order by feed_id",
    )
    assert rows == [
        ("ok", 3, 6, 0, 0.0, None, 1),
        ("failing", 0, 6, 6, 1.0, "no such host", 0),
    ]
