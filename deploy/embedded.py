"""`make airflow`: Airflow on this machine with SQLite, on the sample feeds; Ctrl-C ends everything that it started.

The components are started one by one and not by `airflow standalone`: that one opens its log servers to the network.
"""

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

import psutil

from pipeline.desk import sample

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / "var" / "airflow"
BIN = Path(sys.executable).parent
COMPONENTS = (
    ("api-server",),
    ("dag-processor",),
    ("scheduler", "--skip-serve-logs"),
    ("triggerer", "--skip-serve-logs"),  # nothing of ours defers; without it the UI shows a sick component
)


def main() -> int:
    """Start all, say where to look, wait for Ctrl-C, end all."""
    HOME.mkdir(parents=True, exist_ok=True)
    port = _port(8080)
    (HOME / "passwords.json").write_text('{"admin": "admin"}', encoding="utf-8")
    watch = HOME / "watch"
    with sample.watched(watch, datetime.now(UTC)):
        environment = {**_inherited(), **_settings(port, watch)}
        running: dict[str, subprocess.Popen[bytes]] = {}
        for what in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(what, _interrupt)
        try:
            print("Preparing (half a minute the first time) …", flush=True)
            _airflow(environment, "db", "migrate")
            for name, *arguments in COMPONENTS:
                log = (HOME / f"{name}.log").open("ab")
                command = [str(BIN / "airflow"), name, *arguments]
                running[name] = subprocess.Popen(
                    command, env=environment, cwd=HOME, stdout=log, stderr=log, start_new_session=True
                )
            _wait(port, running)
            _trigger(port)
            _tell(port)
            while all(p.poll() is None for p in running.values()):
                time.sleep(1)
            ended = [name for name, p in running.items() if p.poll() is not None]
            print(f"{ended[0]} ended by itself; its log: {HOME / ended[0]}.log", flush=True)
            return 1
        except KeyboardInterrupt:
            print("\nStopping; tasks that run have half a minute …", flush=True)
            return 0
        except (subprocess.CalledProcessError, TimeoutError) as e:
            print(f"Airflow did not start: {e}", flush=True)
            return 1
        finally:
            _end(running)


def _inherited() -> dict[str, str]:
    """Give this process's environment without other Airflows' settings, and with bytecode: it halves every start."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "NEWSWATCH_", "PYTHONDONT"))}


def _settings(port: int, watch: Path) -> Mapping[str, str]:
    base = f"http://127.0.0.1:{port}"
    return {
        "AIRFLOW_HOME": str(HOME),
        "AIRFLOW__API__BASE_URL": base,
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__SECRET_KEY": secrets.token_hex(32),
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(64),
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{base}/execution/",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(HOME / "plugins"),  # none: ours comes by its entry point
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(HOME / "passwords.json"),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{HOME / 'airflow.db'}",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(HOME / "logs"),
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
        "NEWSWATCH_BASE_URL": f"{base}/newswatch",  # the links in mails lead to the page inside Airflow
        "NEWSWATCH_ALLOW_ADDRESSES": "127.0.0.1",
        "NEWSWATCH_DATABASE_URL": f"sqlite:///{HOME / 'newswatch.db'}",
        "NEWSWATCH_ENRICH": "false",  # the outlets are fictional: there are no article pages
        "NEWSWATCH_HOST_SPACING": "0",
        "NEWSWATCH_NEWS_DAYS": "30",
        "NEWSWATCH_MAIL_DIR": str(HOME / "mail"),
        "NEWSWATCH_OPERATOR": "night-desk@desk.example",  # hears of outages: try it with a mistake in the watch folder
        "NEWSWATCH_WATCH_DIR": str(watch),
    }


def _port(wanted: int) -> int:
    """Give the wanted port, or a free one when it is taken."""
    for port in (wanted, 0):
        with socket.socket() as s, contextlib.suppress(OSError):
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.bind(("127.0.0.1", port))
            return int(s.getsockname()[1])
    raise SystemExit("no free port on 127.0.0.1")


def _airflow(environment: Mapping[str, str], *arguments: str) -> None:
    with (HOME / "prepare.log").open("ab") as log:
        subprocess.run(
            [str(BIN / "airflow"), *arguments], env=dict(environment), cwd=HOME, stdout=log, stderr=log, check=True
        )


def _wait(port: int, running: Mapping[str, subprocess.Popen[bytes]]) -> None:
    end = time.monotonic() + 180
    while time.monotonic() < end:
        with contextlib.suppress(OSError, urllib.error.URLError, KeyError):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v2/monitor/health", timeout=5) as answer:
                health: dict[str, Any] = json.loads(answer.read())
            if all(health[part]["status"] == "healthy" for part in ("metadatabase", "scheduler", "dag_processor")):
                return
        dead = [name for name, p in running.items() if p.poll() is not None]
        if dead:
            raise TimeoutError(f"{dead[0]} ended; its log: {HOME / dead[0]}.log")
        time.sleep(0.5)
    raise TimeoutError(f"not healthy within three minutes; logs in {HOME}")


def _trigger(port: int) -> None:
    """Start the first run: a schedule waits for its next tick."""

    def ask(path: str, body: Mapping[str, Any], token: str = "") -> dict[str, Any]:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return dict(json.loads(answer.read()))

    token = ask("/auth/token", {"username": "admin", "password": "admin"})["access_token"]
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with contextlib.suppress(urllib.error.HTTPError):  # 404 until the DAG was read
            ask("/api/v2/dags/newswatch_ingest/dagRuns", {"logical_date": None}, token)
            return
        time.sleep(1)


def _tell(port: int) -> None:
    option = f"--database sqlite:///{HOME / 'newswatch.db'}"
    print(
        f"""
Airflow is up:    http://127.0.0.1:{port}   (log in as admin, password admin)
The DAGs run:     newswatch_ingest every five minutes, and once now; what it finds wakes the others
The events:       http://127.0.0.1:{port}/newswatch/events, or "News events" in Airflow's navigation
Mails land in:    {HOME / "mail"}
The watch folder: {HOME / "watch"}
The store:        .venv/bin/newswatch events list {option}
Logs:             {HOME}/*.log, and {HOME / "logs"} for tasks

Ctrl-C ends it.""",
        flush=True,
    )


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _end(running: Mapping[str, subprocess.Popen[bytes]]) -> None:
    """End the components in turn, each with its children; what does not go within half a minute is killed."""
    for what in (signal.SIGINT, signal.SIGTERM):
        signal.signal(what, signal.SIG_IGN)
    family = [c for p in running.values() for c in _children(p.pid)]
    # In this order, each to its end: a task that still runs under the scheduler asks the api-server until it is done.
    for name in ("scheduler", "triggerer", "dag-processor", "api-server"):
        if name in running and running[name].poll() is None:
            running[name].terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                running[name].wait(30)
    for p in running.values():
        with contextlib.suppress(ProcessLookupError):
            os.killpg(p.pid, signal.SIGKILL)
        p.wait()
    for child in family:
        with contextlib.suppress(psutil.Error):
            child.kill()
    psutil.wait_procs(family, timeout=5)


def _children(pid: int) -> list[psutil.Process]:
    with contextlib.suppress(psutil.Error):
        return list(psutil.Process(pid).children(recursive=True))
    return []


if __name__ == "__main__":
    sys.exit(main())
