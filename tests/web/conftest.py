"""The page over a seeded store of each kind, asked as a browser would, without a network."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from pipeline import store
from pipeline.settings import load
from pipeline.store import tables as t
from pipeline.web import create_app
from tests.databases import migrated
from tests.newsroom import Newsroom
from tests.sql.seed import fill

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
TOKEN = "the-token-of-the-desk"


@dataclass
class Site:
    """A store with the page in front of it."""

    url: str
    now: datetime = NOW
    apps: dict[Any, Any] = field(default_factory=dict)  # each made once: they remember nothing

    def client(self, token: str | None = None, embedded: bool = False, **more: Any) -> TestClient:
        """Give a browser without memory of other clients; `token` lets it correct."""
        key = (token, embedded, *more.items())
        if key not in self.apps:
            settings = load(database_url=self.url, web_token=token, encoder="none", log_format="quiet")
            self.apps[key] = create_app(settings, lambda: self.now, embedded=embedded, **more)
        return TestClient(
            self.apps[key], base_url="http://127.0.0.1:8321", follow_redirects=False, raise_server_exceptions=False
        )

    def get(self, path: str, status: int = 200) -> str:
        """Give a page's text; its status must be what the test expects."""
        answer = self.client().get(path)
        assert answer.status_code == status, answer.text[:2000]
        return answer.text


def seed(url: str, now: datetime = NOW) -> Site:
    """Fill an empty store as the SQL tests do, with the titles in every language that clustering writes."""
    with store.begin(url) as db:
        fill(db, now)
        told: dict[int, dict[str, str]] = {}
        query = sa.select(t.event_stories.c.event_id, t.stories.c.language, t.stories.c.title)
        for r in db.execute(
            query.join(t.stories, t.stories.c.id == t.event_stories.c.story_id).order_by(t.stories.c.id)
        ):
            told.setdefault(r.event_id, {}).setdefault(r.language, r.title)
        for event, titles in told.items():
            db.execute(sa.update(t.events).where(t.events.c.id == event).values(titles=titles))
    return Site(url, now)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A page to read only, once on each kind of database."""
    return seed(migrated(request, request.param, tmp_path_factory.mktemp("web"), "web"))


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def fresh(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The same, of today: queries ask the database's own clock for the last days."""
    return seed(migrated(request, request.param, tmp_path_factory.mktemp("fresh"), "web_fresh"), datetime.now(UTC))


@pytest.fixture(scope="session")
def lite(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A page to read only, where the kind of database does not matter."""
    return seed(migrated(request, "sqlite", tmp_path_factory.mktemp("lite")))


@pytest.fixture
def own(sqlite_url: str) -> Site:
    """A page over a seeded store of one's own, to break."""
    return seed(sqlite_url)


@pytest.fixture
def newsroom(database_url: str) -> Newsroom:
    """An empty store to write stories and events into, once on each kind of database."""
    return Newsroom(database_url)
