"""An Airflow that was there first: a team's Python, home, DAGs and modules, started as processes of this machine."""

import contextlib
import os
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
import urllib.error
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil

from tests.e2e.rest import Rest
from tests.e2e.servers import free_port, until

ROOT = Path(__file__).resolve().parents[2]
UV = Path(sys.executable).parent / "uv"
DATA = Path(__file__).parent / "data"

CONFIG = """\
[core]
dags_folder = {home}/dags
plugins_folder = {home}/plugins
executor = LocalExecutor
parallelism = 8
load_examples = False
fernet_key = {fernet}
execution_api_server_url = http://127.0.0.1:{port}/execution/
simple_auth_manager_users = anna:admin,vera:viewer
simple_auth_manager_passwords_file = {home}/passwords.json
[database]
sql_alchemy_conn = sqlite:///{home}/airflow.db
[api]
host = 127.0.0.1
port = {port}
base_url = http://127.0.0.1:{port}
secret_key = {secret}
[api_auth]
jwt_secret = {secret}{secret}
[logging]
base_log_folder = {home}/logs
"""


class Python:
    """A Python environment of the team's: Airflow with the SQLAlchemy that its official image has, and no newswatch."""

    def __init__(self, folder: Path, version: str) -> None:
        self.folder = folder
        _run(UV, "venv", "--quiet", "--clear", folder)
        self._install(f"apache-airflow=={version}", "sqlalchemy<2.1")
        self.theirs = self.held()

    def held(self) -> set[str]:
        """List what is installed, as NAME==VERSION."""
        return set(_run(UV, "pip", "freeze", "--python", self.folder / "bin" / "python").split())

    def add(self, wheel: Path) -> None:
        """Install newswatch from its wheel, with what the team has as constraints."""
        pins = self.folder / "constraints.txt"
        pins.write_text("\n".join(sorted(self.theirs)) + "\n", encoding="utf-8")
        self._install("--constraint", str(pins), str(wheel))

    def _install(self, *what: str) -> None:
        python = self.folder / "bin" / "python"
        _run(UV, "pip", "install", "--quiet", "--compile-bytecode", "--python", python, *what)


def wheel(folder: Path) -> Path:
    """Build newswatch's wheel from this checkout."""
    _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    return next(folder.glob("*.whl"))


def settle_in(home: Path, port: int) -> None:
    """Write the team's home: configuration, DAGs, modules and a plugin."""
    shutil.copytree(DATA / "dags", home / "dags")
    shutil.copytree(DATA / "plugins", home / "plugins")
    fernet = urlsafe_b64encode(os.urandom(32)).decode()
    said = CONFIG.format(home=home, port=port, fernet=fernet, secret=secrets.token_hex(32))
    (home / "airflow.cfg").write_text(said, encoding="utf-8")
    (home / "passwords.json").write_text('{"anna": "anna", "vera": "vera"}', encoding="utf-8")


def moved_in(home: Path, copy: Path) -> None:
    """Copy a home that stands still to another place, where its own paths lead."""
    shutil.copytree(home, copy, ignore=shutil.ignore_patterns("logs", "__pycache__", "*.log"))
    path = copy / "airflow.cfg"
    path.write_text(path.read_text(encoding="utf-8").replace(str(home), str(copy)), encoding="utf-8")


