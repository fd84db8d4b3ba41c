"""Each part of Airflow's inside that newswatch uses is still there and does what it did: upstream.py says which.

A failure names what changed in Airflow, and where newswatch uses it.
"""

import inspect
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest


def test_core_api_security_get_user() -> None:
    """`airflow.api_fastapi.core_api.security.get_user(request, oauth_token, bearer_credentials)`: who is signed in."""
    from airflow.api_fastapi.core_api.security import bearer_scheme, get_user

    assert inspect.iscoroutinefunction(get_user)
    assert [p.lstrip("_") for p in inspect.signature(get_user).parameters] == [
        "request", "oauth_token", "bearer_credentials"
    ]  # fmt: skip
    assert callable(bearer_scheme)


def test_auth_manager_is_authorized_view() -> None:
    """`BaseAuthManager.is_authorized_view(access_view, user)` and `get_url_login(next_url=…)`: who may look."""
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.base_auth_manager import BaseAuthManager
    from airflow.api_fastapi.auth.managers.models.resource_details import AccessView

    assert callable(get_auth_manager)
    assert {"access_view", "user"} <= set(inspect.signature(BaseAuthManager.is_authorized_view).parameters)
    assert "get_url_login" in vars(BaseAuthManager)
    assert AccessView.WEBSITE


def test_models_connection(airflow_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`airflow.models.connection.Connection.get_connection_from_secrets`: the api-server's own look-up."""
    from newswatch import upstream

    assert upstream.server_connection("newswatch_nowhere") is None
    monkeypatch.setenv("AIRFLOW_CONN_NEWSWATCH_NOWHERE", "postgres://desk@db.example/news")
    assert upstream.server_connection("newswatch_nowhere").host == "db.example"


def test_deadline_alert_takes_seconds() -> None:
    """`DeadlineAlert(interval=float)` is read (issue 70368: with a timedelta nobody can clear a run). When Airflow has
    mended that and refuses numbers, `upstream.interval` gives the timedelta again.
    """
    from airflow.sdk import DeadlineAlert, DeadlineReference, SyncCallback
    from newswatch import upstream
    from newswatch.told import on_late

    alert = DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=upstream.interval(timedelta(minutes=45)),
        callback=SyncCallback(on_late, kwargs={}),
    )
    assert float(alert.interval) == 2700  # type: ignore[arg-type]


def test_pools_are_made_where_they_are_missing(airflow_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`on_starting` with a `Job`, `airflow.models.pool.Pool`, `create_session`.

    Rule: what is there keeps the size that an operator gave it; what is made has the size of the settings.
    """
    from airflow.jobs.job import Job
    from airflow.models.pool import Pool
    from airflow.sdk.execution_time.task_runner import TaskRunnerMarker
    from airflow.utils.session import create_session
    from newswatch import pools
    from newswatch.page import Pools
    from sqlalchemy import delete, select, update

    def sizes() -> dict[str, int]:
        with create_session() as session:
            return dict(session.execute(select(Pool.pool, Pool.slots).where(Pool.pool.like("newswatch%"))).all())  # type: ignore[arg-type]

    assert pools.ensure("newswatch") == []
    with create_session() as session:
        session.execute(update(Pool).where(Pool.pool == "newswatch_fetch").values(slots=32))
        session.execute(delete(Pool).where(Pool.pool == "newswatch_mail"))

    monkeypatch.setenv("NEWSWATCH_POOL_FETCH", "16")
    monkeypatch.setenv("NEWSWATCH_POOL_MAIL", "none")
    Pools().on_starting(Job())  # a slip in a size stops no scheduler
    monkeypatch.setenv("NEWSWATCH_POOL_MAIL", "3")
    Pools().on_starting(TaskRunnerMarker())
    assert "newswatch_mail" not in sizes(), "a task may not write Airflow's database"
    Job()  # as `airflow scheduler` does: Airflow finds the listener and calls it
    assert sizes() == {"newswatch_fetch": 32, "newswatch_cpu": 2, "newswatch_mail": 3}
    with create_session() as session:
        for name, slots in {"newswatch_fetch": 8, "newswatch_mail": 1}.items():
            session.execute(update(Pool).where(Pool.pool == name).values(slots=slots))


def test_the_plugin_is_found_by_its_entry_point(airflow_home: Path) -> None:
    """`airflow.plugins` entry points, `fastapi_apps`, `external_views` and `listeners` of a plugin."""
    from importlib.metadata import entry_points

    [found] = [e for e in entry_points(group="airflow.plugins") if e.name == "newswatch"]
    plugin: Any = found.load()
    assert [a["url_prefix"] for a in plugin.fastapi_apps] == ["/newswatch"]
    assert plugin.external_views[0]["href"] == "/newswatch/events"
    from airflow.listeners.listener import get_listener_manager
    from airflow.plugins_manager import get_plugin_info

    assert "newswatch" in {p["name"] for p in get_plugin_info()}
    assert get_listener_manager().hook.on_starting


def test_allowed_run_types_refuse_a_backfill(airflow_home: Path, bag: Any) -> None:
    """`DAG(allowed_run_types=…)`: a backfill is refused in words before a run is made."""
    from airflow.exceptions import DagRunTypeNotAllowed
    from airflow.models import backfill

    source = inspect.getsource(backfill)
    assert "does not allow backfill runs" in source
    assert issubclass(DagRunTypeNotAllowed, Exception)
    for dag in bag.dags.values():
        assert "backfill" not in {t.value for t in dag.allowed_run_types}
