"""The pages of queries: every shipped one runs, draws what suits it, and comes as CSV that no spreadsheet runs."""

import csv
import io
import xml.etree.ElementTree as ET
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from pipeline import store
from pipeline.desk import sql
from pipeline.store import tables as t
from pipeline.web import queries
from pipeline.web.queries import cell
from tests.web.conftest import Site, seed

SHIPPED = [s.name for s in sql.listed()]


@pytest.mark.parametrize("name", SHIPPED)
def test_every_query_is_a_page(fresh: Site, name: str) -> None:
    """Rule: page, CSV and picture hold the same rows, on both databases."""
    client = fresh.client()
    page = client.get(f"/queries/{name}")
    assert page.status_code == 200, page.text[:1000]
    given = client.get(f"/queries/{name}/rows.csv")
    rows = list(csv.reader(io.StringIO(given.text)))
    assert given.headers["content-disposition"] == f'attachment; filename="{name}.csv"'
    assert page.text.count("<tr>") == (len(rows) if len(rows) > 1 else 0)
    picture = client.get(f"/queries/{name}/chart.svg")
    assert (picture.status_code == 200) == ("chart.svg" in page.text)
    if picture.status_code == 200:
        assert ET.fromstring(picture.content).tag.endswith("svg")


def test_the_list_names_each_question(lite: Site) -> None:
    """Rule: queries are found by the question, not by a file name."""
    page = lite.get("/queries")
    assert page.count('<li><a href="/queries/') == len(SHIPPED) >= 20


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('=HYPERLINK("http://evil.example")', '\'=HYPERLINK("http://evil.example")'),
        ("+1", "'+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        (" =1", "' =1"),
        ("-5 % for the quarter", "'-5 % for the quarter"),
        ("plain", "plain"),
        (-5, -5),
        (None, None),
        (datetime(2026, 3, 1, 9, 30, tzinfo=UTC), "2026-03-01T09:30:00Z"),
    ],
)
def test_cells(value: object, expected: object) -> None:
    """Rule: a headline that begins like a formula stays text; numbers stay numbers."""
    assert cell(value) == expected


def test_a_headline_in_csv(sqlite_url: str) -> None:
    """Rule: what feeds wrote does not run in the analyst's spreadsheet."""
    own = seed(sqlite_url, datetime.now(UTC))
    with store.begin(own.url) as db:
        db.execute(sa.update(t.events).values(title='=cmd|" /C calc"!A0'))
    text = own.client().get("/queries/newest_events/rows.csv").text
    assert "'=cmd" in text
    assert not [c for row in csv.reader(io.StringIO(text)) for c in row if c.startswith("=")]


def test_queries_cannot_take_every_thread(lite: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule: while four queries run, a fifth is told to come again, and other pages go on."""
    monkeypatch.setattr(queries, "_WAIT_S", 0.01)
    for _ in range(4):
        assert queries._AT_ONCE.acquire(timeout=5)
    try:
        page = lite.get("/queries/newest_events", 503)
        assert "Try again" in page
        lite.get("/events")
    finally:
        for _ in range(4):
            queries._AT_ONCE.release()
    lite.get("/queries/newest_events")


def test_a_slow_query_is_stopped(lite: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule: the time limit of analysts' queries holds on the page too, and is said."""
    sql_file = sql.listed()[0]
    slow = "with recursive c(i) as (select 1 union all select i + 1 from c) select count(*) as n from c"
    monkeypatch.setattr(sql, "listed", lambda: [type(sql_file)("slow", slow, {}, ())])
    monkeypatch.setenv("NEWSWATCH_QUERY_TIMEOUT", "0.3")
    page = lite.get("/queries/slow", 503)
    assert "was stopped" in page
