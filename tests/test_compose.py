"""The compose file says what it means: checked against its schema, its own references, and the process tests."""

import re
import subprocess
import sys
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
            source = volume.split(":")[0]
            if source.startswith("./"):
                assert (ROOT / source).exists(), volume
            elif not source.startswith("$"):
                assert source in COMPOSE["volumes"], volume
    for path in re.findall(r"/app/(\S+?\.(?:sh|py))", TEXT):
        assert (ROOT / path).is_file(), path


def test_durations_read_as_durations() -> None:
    """Rule: 30 and "30" are not times; "30s" is."""
    found = re.findall(r"(?:interval|timeout|start_period|stop_grace_period): *(\S+)", TEXT)
    assert len(found) > 10
    assert [d for d in found if not re.fullmatch(r"\d+(s|m|h)", d)] == []


def test_images_are_pinned() -> None:
    """Rule: the same file gives the same system next year; the base of our image too."""
    docker = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    images = [str(s["image"]) for s in SERVICES.values() if s not in [SERVICES[n] for n in OURS]]
    images += re.findall(r"^FROM (\S+)", docker, re.M)
    for image in images:
        assert re.search(r":v?\d+\.\d+\.\d+|:\d+\.\d+-", image), image
        assert "latest" not in image
    assert "--require-hashes" in docker


def test_every_variable_is_in_the_example_and_no_secret_is() -> None:
    """Rule: `cp .env.example .env` shows all there is to fill in, and holds no secret itself."""
    used = set(re.findall(r"\$\{(\w+)", TEXT))
    assert used == set(EXAMPLE)
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
        assert "healthcheck" in service or name == "mailbox"
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
    assert ours <= set(Settings.model_fields)
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


def test_the_process_test_runs_what_stands_here() -> None:
    """Rule: commands and variables are exercised by tests/e2e, so that this file can not rot."""
    cluster = (ROOT / "tests" / "e2e" / "cluster.py").read_text(encoding="utf-8")
    assert 'COMPOSE["services"]' in cluster
    assert '["x-newswatch"]["environment"]' in cluster
    for name in OURS:
        assert SERVICES[name]["command"], name
