"""One Airflow for all DAG tests: its home in a temporary folder, its metadata in SQLite, set before it is imported."""

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOME = Path(tempfile.mkdtemp(prefix="newswatch-airflow-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)

# Airflow reads these when it is imported: here, before any test module can do so.
os.environ |= {
    "AIRFLOW_HOME": str(HOME),
    "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{HOME / 'airflow.db'}",
    "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(HOME / "logs"),
    "AIRFLOW__API_AUTH__JWT_SECRET": "a secret for tests only, of no less than sixty-four bytes, as Airflow asks it",
}


# A Python that loaded Airflow and nothing of ours, and forks for each piece of code that it is given.
FORKS = """
import json, os, sys, traceback
import airflow.sdk
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        os.dup2(1, 2)
        code, environment = json.loads(line)
        os.environ.clear()
        os.environ.update(environment)
        status = 1
        try:
            exec(code, {"__name__": "__main__"})
            status = 0
        except BaseException:
            traceback.print_exc()
        sys.stdout.flush()
        os._exit(status)
    print("\\n\\4", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
Fresh = Callable[..., str]


@pytest.fixture(scope="module")
def fresh() -> Iterator[Fresh]:
    """Run code in a Python of its own that knows Airflow (its import is dear: once a module); give what it said."""
    command = [sys.executable, "-c", FORKS]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:

        def run(code: str, **more: str) -> str:
            assert server.stdin and server.stdout
            print(json.dumps([code, os.environ | more]), file=server.stdin, flush=True)
            said = []
            while (line := server.stdout.readline())[:1] not in ("", "\4"):
                said.append(line)
            assert line == "\4 0\n", said
            return "".join(said)

        yield run
        server.stdin.close()


@pytest.fixture(scope="session")
def airflow_home() -> Path:
    """Give the home of an Airflow whose metadata database stands, with our pools."""
    from airflow.utils.db import initdb
    from newswatch import pools

    initdb()
    pools.ensure("newswatch", "energy")
    return HOME


@pytest.fixture(scope="session")
def bag(airflow_home: Path) -> Any:
    """Give all DAGs as Airflow reads them."""
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(ROOT / "dags", bundle_name="dags-folder")


@pytest.fixture
def sample_watch(tmp_path: Path) -> Iterator[Path]:
    """Serve the sample feeds, and give a watch folder that points at them."""
    from pipeline.desk import sample
    from tests.samples import write_few

    with sample.serve() as port:
        write_few(tmp_path / "watch", port, sample.weeks_to(datetime.now(UTC)))
        yield tmp_path / "watch"


@pytest.fixture(scope="session")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a SQLite file as the DAG `ingest` leaves it on the sample feeds (`test_run.py` shows that it does)."""
    from pipeline.desk import sample
    from pipeline.settings import Settings
    from pipeline.steps import perform
    from tests.samples import write_few

    folder = tmp_path_factory.mktemp("ingested")
    with sample.serve() as port:
        write_few(folder / "watch", port, sample.weeks_to(datetime.now(UTC)))
        settings = Settings(
            database_url=f"sqlite:///{folder / 'newswatch.db'}", watch_dir=folder / "watch", host_spacing=0,
            allow_addresses=("127.0.0.1",), news_days=30, host_concurrency=8, enrich=False, encoder="none",
        )  # fmt: skip
        for step in ("sync", "fetch", "parse", "detect", "match"):
            perform(step, settings, datetime.now(UTC))
    return folder / "newswatch.db"


@pytest.fixture
def environment(sample_watch: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Set newswatch's settings for tasks: the sample feeds, a database and a mail folder under a name of their own."""

    def use(name: str, store: Path | None = None, **more: str) -> Path:
        if store is not None:  # one that stands: a copy of it
            shutil.copyfile(store, tmp_path / f"{name}.db")
        values = {
            "watch_dir": str(sample_watch),
            "database_url": f"sqlite:///{tmp_path / name}.db",
            "mail_dir": str(tmp_path / name),
            "allow_addresses": "127.0.0.1",
            "host_spacing": "0",
            "news_days": "30",
            "host_concurrency": "8",
            "enrich": "false",
            "encoder": "none",  # what the steps find is not the question here, and encoders cost a second a step
        } | more
        for key, value in values.items():
            monkeypatch.setenv(f"NEWSWATCH_{key.upper()}", value)
        return tmp_path / name

    return use
