"""What is declared is what is imported, and the two locks hold it: what runs, and what develops."""

import ast
import functools
import re
import sys
import tomllib
from importlib.metadata import distribution, packages_distributions
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
OURS = ("pipeline", "dags", "plugins", "deploy", "sql")

# Declared though no line of ours imports it, and why
UNSEEN = {
    "psycopg": "SQLAlchemy's driver, named by the database's address",
    "python-multipart": "FastAPI reads the page's forms with it",
}
# Imported without being declared by this name: what a declared one is made of, and backports for Python below 3.14
PARTS = {"airflow", "backports", "brotli", "newswatch", "pipeline"}


def name_of(requirement: str) -> str:
    """Give the distribution that a requirement asks for, as registries compare names."""
    found = re.match(r"[\w.-]+", requirement)
    assert found, requirement
    return re.sub(r"[-_.]+", "-", found[0]).lower()


known_distributions = functools.cache(packages_distributions)  # reads the files of every package


def imported(*folders: str) -> set[str]:
    """List the top-level modules that the files of these folders import, the standard library and ours aside."""
    found: set[str] = set()
    for path in (p for folder in folders for p in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {a.name.split(".")[0] for a in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    local = {p.stem for folder in OURS for p in (ROOT / folder).rglob("*.py")}
    return found - sys.stdlib_module_names - local - {"compression"}


def distributions(modules: set[str]) -> set[str]:
    """Give the distributions that these modules come from."""
    known = known_distributions()
    lost = sorted(m for m in modules if m not in known and m not in PARTS)
    assert lost == [], f"imported and not installed: {lost}"
    return {name_of(known[m][0]) for m in modules - PARTS}


def test_what_is_imported_is_declared() -> None:
    """Rule: an import that only works because another package brings it breaks with that package's next release."""
    declared = {name_of(r) for r in (*PROJECT["dependencies"], *EXTRAS["parquet"])}
    assert distributions(imported("pipeline", "dags")) - declared == set()
    developing = {name_of(r) for r in EXTRAS["dev"]}  # what stands in deploy/ beside the image's own scripts
    assert distributions(imported("deploy")) - declared - developing == set()


def test_what_is_declared_is_imported() -> None:
    """Rule: a dependency that nobody uses is weight and risk for nothing."""
    used = distributions(imported(*OURS)) | {"apache-airflow"}
    declared = {name_of(r) for r in (*PROJECT["dependencies"], *EXTRAS["parquet"])}
    assert declared - used - set(UNSEEN) == set()
    assert set(UNSEEN) <= declared, "an exception that is needed no more"


def test_extras_are_what_airflow_has_beside_airflow() -> None:
    """Rule: who brings an Airflow of their own gets no executor, log-in or PostgreSQL client with newswatch."""
    core = {name_of(r) for r in PROJECT["dependencies"]}
    beside = {"celery", "statsd", "pyarrow", "apache-airflow-providers-fab", "apache-airflow-providers-celery"}
    assert core & beside == set()
    production = EXTRAS["production"][0]
    named = set(production[production.index("[") + 1 : -1].split(","))
    assert named == {"celery", "connections", "fab", "image", "kubernetes", "statsd"} <= set(EXTRAS)


@pytest.fixture(scope="module")
def locks() -> dict[str, set[str]]:
    """The lines NAME==VERSION of both locks."""
    return {
        which: set(re.findall(r"^[\w.-]+==\S+", (ROOT / which).read_text(encoding="utf-8"), re.M))
        for which in ("requirements.lock", "requirements-dev.lock")
    }


def test_what_runs_is_a_part_of_what_develops(locks: dict[str, set[str]]) -> None:
    """Rule: tests run on the versions that the image has."""
    assert locks["requirements.lock"] < locks["requirements-dev.lock"]


def test_what_runs_has_no_tools(locks: dict[str, set[str]]) -> None:
    """Rule: no test runner, type checker, browser driver or database server in the image."""
    tools = {name_of(r) for r in EXTRAS["dev"]} - {"newswatch", "aiosmtpd", "pyyaml"}
    runs = {name_of(line.split("==")[0]) for line in locks["requirements.lock"]}
    assert runs & (tools | {name_of(r) for r in EXTRAS["parquet"]}) == set()
    wanted = {name_of(r) for e in ("celery", "fab", "kubernetes", "statsd", "connections") for r in EXTRAS[e]}
    assert wanted <= runs


@pytest.mark.parametrize("which", ["requirements.lock", "requirements-dev.lock", "requirements-uv.lock"])
def test_locks_are_versions_and_hashes(which: str) -> None:
    """Rule: a lock says what, never from where."""
    for line in (ROOT / which).read_text(encoding="utf-8").splitlines():
        assert re.fullmatch(r"[\w.\[\]-]+==\S+( ; .+)?( \\)?|    --hash=sha256:[0-9a-f]{64}( \\)?|", line), line


@pytest.mark.parametrize("requirement", PROJECT["dependencies"], ids=name_of)
def test_the_installed_version_is_one_that_is_declared(requirement: str) -> None:
    """Rule: bounds and lock agree."""
    from packaging.requirements import Requirement

    asked = Requirement(requirement)
    if asked.marker and not asked.marker.evaluate():
        pytest.skip("not for this machine")
    assert asked.specifier.contains(distribution(asked.name).version, prereleases=True)
