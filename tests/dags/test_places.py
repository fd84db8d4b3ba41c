"""Into an Airflow that exists: beside a team's own DAGs, as a bundle of its own, from the wheel, and twice."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import commandline

ROOT = Path(__file__).resolve().parents[2]
OURS = {"alerts", "checks", "events", "heartbeat", "ingest", "prune", "rematch"}

THEIRS = '''
"""Airflow DAG of the team that was here first."""
from airflow.sdk import dag, task
from team.helpers import NAME

@dag(dag_id="theirs", schedule=None)
def theirs():
    @task
    def work():
        return NAME
    work()

theirs()
'''

READ = """
import json, sys
from pathlib import Path
from airflow.dag_processing.dagbag import BundleDagBag
found = {"ids": [], "errors": {}, "pools": [], "assets": [], "schedules": {}}
for folder in sys.argv[1:]:
    bag = BundleDagBag(folder, bundle_path=Path(folder), bundle_name=Path(folder).name)
    found["ids"] += sorted(bag.dags)
    found["errors"] |= {str(Path(folder) / k): v for k, v in bag.import_errors.items()}
    found["pools"] += sorted({t.pool for d in bag.dags.values() for t in d.tasks if t.task_id != "watcher"})
    for one in bag.dags.values():
        found["assets"] += [o.name for t in one.tasks for o in t.outlets]