class Airflow(Rest):
    """The components of an Airflow in this home, by this Python; a context manager.

    `more` is added to their environment.
    """

    def __init__(self, home: Path, python: Python, **more: str) -> None:
        super().__init__(free_port())
        self.home = home
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "NEWSWATCH_", "PYTHONDONT"))}
        base = f"http://127.0.0.1:{self.port}"
        self.environment = kept | {
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__API__PORT": str(self.port),
            "AIRFLOW__API__BASE_URL": base,
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{base}/execution/",
            "PATH": f"{python.folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "TMPDIR": str(home),
            **more,
        }
        self._processes: list[subprocess.Popen[bytes]] = []

    def run(self, *command: str) -> str:
        """Run a command of this Airflow's environment to its end; give what it prints."""
        return _run(*command, env=self.environment, cwd=self.home)

    def __enter__(self) -> "Airflow":
        try:
            self.run("airflow", "db", "migrate")
            for name in ("api-server", "dag-processor", "scheduler"):
                log = (self.home / f"{name}.log").open("ab")
                command = ["airflow", name, *(["--skip-serve-logs"] if name == "scheduler" else [])]
                self._processes.append(
                    subprocess.Popen(
                        command, env=self.environment, cwd=self.home, stdout=log, stderr=log, start_new_session=True
                    )
                )
            until(self._is_up, 120, "every component is healthy")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        family = [c for p in self._processes for c in _children(p.pid)]
        for process in reversed(self._processes):  # the scheduler first: its tasks ask the api-server until they end
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(30)
        for process in self._processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        for child in family:
            with contextlib.suppress(psutil.Error):
                child.kill()

    def _is_up(self) -> bool:
        try:
            self.sign_in("anna", "anna")
            health = self.get("/api/v2/monitor/health")
        except (OSError, KeyError, urllib.error.HTTPError):
            return False
        return all(health[part]["status"] == "healthy" for part in ("metadatabase", "scheduler", "dag_processor"))

    def dags(self) -> set[str]:
        """List the DAGs that are there."""
        return {d["dag_id"] for d in self.get("/api/v2/dags?limit=100")["dags"]}

    def errors(self) -> list[str]:
        """List the import errors."""
        return [e["stack_trace"] for e in self.get("/api/v2/importErrors")["import_errors"]]

    def unpause(self, *dag_ids: str) -> None:
        """Set DAGs going."""
        for dag_id in dag_ids:
            self.patch(f"/api/v2/dags/{dag_id}", {"is_paused": False})

    def state(self, dag_id: str, run_id: str) -> str:
        """Give the state of a run."""
        return str(self.get(f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")["state"])

    def ends(self, dag_id: str, run_id: str, seconds: float = 90) -> str:
        """Wait for the end of a run; give its state."""
        until(lambda: self.state(dag_id, run_id) in {"success", "failed"}, seconds, f"{dag_id} {run_id} ends")
        return self.state(dag_id, run_id)

    def story(self) -> str:
        """Tell what happened, for a test that failed."""
        logs = [*sorted(self.home.glob("*.log")), *sorted((self.home / "logs").rglob("attempt=*.log"))]
        return "\n".join(f"--- {p.name} {p.parent.name}\n{p.read_text(errors='replace')[-1500:]}" for p in logs)


# What a team has in its metadata database, and nobody else may change: all rows, or the columns that stay the same
# while DAGs are read anew.
THEIRS: Mapping[str, str] = {
    "tables": "select name, sql from sqlite_master where name not like 'sqlite_%'",
    "pools": "select * from slot_pool",
    "connections": "select * from connection",
    "variables": "select * from variable",
    "dags": """
        select dag_id, is_paused, is_stale, timetable_summary, max_active_runs, owners, bundle_name, relative_fileloc
        from dag""",
    "runs": "select * from dag_run",
    "tasks": "select * from task_instance",
    "code": "select dag_id, source_code_hash from dag_code",
}


def held(home: Path) -> dict[str, set[tuple[Any, ...]]]:
    """Read what stands in a team's metadata database."""
    with contextlib.closing(sqlite3.connect(f"file:{home / 'airflow.db'}?mode=ro", uri=True)) as db:
        return {name: set(db.execute(query)) for name, query in THEIRS.items()}


def _children(pid: int) -> list[psutil.Process]:
    with contextlib.suppress(psutil.Error):
        return list(psutil.Process(pid).children(recursive=True))
    return []


def _run(*command: str | Path, **how: Any) -> str:
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False, **how)
    assert done.returncode == 0, f"{command}: {done.stdout[-2000:]} {done.stderr[-3000:]}"
    return done.stdout
