"""Every query that ships answers its question, row by row, on both databases, and as the read-only analyst."""

import pytest
import sqlalchemy as sa

from pipeline.store.sql import headers, query
from tests.sql.conftest import Seeded
from tests.sql.expected import rows

NAMES = [s.name for s in query.shipped("queries")]


@pytest.mark.parametrize("name", NAMES)
def test_a_query_answers_its_question(seeded: Seeded, name: str) -> None:
    """A shipped query gives exactly the rows that its question asks for, whatever the database."""
    expected = rows(seeded.clock)[name]
    with query.ask(seeded.url, query.find(name), 30) as answer:
        found = list(answer.rows)
    assert len(found) == len(expected)
    for row, wanted in zip(found, expected, strict=True):
        assert row == tuple(pytest.approx(v) if isinstance(v, float) else v for v in wanted)


def test_no_query_is_without_an_expectation(seeded: Seeded) -> None:
    """There are at least twenty queries, and none goes untested."""
    assert sorted(rows(seeded.clock)) == NAMES
    assert len(NAMES) >= 20


@pytest.mark.parametrize("name", NAMES)
def test_a_query_says_question_and_grain_and_asks_views_only(name: str) -> None:
    """An analyst may run every shipped query: it names views, never tables, and says what it is for."""
    from pipeline.store import tables

    sql_file = query.find(name)
    assert sql_file.question.endswith("?")
    assert sql_file.header["grain"].startswith("one row per")
    code = "\n".join(line for line in sql_file.text.splitlines() if not line.startswith("--"))
    words = set(code.replace("(", " ").replace(")", " ").split())
    asked = {w for before, w in zip(code.split(), code.split()[1:], strict=False) if before in {"from", "join"}}
    views = {s.name for s in query.shipped("views")}
    assert not (asked & set(tables.metadata.tables)), asked
    assert asked & views
    assert words


def test_a_query_that_draws_names_its_own_columns(seeded: Seeded) -> None:
    """`chart:` in a header gives kind, x, y and maybe a series; these are columns of the answer."""
    for name in NAMES:
        sql_file = query.find(name)
        if "chart" in sql_file.header:
            kind, *columns = sql_file.header["chart"].split()
            with query.ask(seeded.url, sql_file, 30) as answer:
                assert kind in {"bar", "line"}
                assert set(columns) <= set(answer.columns), name


def test_a_query_cannot_write(own: Seeded) -> None:
    """Whatever file is run, the store stays as it is."""
    from pipeline.errors import StoreError

    for text in (
        "delete from runs",
        "with x as (select 1) insert into runs (step) select 'x'",
        "drop view event_overview",
    ):
        with pytest.raises(StoreError), query.ask(own.url, headers.parse("evil", text), 5) as answer:
            list(answer.rows)
    from pipeline import store

    with store.read(own.url) as db:
        assert db.scalar(sa.text("select count(*) from runs")) == 6


def test_a_query_that_runs_too_long_is_stopped(seeded: Seeded) -> None:
    """A careless join must not hold the database for hours."""
    from pipeline.errors import StoreError

    slow = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000000) select count(*) from n"
    with (
        pytest.raises(StoreError, match="longer than"),
        query.ask(seeded.url, headers.parse("slow", slow), 0.3) as a,
    ):
        list(a.rows)


def test_a_query_with_a_fault_is_told_in_one_sentence(seeded: Seeded) -> None:
    """The database's own words, without a stack."""
    from pipeline.errors import NotFoundError, StoreError

    with pytest.raises(StoreError, match="nonsense"), query.ask(seeded.url, headers.parse("q", "select nonsense"), 5):
        pass
    with pytest.raises(NotFoundError, match="newest_events"):
        query.find("no_such_query")