print(json.dumps(found))
"""


def read(home: Path, *folders: Path, path: str = "") -> dict[str, Any]:
    """Read DAG folders in a Python of their own, as a dag-processor does."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "NEWSWATCH"))} | {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(folders[0]),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(home / "plugins"),
    }
    if path:
        environment["PYTHONPATH"] = path
    command = [sys.executable, "-c", READ, *map(str, folders)]
    done = subprocess.run(command, env=environment, cwd=home, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(json.loads(done.stdout.splitlines()[-1]))


def copied(folder: Path, *options: str) -> None:
    """Copy the DAGs as the command does."""
    commandline.newswatch("airflow", "copy", str(folder), *options).check_returncode()


def a_team(folder: Path) -> Path:
    """Make a team's DAG folder, with a DAG and a package of theirs."""
    (folder / "team").mkdir(parents=True)
    (folder / "team" / "__init__.py").write_text('"""The team."""\n', encoding="utf-8")
    (folder / "team" / "helpers.py").write_text('"""Helpers."""\nNAME = "theirs"\n', encoding="utf-8")
    (folder / "theirs.py").write_text(THEIRS, encoding="utf-8")
    return folder


@pytest.fixture
def team(tmp_path: Path) -> Path:
    """A team's DAG folder, with a DAG and a package of theirs."""
    return a_team(tmp_path / "dags")


@pytest.mark.e2e
def test_as_a_folder_beside_theirs(team: Path, tmp_path: Path) -> None:
    """Rule: copied into a team's folder, all DAGs are there, theirs too, and nothing else is."""
    copied(team / "newswatch", "--prefix", "newswatch")
    found = read(tmp_path, team)
    assert found["errors"] == {}
    assert set(found["ids"]) == {f"newswatch_{name}" for name in OURS} | {"theirs"}


@pytest.mark.e2e
def test_as_the_root_of_a_bundle(team: Path, tmp_path: Path) -> None:
    """Rule: a bundle may be just these files, under whatever name its checkout has; theirs stay as they are."""
    copied(tmp_path / "3f2a91c0", "--prefix", "newswatch")
    found = read(tmp_path, team, tmp_path / "3f2a91c0")
    assert found["errors"] == {}
    assert set(found["ids"]) == {f"newswatch_{name}" for name in OURS} | {"theirs"}


@pytest.mark.e2e
def test_from_what_is_installed(tmp_path: Path) -> None:
    """Rule: `newswatch airflow dags-folder` names a folder that Airflow can take as a bundle."""
    folder = Path(commandline.newswatch("airflow", "dags-folder").stdout.strip())
    found = read(tmp_path, folder)
    assert found["errors"] == {}
    assert set(found["ids"]) == {f"newswatch_{name}" for name in OURS}


@pytest.mark.e2e
def test_two_storylines_side_by_side(team: Path, tmp_path: Path) -> None:
    """Rule: a second storyline shares no name with the first: DAGs, pools, assets."""
    copied(team / "newswatch", "--prefix", "newswatch")
    copied(team / "power", "--prefix", "energy")
    found = read(tmp_path, team)
    assert found["errors"] == {}
    assert set(found["ids"]) == {f"{p}_{name}" for p in ("newswatch", "energy") for name in OURS} | {"theirs"}
    pools = {f"{p}_{name}" for p in ("newswatch", "energy") for name in ("cpu", "fetch", "mail")}
    assert set(found["pools"]) == pools | {"default_pool"}
    names = [a for a in found["assets"] if a.endswith(("_stories", "_events"))]
    assert len(names) == len(set(names)) == 4
    assert not set(names) & set(found["ids"]), "an asset that is named as a DAG is"


WRONG = ('prefix = "Energy"', "prefix = 3", 'prefix = "a b"', 'prefix = ""', 'prefix = "9x"', f'prefix = "{"x" * 60}"')


@pytest.fixture(scope="module")
def misread(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What one dag-processor reads: a team's folder, and folders of ours each with a wrong prefix."""
    home = tmp_path_factory.mktemp("misread")
    theirs = a_team(home / "dags")
    folders = [home / f"wrong{n}" for n in range(len(WRONG))]
    for folder, said in zip(folders, WRONG, strict=True):
        copied(folder, "--prefix", "energy")
        (folder / "storyline.toml").write_text(said + "\n", encoding="utf-8")
    return read(home, theirs, *folders)


@pytest.mark.e2e
@pytest.mark.parametrize("nth", range(len(WRONG)), ids=[x[:20] for x in WRONG])
def test_a_wrong_prefix_is_said(nth: int, misread: dict[str, Any]) -> None:
    """Rule: a slip in storyline.toml is an import error that names the file and what may stand there."""
    assert misread["ids"] == ["theirs"]
    errors = [e for path, e in misread["errors"].items() if f"/wrong{nth}/" in path]
    assert len(errors) == len(OURS)
    assert all("storyline.toml: prefix is" in error and "small letters" in error for error in errors)


@pytest.mark.e2e
def test_a_package_of_theirs_named_pipeline(team: Path, tmp_path: Path) -> None:
    """Rule: beside a team's own `pipeline` our DAGs fail with a sentence that says whose is whose, and theirs go on."""
    (team / "pipeline").mkdir()
    (team / "pipeline" / "__init__.py").write_text('"""The team\'s pipeline."""\n', encoding="utf-8")
    copied(team / "newswatch", "--prefix", "newswatch")
    found = read(tmp_path, team, path=str(team))  # as with PYTHONPATH: theirs is found first
    assert found["ids"] == ["theirs"]
    for error in found["errors"].values():
        assert f"{team / 'pipeline'}) is not newswatch's: rename it" in error


def test_the_command_overwrites_nothing(team: Path) -> None:
    """Rule: a folder that is there is never written into, and a wrong prefix makes none."""
    with pytest.raises(subprocess.CalledProcessError):
        copied(team, "--prefix", "energy")
    with pytest.raises(subprocess.CalledProcessError):
        copied(team / "power", "--prefix", "Energy!")
    assert not (team / "power").exists()
    assert not (team / "storyline.toml").exists()


def test_settings_of_a_second_storyline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule: its own variables win, shared ones count, and what must be its own is never another storyline's."""
    from pipeline.errors import ConfigError
    from pipeline.settings import load

    for name, value in {
        "NEWSWATCH_DATABASE_URL": "sqlite:////srv/one.db",
        "NEWSWATCH_WATCH_DIR": "/srv/one",
        "NEWSWATCH_SECRET": "one's",
        "NEWSWATCH_CONTACT": "desk@desk.example",
        "NEWSWATCH_MAIL_FROM": "one@desk.example",
        "ENERGY_MAIL_FROM": "energy@desk.example",
    }.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match="ENERGY_WATCH_DIR is not set"):
        load("energy")
    monkeypatch.setenv("ENERGY_WATCH_DIR", "/srv/energy")
    found = load("energy")
    assert (found.contact, found.mail_from) == ("desk@desk.example", "energy@desk.example")
    assert (found.database_url, found.secret, str(found.watch_dir)) == ("", None, "/srv/energy")
    monkeypatch.setenv("ENERGY_DATABASE_URL", "sqlite:////srv/energy.db")
    monkeypatch.setenv("ENERGY_HOST_CONCURRENCY", "many")
    with pytest.raises(ConfigError, match="ENERGY_HOST_CONCURRENCY"):
        load("energy")
    assert load().database_url == "sqlite:////srv/one.db"
