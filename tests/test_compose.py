"""The compose file says what it means, and the image holds what it starts: seen without docker.

Checked against its schema, its own references, the process tests, and a wheel built as the Dockerfile builds it.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
EXAMPLE = dict(
    line.split("=", 1)
    for line in (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
)
DOCKER = (ROOT / "Dockerfile").read_text(encoding="utf-8")
OURS = [n for n, s in SERVICES.items() if str(s["image"]).startswith("newswatch:")]


def test_schema() -> None:
    """Rule: unknown keys and wrong types are found here, not on the host."""
    command = [str(Path(sys.executable).parent / "check-jsonschema"), "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*command, "docker-compose.yml"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_references_exist() -> None:
    """Rule: what a service names (service, network, volume, file) is there."""
    for name, service in SERVICES.items():
        depends = service.get("depends_on", {})
        for other, how in depends.items():
            assert other in SERVICES, name
            if how["condition"] == "service_healthy":
                assert "healthcheck" in SERVICES[other], f"{name} waits for the health of {other}"
        for network in service.get("networks", []):
            assert network in COMPOSE["networks"], name
        for volume in service.get("volumes", []):
            if isinstance(volume, dict):
                assert volume["type"] == "bind", name
                assert volume["bind"]["create_host_path"] is False, "a folder that is missing is said, not made"
                continue
            source = volume.split(":")[0]
            assert not source.startswith("$"), f"{volume}: could read as a volume's name; use the long syntax"
            if source.startswith("./"):
                assert (ROOT / source).exists(), volume
            else:
                assert source in COMPOSE["volumes"], volume


def test_durations_read_as_durations() -> None:
    """Rule: 30 and "30" are not times; "30s" is."""
    found = re.findall(r"(?:interval|timeout|start_period|stop_grace_period): *(\S+)", TEXT)
    assert len(found) > 10
    assert [d for d in found if not re.fullmatch(r"\d+(s|m|h)", d)] == []


def test_images_are_pinned() -> None:
    """Rule: the same file gives the same system next year; the base of our image too."""
    images = [str(s["image"]) for s in SERVICES.values() if s not in [SERVICES[n] for n in OURS]]
    images += re.findall(r"^FROM (\S+)", DOCKER, re.M)
    for image in images:
        assert re.search(r":v?\d+\.\d+\.\d+|:\d+\.\d+-", image), image
        assert "latest" not in image
        assert re.search(r"@sha256:[0-9a-f]{64}$", image), image
    bases = re.findall(r"^FROM (\S+)", DOCKER, re.M)
    assert len(set(bases)) == 1
    assert DOCKER.count("--require-hashes") == 2


def test_every_variable_is_in_the_example_and_no_secret_is() -> None:
    """Rule: `cp .env.example .env` shows all there is to fill in, and holds no secret itself."""
    used = set(re.findall(r"\$\{(\w+)", TEXT))
    taken = {k for k, v in COMPOSE["x-newswatch"]["environment"].items() if v is None}  # by name, when they are there
    assert used <= set(EXAMPLE) <= used | taken
    assert {k: v for k, v in EXAMPLE.items() if re.search("PASSWORD|SECRET|KEY", k) and v} == {}
    for name in used:
        if re.search("PASSWORD|SECRET|KEY", name):
            assert f"${{{name}:?" in TEXT, f"{name} must be asked for, not guessed"
    assert not (ROOT / ".env").exists() or ".env" in (ROOT / ".gitignore").read_text(encoding="utf-8")


def test_ports_are_local() -> None:
    """Rule: nothing is open to the network until somebody decides so."""
    ports = [p for s in SERVICES.values() for p in s.get("ports", [])]
    assert ports
    assert all(p.startswith("127.0.0.1:") for p in ports)


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_service_is_bounded(name: str) -> None:
    """Rule: a service has limits of memory and processor, starts again, and ours own nothing that they need not."""
    service = SERVICES[name]
    if name != "init":
        assert {"cpus", "memory"} <= set(service["deploy"]["resources"]["limits"])
        assert service["restart"] == "unless-stopped"
        assert "healthcheck" in service
    if name in OURS:
        assert service["user"] == "50000:0"
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]


def test_settings_are_settings() -> None:
    """Rule: every variable for us is one that the program reads, every one for Airflow an option that it has."""
    from pipeline.settings import Settings

    environment = COMPOSE["x-newswatch"]["environment"]
    ours = {k.removeprefix("NEWSWATCH_").lower() for k in environment if k.startswith("NEWSWATCH_")}
    assert ours == set(Settings.model_fields) - {"mail_dir"}, "every setting can be given through .env"
    code = (
        "import sys\nfrom airflow.configuration import retrieve_configuration_description as read\n"
        "known = read(include_providers=True)\n"
        "for name in sys.argv[1:]:\n"
        "    section, key = name.removeprefix('AIRFLOW__').lower().split('__', 1)\n"
        "    if key not in known.get(section, {}).get('options', {}): print(name)\n"
    )
    names = [k for k in environment if k.startswith("AIRFLOW__")]
    done = subprocess.run([sys.executable, "-c", code, *names], capture_output=True, text=True, check=True)
    assert [line for line in done.stdout.splitlines() if line.startswith("AIRFLOW__")] == []


def test_the_page_knows_nothing_of_airflow() -> None:
    """Rule: what readers reach holds newswatch's variables only, and no volume of Airflow's."""
    page = SERVICES["page"]
    assert {k for k in page["environment"] if not k.startswith("NEWSWATCH_")} == set()
    everything = COMPOSE["x-newswatch"]["environment"]
    url = page["environment"]["NEWSWATCH_DATABASE_URL"]
    assert "newswatch_page:${PAGE_DB_PASSWORD:?" in url, "a role that reads, and cannot change what the news was"
    assert page["environment"].items() <= (everything | {"NEWSWATCH_DATABASE_URL": url}).items()
    assert not {"NEWSWATCH_SMTP_URL", "NEWSWATCH_OPERATOR"} & set(page["environment"])
    assert [v["target"] for v in page["volumes"]] == ["/watch"]
    assert not any(k.startswith("NEWSWATCH_") for k in SERVICES["tidy"]["environment"])


def test_what_runs_tasks_waits_for_the_api_server() -> None:
    """Rule: a task asks the api-server for all it needs; one that starts before fails for nothing."""
    for name in ("scheduler", "worker"):
        assert SERVICES[name]["depends_on"]["api-server"] == {"condition": "service_healthy"}
        assert SERVICES[name]["depends_on"].items() >= COMPOSE["x-newswatch"]["depends_on"].items()


def test_the_process_test_runs_what_stands_here() -> None:
    """Rule: commands and variables are exercised by tests/e2e, so that this file can not rot."""
    cluster = (ROOT / "tests" / "e2e" / "cluster.py").read_text(encoding="utf-8")
    assert 'COMPOSE["services"]' in cluster
    assert '["x-newswatch"]["environment"]' in cluster
    for name in OURS:
        assert SERVICES[name]["command"], name


# ------------------------------------------------------------------------------------------------------------ image


def _copies() -> list[tuple[list[str], str]]:
    """List what the Dockerfile copies from this folder: sources and where to, in its order."""
    lines = re.findall(r"^COPY (?!--from)(?:--\S+ )*(.+)$", DOCKER, re.M)
    return [(parts[:-1], parts[-1]) for parts in map(str.split, lines)]


def _tracked(*folders: str) -> list[str]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout: what belongs to the program is not known")
    done = subprocess.run(["git", "ls-files", "-z", *folders], cwd=ROOT, capture_output=True, text=True, check=True)
    return [f for f in done.stdout.split("\0") if f and (ROOT / f).is_file()]


def test_what_the_image_takes_is_there() -> None:
    """Rule: every source of a COPY exists, and .dockerignore lets it in."""
    ignore = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in ignore
    allowed = {line.removeprefix("!") for line in ignore if line.startswith("!")}
    sources = {source for many, _ in _copies() for source in many}
    for source in sources:
        assert (ROOT / source).exists(), source
    assert {source.split("/")[0] for source in sources} == allowed


def test_what_is_started_is_in_the_image() -> None:
    """Rule: each path below /app that the compose file or a script names is copied there."""
    into = {where: sources[0] for sources, where in _copies() if where.startswith("/app/")}
    scripts = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "deploy").glob("*.sh"))
    paths = set(re.findall(r"/app/[\w./-]*\w", TEXT + scripts))
    assert {"/app/dags", "/app/deploy/tidy.sh"} <= paths
    for path in paths - {"/app/dags"}:  # a link to what the wheel brings
        folder = "/".join(path.split("/")[:3])
        assert (ROOT / into[folder] / path.removeprefix(folder).lstrip("/")).exists(), path


def test_the_wheel_is_complete(tmp_path: Path) -> None:
    """Rule: built from what the Dockerfile copies and nothing else, the package has all its files, SQL and data."""
    context = tmp_path / "src"
    context.mkdir()
    for sources, where in _copies():
        for source in sources if not where.startswith("/") else []:
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, context / where, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / source, context / where)
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    done = subprocess.run(build, cwd=context, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    held = set(zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist())
    wanted = set(_tracked("pipeline")) | {f"pipeline/{f}" for f in _tracked("sql")}
    wanted |= {f.removeprefix("dags/") for f in _tracked("dags")}
    assert "newswatch/.airflowignore" in wanted
    assert any(f.startswith("pipeline/data/watch/") for f in wanted)
    assert wanted - held == set()


# ------------------------------------------------------------------------------------------------------------- tidy

TIDY = ("sh", str(ROOT / "deploy" / "tidy.sh"))


def _upkeep(home: Path, **more: str) -> dict[str, str]:
    """Make an Airflow home with logs of two runs, one of them 40 days old; give the environment."""
    day = 86400
    for name, age in (("run_id=old", 40), ("run_id=new", 2)):
        folder = home / "logs" / "dag_id=x" / name / "task_id=y"
        folder.mkdir(parents=True)
        (folder / "attempt=1.log").write_text("…", encoding="utf-8")
        os.utime(folder / "attempt=1.log", (time.time() - age * day,) * 2)
    for name, age in (("run_id=gone", 3), ("run_id=starting", 0)):  # both empty
        folder = home / "logs" / "dag_id=x" / name
        folder.mkdir()
        os.utime(folder, (time.time() - age * day,) * 2)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "KEEP_DAYS"))}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return kept | {"AIRFLOW_HOME": str(home), "PATH": path, "TMPDIR": str(home), "KEEP_DAYS": "30"} | more


def _runs(home: Path) -> set[str]:
    return {p.name for p in (home / "logs" / "dag_id=x").iterdir()}


def _logs(home: Path) -> set[str]:
    return {p.parent.parent.name for p in home.rglob("attempt=1.log")}


@pytest.mark.e2e
def test_one_round_tidies_database_and_logs(tmp_path: Path) -> None:
    """Rule: `tidy.sh once` takes old rows by the real `airflow db clean`, and old logs; it fails when that fails."""
    database = f"sqlite:///{tmp_path / 'airflow.db'}"
    environment = _upkeep(tmp_path, AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=database)
    subprocess.run(["airflow", "db", "migrate"], env=environment, capture_output=True, check=True)
    done = subprocess.run([*TIDY, "once"], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Checking table dag_run" in done.stdout
    assert _logs(tmp_path) == {"run_id=new"}
    assert _runs(tmp_path) == {"run_id=old", "run_id=new", "run_id=starting"}, "what was emptied goes the next time"

    nowhere = environment | {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{tmp_path / 'none' / 'airflow.db'}"}
    done = subprocess.run([*TIDY, "once"], env=nowhere, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "is left" not in done.stdout


def test_a_table_that_fails_is_a_failure(tmp_path: Path) -> None:
    """Rule: Airflow is told to fail when it can not clean a table, and to keep no archive; its failure is tidy's."""
    fake = tmp_path / "bin" / "airflow"
    fake.parent.mkdir()
    fake.write_text('#!/bin/sh\necho "$@"\nexit 3\n', encoding="utf-8")
    fake.chmod(0o755)
    environment = _upkeep(tmp_path)
    environment["PATH"] = f"{fake.parent}{os.pathsep}{environment['PATH']}"
    done = subprocess.run([*TIDY, "once"], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    when = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00"
    options = "--yes --skip-archive --error-on-cleanup-failure"
    assert re.fullmatch(f"db clean --clean-before-timestamp {when} {options}\n", done.stdout)
    assert _logs(tmp_path) == {"run_id=old", "run_id=new"}


@pytest.mark.parametrize("days", ["0", "-1", "a month", "1.5"])
def test_days_are_days(tmp_path: Path, days: str) -> None:
    """Rule: a slip in KEEP_DAYS deletes nothing."""
    environment = _upkeep(tmp_path, KEEP_DAYS=days)
    done = subprocess.run([*TIDY, "once"], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "KEEP_DAYS" in done.stderr
    assert _logs(tmp_path) == {"run_id=old", "run_id=new"}


def test_a_slip_in_the_mode_starts_no_loop(tmp_path: Path) -> None:
    """Rule: cron's `tidy.sh onec` says so, and does not stay for ever."""
    done = subprocess.run(
        [*TIDY, "onec"], env=_upkeep(tmp_path), capture_output=True, text=True, timeout=20, check=False
    )
    assert done.returncode == 2
    assert "onec" in done.stderr


def test_the_loop_shows_its_health_and_ends_when_told(tmp_path: Path) -> None:
    """Rule: each good round touches the file that the health check looks at; SIGTERM ends the pause."""
    environment = _upkeep(tmp_path)
    with subprocess.Popen([*TIDY, "logs"], env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert "30 days" in process.stdout.readline()
        end = time.monotonic() + 10
        while not (tmp_path / "tidied").exists() and time.monotonic() < end:
            time.sleep(0.05)
        assert (tmp_path / "tidied").exists()
        time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert _logs(tmp_path) == {"run_id=new"}
    assert "/tmp/tidied" in str(SERVICES["tidy"]["healthcheck"]["test"])


# ------------------------------------------------------------------------------------------------------------ people


def test_people_have_roles() -> None:
    """Rule: Simple is for development; in production people have roles, and no password is a default."""
    environment = COMPOSE["x-newswatch"]["environment"]
    assert environment["AIRFLOW__CORE__AUTH_MANAGER"].endswith("FabAuthManager")
    assert not [k for k in environment if "SIMPLE_AUTH" in k]
    assert "SIMPLE_AUTH" in (ROOT / "deploy" / "embedded.py").read_text(encoding="utf-8")
    init = (ROOT / "deploy" / "init.sh").read_text(encoding="utf-8")
    assert "users create --role Admin" in init
    holders = {n for n, s in SERVICES.items() if "AIRFLOW_ADMIN_PASSWORD" in str(s.get("environment"))}
    assert holders == {n for n, s in SERVICES.items() if "GRANT_DATABASE_URL" in str(s.get("environment"))} == {"init"}
