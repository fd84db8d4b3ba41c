"""SQL of one's own: read-only, bounded, for who is signed in, with nothing secret or of persons in sight."""

import json
from collections.abc import Iterator
from urllib.parse import urlencode

import psycopg
import pytest
import sqlalchemy as sa

from pipeline import errors
from pipeline.desk import database
from pipeline.settings import Settings, load
from pipeline.store.sql import own
from pipeline.store.sql.dictionary import PERSONAL, SECRET
from pipeline.store.sql.query import shipped
from tests.databases import migrated, new_postgres
from tests.web.conftest import NOW, TOKEN, Site, seed
from tests.web.test_desk import sign_in

ROLE = "analyst_of_own"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def asked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str | None]]:
    """A seeded store of each kind, and the address of the analysts' role where there are roles."""
    if request.param == "sqlite":
        url = migrated(request, "sqlite", tmp_path_factory.mktemp("own"))
        seed(url)
        yield url, None
        return
    url = migrated(request, "postgresql", tmp_path_factory.mktemp("own"), "own_sql")
    seed(url)
    database.grant_analyst(Settings(database_url=url), ROLE, 60)
    yield url, sa.make_url(url).set(username=ROLE).render_as_string(hide_password=False)
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as db:
        db.execute(f"drop owned by {ROLE}")  # type: ignore[call-overload]
        db.execute(f"drop role {ROLE}")  # type: ignore[call-overload]


def run(asked: tuple[str, str | None], text: str, **params: str) -> list[tuple[object, ...]]:
    with own.ask(*asked, text, 10, params) as answer:
        return list(answer.rows)


def test_views_are_read_with_parameters(asked: tuple[str, str | None]) -> None:
    """Rule: what the views show can be asked in any way: joined, counted, in subqueries, with parameters."""
    wanted = "select count(*) from event_overview where level >= :level"
    assert run(asked, wanted, level="1") >= run(asked, wanted, level="3")
    assert run(asked, "with x as (select event_id from event_overview) select count(*) from x;")[0][0]
    assert run(asked, "select e.title, a.why from alert_log as a join event_overview as e using (event_id)")
    for sql_file in shipped("views"):
        run(asked, f"select * from {sql_file.name}")


def hidden() -> list[str]:
    """Statements that would tell a secret, or something of a person, each by another way."""
    columns = [*PERSONAL, *SECRET]
    plain = [f"select {c.partition('.')[2]} from {{}}{c.partition('.')[0]}" for c in columns]
    return [
        *plain,
        "select * from {}meta",
        "with event_overview as (select * from {}meta) select * from event_overview",
        "select (select value from {}meta limit 1) as v from event_overview",
        "select count(*) from event_overview where exists (select 1 from {}meta where value like 'a%')",
        "select count(*) from {}meta",
    ]


@pytest.mark.parametrize("text", hidden())
def test_nothing_secret_is_in_sight(asked: tuple[str, str | None], text: str) -> None:
    """Rule: no column that the dictionary calls personal or secret, whatever the statement calls its tables."""
    for schema in ("", "newswatch." if asked[1] else "main."):
        with pytest.raises(errors.StoreError):
            run(asked, text.format(schema))


@pytest.mark.parametrize(
    "text",
    [
        "delete from stories",
        "update events set title = 'x'",
        "attach 'x.db' as y",
        "pragma table_info(meta)",
        "",
        "explain select 1",
        "with x as (select 1) insert into labels (story_id, level) select 1, 1",
        "select load_extension('x')",
        "select * from pragma_table_info('meta')",
        "select pg_sleep(60), writefile('x', 'y')",
        "values (1); delete from stories",
    ],
)
def test_nothing_is_done_but_reading(asked: tuple[str, str | None], text: str) -> None:
    """Rule: no writing, no other files, no settings, one statement."""
    with pytest.raises((errors.StoreError, errors.ConfigError)):
        run(asked, text)
    assert run(asked, "select count(*) from event_overview")[0][0]


def test_a_statement_is_stopped(asked: tuple[str, str | None]) -> None:
    """Rule: time is bounded, whatever is asked."""
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"
    with pytest.raises(errors.SlowError), own.ask(*asked, endless, 0.3, {}) as answer:
        list(answer.rows)


def test_the_page_is_for_who_is_signed_in(lite: Site) -> None:
    """Rule: readers are told nothing; a statement has its permalink, JSON and CSV; a fault is told to the desk."""
    text = "select event_id, title, '=1' as odd from event_overview where level >= :level order by 1"
    path = "?" + urlencode({"sql": text, "level": 3})
    assert lite.client().get(f"/sql{path}").status_code == 404
    assert lite.client(token=TOKEN).get(f"/sql{path}").headers["location"] == "/sign-in"
    client = sign_in(lite)
    page = client.get(f"/sql{path}")
    assert page.status_code == 200 and 'value="3"' in page.text and 'href="/events/1"' in page.text
    assert json.loads(client.get(f"/sql.json{path}").text)["columns"] == ["event_id", "title", "odd"]
    sql_file = client.get(f"/sql.csv{path}")
    assert sql_file.headers["content-type"].startswith("text/csv") and ",'=1" in sql_file.text
    assert '<input id="p-level"' in client.get("/sql?" + urlencode({"sql": text})).text
    wrong = client.get("/sql?" + urlencode({"sql": "select nothing_such from event_overview"}))
    assert wrong.status_code == 400 and "nothing_such" in wrong.text
    assert client.get("/sql").status_code == 200


def test_without_the_analysts_role_postgresql_says_what_to_do(postgres_url: str) -> None:
    """Rule: the page's own role reads addresses, so it never runs what somebody writes."""
    url = new_postgres(postgres_url, "own_none")
    with pytest.raises(errors.ConfigError, match="NEWSWATCH_ANALYST_URL"), own.ask(url, None, "select 1", 1):
        pass
    assert load(database_url=url).analyst_url is None
    assert NOW


def test_a_shipped_query_takes_its_parameters(lite: Site) -> None:
    """Rule: a query's parameters are fields with their defaults, and stand in the links to CSV and JSON."""
    page = lite.get("/queries/thread_of_event")
    assert '<input id="p-event" name="event" value="1"' in page
    assert lite.client().get("/queries/thread_of_event.json?event=3").json()["columns"]
    assert "rows.csv?event=3" in lite.get("/queries/thread_of_event?event=3")
