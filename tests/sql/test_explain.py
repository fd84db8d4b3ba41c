"""The main queries look things up by index; none reads all stories, fetches or facts (60,000 stories, analyzed)."""

import re
from collections.abc import Iterator

import pytest

from pipeline import store
from pipeline.store.sql import query
from tests.databases import migrated
from tests.sql import bulk
from tests.sql.main_queries import main_queries, plan

STORIES = 60_000
BIG = {
    "stories",
    "matches",
    "match_entities",
    "refused_entities",
    "former_titles",
    "facts",
    "event_stories",
    "event_history",
    "sightings",
    "alerts",
    "deliveries",
}
NAMES = sorted(main_queries(1, 1))
SCAN = re.compile(r"^SCAN (\w+)|Seq Scan on (\w+)")
NAMED = re.compile(r"(?:from|join) (\w+) as (\w+)")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def big(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A store that is large enough for a planner to prefer its indexes."""
    url = migrated(request, request.param, tmp_path_factory.mktemp("bulk"), "bulk")
    with store.begin(url) as db:
        bulk.fill(db, STORIES)
    yield url


@pytest.mark.parametrize("name", NAMES)
def test_a_main_query_uses_its_indexes(big: str, name: str) -> None:
    """What is asked all day must not grow with history."""
    lines = plan(big, main_queries(STORIES // 100, STORIES // 2)[name])
    assert scanned(query_text(name), lines) == [], "\n".join(lines)


def query_text(name: str) -> str:
    return main_queries(STORIES // 100, STORIES // 2)[name]


def scanned(text: str, lines: list[str]) -> list[str]:
    """Name the big tables that a plan reads whole; SQLite's plans give aliases, which the views explain."""
    view = next(s for s in query.shipped("views") if f"from {s.name}" in text)
    tables: dict[str, set[str]] = {}
    for table, alias in NAMED.findall(view.text):
        tables.setdefault(alias, set()).add(table)
    found = [m.group(1) or m.group(2) for line in lines for m in SCAN.finditer(line.strip())]
    return [name for name in found if ({name} | tables.get(name, set())) & BIG]


def test_a_scan_is_noticed(big: str) -> None:
    """The test can fail: counting every judged story reads them all."""
    assert scanned("select 1 from story_matches", plan(big, "select count(summary) from stories")) == ["stories"]
    slow = "select * from story_matches where title like '%x%'"
    assert scanned(slow, plan(big, slow)) != []
