"""Asking in one's own words: statements, parameters, what is no parameter, and what a reader may not do."""

from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ConfigError, NotFoundError, StoreError
from pipeline.store.sql import headers, query


def rows(url: str, text: str, **params: str) -> list[tuple[Any, ...]]:
    with query.ask(url, headers.parse("asked", text), 30, params) as answer:
        return list(answer.rows)


@pytest.mark.parametrize(
    ("text", "params", "expected"),
    [
        (r"select 'a\b' as x", {}, [("a\\b",)]),  # a backslash is a backslash
        (r"select 1 as x where '50%' like '50\%' escape '\'", {}, [(1,)]),
        (r"select 1 as x where 'a_b' like 'a\_b' escape '\'", {}, [(1,)]),
        ("select '12:30' as x", {}, [("12:30",)]),  # colons of times, texts, comments and names are none of parameters
        ("select ' :name ' as x -- :nor_this\n", {}, [(" :name ",)]),
        ("/* :nor_this 100% */ select 'it''s :not' as x", {}, [("it's :not",)]),
        ('select 1 as ":col"', {}, [(1,)]),
        ("select '100%' as x, 7 % 4 as y", {}, [("100%", 3)]),
        ("select '%s %(x)s' as x", {}, [("%s %(x)s",)]),
        ("select :a + :b as x", {"a": "2", "b": "3"}, [(5,)]),
        ("select 'x' as x where 'de' = :lang", {"lang": "de"}, [("x",)]),
        (
            "select 'x' as x where '7' = :code",
            {"code": '"7"'},
            [("x",)],
        ),  # quoted: a text though it looks like a number
        ("select :a as x, '%' as y", {"a": "1.5"}, [(1.5, "%")]),
        ("-- params: days = 7\nselect :days + 0 as x", {}, [(7,)]),
        ("-- params: days = 7\nselect :days + 0 as x", {"days": "9"}, [(9,)]),
        ("select 'x' as x where 'a' = :q", {"q": "a' or '1'='1"}, []),  # a value is never SQL
    ],
)
def test_a_statement_means_what_it_says(
    database_url: str, text: str, params: dict[str, str], expected: list[tuple[Any, ...]]
) -> None:
    """Rule: what is asked reaches the database unchanged, parameters aside, on both databases alike."""
    assert rows(database_url, text, **params) == expected


def test_parameters_that_are_missing_or_unknown_are_named(sqlite_url: str) -> None:
    """Rule: a wrong parameter is one sentence with its name."""
    with pytest.raises(ConfigError, match=r"asks for day.*--param day="):
        rows(sqlite_url, "select :day as x")
    with pytest.raises(ConfigError, match="no parameter dya; it has day"):
        rows(sqlite_url, "select :day as x", day="1", dya="2")
    with pytest.raises(ConfigError, match=r"has no parameter x$"):
        rows(sqlite_url, "select 1 as one", x="2")


def test_what_is_meant_is_found_or_guessed() -> None:
    """Rule: a statement is a query; a mistyped name gets the nearest ones, a strange one the whole list."""
    assert query.find("  select 1 as x").text == "  select 1 as x"
    assert "from a" in query.find("-- why\nwith a as (select 1 as x) select x from a").text
    assert query.find("newest_events").name == "newest_events"
    with pytest.raises(NotFoundError, match="did you mean newest_events"):
        query.find("newest_event")
    with pytest.raises(NotFoundError, match="did you mean event_overview"):
        query.view("event_overwiew")
    with pytest.raises(NotFoundError, match="the queries are: "):
        query.find("zzzz")


def test_asking_opens_no_other_file(sqlite_url: str, tmp_path: Path) -> None:
    """Rule: a read-only query makes nothing: `attach` is refused, and no file appears."""
    other = tmp_path / "other.db"
    for text in (f"attach '{other}' as other", f"attach database 'file:{other}?mode=rwc' as other", "detach main"):
        with pytest.raises(StoreError):
            rows(sqlite_url, text)
    assert not other.exists()
