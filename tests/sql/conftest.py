"""One seeded store of each kind for all tests of this folder: they only read it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from pipeline import store
from tests.databases import migrated
from tests.sql.seed import Clock, fill


@dataclass(frozen=True)
class Seeded:
    """A seeded store: where it is, and the days that its rows hang on."""

    url: str
    clock: Clock
    kind: str


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def seeded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeded]:
    """A seeded store, once on SQLite and once on PostgreSQL."""
    url = migrated(request, request.param, tmp_path_factory.mktemp("sql"), "seeded")
    with store.begin(url) as db:
        clock = fill(db, datetime.now(UTC))
    yield Seeded(url, clock, request.param)


@pytest.fixture
def own(database_url: str) -> Seeded:
    """A seeded store of one's own, to break."""
    with store.begin(database_url) as db:
        clock = fill(db, datetime.now(UTC))
    return Seeded(database_url, clock, database_url.partition(":")[0].partition("+")[0])
