"""What the DAGs share: connections instead of settings, what the operator is told, and the metrics."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ConfigError
from pipeline.settings import database_url_of, load, smtp_url_of
from pipeline.steps import run_all


@pytest.mark.parametrize(
    ("connection", "url"),
    [
        ({"host": "mail.example"}, "smtps://mail.example"),
        (
            {"host": "mail.example", "port": 587, "extra": '{"disable_ssl": true}'},
            "smtp://mail.example:587?starttls=yes",
        ),
        (
            {"host": "127.0.0.1", "port": 25, "extra": '{"disable_ssl": true, "disable_tls": true, "timeout": 9}'},
            "smtp://127.0.0.1:25?timeout=9&starttls=no",
        ),
        ({"host": "mail.example", "login": "a@b", "password": "p/w"}, "smtps://a%40b:p%2Fw@mail.example"),
    ],
)
def test_an_smtp_connection_is_an_address(airflow_home: Path, connection: dict[str, Any], url: str) -> None:
    """Rule: a Connection says the same as NEWSWATCH_SMTP_URL, and the mail door reads it."""
    from airflow.sdk import Connection

    from pipeline import mail

    made = smtp_url_of(Connection(conn_id="newswatch_smtp", conn_type="smtp", **connection))
    assert made == url
    assert mail.parse_url(made).host == connection["host"]


@pytest.mark.parametrize(
    ("connection", "url"),
    [
        (
            {"conn_type": "postgres", "host": "db.example", "port": 5433, "login": "a@b", "password": "p/w",
             "schema": "news", "extra": '{"sslmode": "require", "cursor": "dictcursor", "iam": {"a": 1}}'},
            "postgresql+psycopg://a%40b:p%2Fw@db.example:5433/news?sslmode=require",
        ),
        (
            {"conn_type": "postgres", "host": "/run/postgresql", "login": "newswatch", "schema": "news"},
            "postgresql+psycopg://newswatch:@/news?host=%2Frun%2Fpostgresql",
        ),
        ({"conn_type": "postgres", "host": "::1", "schema": "news"}, "postgresql+psycopg://[::1]/news"),
        ({"conn_type": "sqlite", "host": "/srv/newswatch.db"}, "sqlite:////srv/newswatch.db"),
    ],
)  # fmt: skip
def test_a_database_connection_is_an_address(airflow_home: Path, connection: dict[str, Any], url: str) -> None:
    """Rule: a Connection says the same as NEWSWATCH_DATABASE_URL; Airflow's own extras are not sent to libpq."""
    from airflow.sdk import Connection

    from pipeline.store import parse_url

    made = database_url_of(Connection(conn_id="newswatch_db", **connection))
    assert made == url
    assert parse_url(made).database == connection.get("schema", connection["host"])


@pytest.mark.parametrize(
    ("write", "connection", "missing"),
    [
        (smtp_url_of, {"conn_type": "smtp"}, "no host"),
        (smtp_url_of, {"conn_type": "smtp", "port": 25, "login": "a", "password": "s3cret"}, "no host"),
        (smtp_url_of, {"conn_type": "smtp", "host": "  ", "extra": '{"from_email": "a@b.example"}'}, "no host"),
        (
            database_url_of,
            {"conn_type": "postgres", "host": "db.example", "login": "a", "password": "s3cret"},
            "no schema",
        ),
        (database_url_of, {"conn_type": "postgres"}, "no schema"),
        (database_url_of, {"conn_type": "sqlite"}, "no host"),
    ],
)
def test_a_connection_that_lacks_something_says_what(
    airflow_home: Path, write: Callable[[Any], str], connection: dict[str, Any], missing: str
) -> None:
    """Rule: one clear error at once that names the connection and what to write into it, and no secret."""
    from airflow.sdk import Connection

    with pytest.raises(ConfigError, match=f"newswatch_x has {missing}") as raised:
        write(Connection(conn_id="newswatch_x", **connection))
    assert "s3cret" not in str(raised.value)


def test_the_sender_of_a_connection_counts(
    airflow_home: Path, environment: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rule: who keeps the mail server in a Connection keeps its sender there too; without one the setting holds."""
    from newswatch.tasks import settings

    environment("sender", mail_from="desk <desk@desk.example>")
    extra = '"extra": {"from_email": "news@press.example"}'
    monkeypatch.setenv("AIRFLOW_CONN_NEWSWATCH_SMTP", f'{{"conn_type": "smtp", "host": "mail.example", {extra}}}')
    assert settings("newswatch").mail_from == "news@press.example"
    monkeypatch.setenv("AIRFLOW_CONN_NEWSWATCH_SMTP", '{"conn_type": "smtp", "host": "mail.example"}')
    assert settings("newswatch").mail_from == "desk <desk@desk.example>"


@pytest.mark.parametrize("write", [database_url_of, smtp_url_of])
def test_a_connection_of_another_type_is_refused(airflow_home: Path, write: Callable[[Any], str]) -> None:
    """Rule: a mistake in a Connection fails at once, in words, and is never taken for what it is not."""
    from airflow.sdk import Connection

    with pytest.raises(ConfigError, match="newswatch_x is of type http"):
        write(Connection(conn_id="newswatch_x", conn_type="http", host="db.example"))


def test_why_a_task_failed_is_not_hidden(airflow_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule: the mail gets the first line of the reason; when even that cannot be kept, the reason itself stands."""
    from types import SimpleNamespace

    from airflow.sdk.exceptions import AirflowRuntimeError, ErrorType
    from airflow.sdk.execution_time.comms import ErrorResponse
    from newswatch import tasks

    kept: list[Any] = []

    def away(key: str, value: Any) -> None:
        kept.append(value)
        raise AirflowRuntimeError(ErrorResponse(error=ErrorType.API_SERVER_ERROR))

    context = {
        "ti": SimpleNamespace(xcom_push=away),
        "dag": SimpleNamespace(params={"size": 1}),
        "dag_run": SimpleNamespace(conf={"size": 2}),
    }
    monkeypatch.setattr(tasks, "get_current_context", lambda: context)

    @tasks.explained
    def sync() -> None:
        raise ConfigError("feeds.toml:3: no such key\nparameters: somebody@desk.example")

    with pytest.raises(ConfigError, match=r"feeds\.toml:3"):
        sync()
    context["dag_run"].conf["siez"] = 3
    with pytest.raises(tasks.MistakeError, match="unknown parameter: siez; there are size"):
        sync()
    assert kept == [
        {"why": "feeds.toml:3: no such key", "causes": [], "mistake": False},
        {"why": "unknown parameter: siez; there are size", "causes": [], "mistake": True},
    ]


def test_no_error_tells_a_secret(airflow_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule: an error's words go into logs and mails; a token that is too short is no less a token."""
    monkeypatch.setenv("NEWSWATCH_WEB_TOKEN", "hunter2")
    with pytest.raises(ConfigError, match="NEWSWATCH_WEB_TOKEN") as raised:
        load()
    assert "hunter2" not in str(raised.value)


def test_a_task_has_no_database_of_its_own(airflow_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule: without setting and connection a task fails, and may retry: the API server may be away for a moment."""
    from airflow.sdk.exceptions import AirflowException, AirflowFailException
    from newswatch.tasks import settings

    monkeypatch.delenv("NEWSWATCH_DATABASE_URL", raising=False)
    with pytest.raises(AirflowException, match="NEWSWATCH_DATABASE_URL") as raised:
        settings("newswatch")
    assert not isinstance(raised.value, AirflowFailException)


def test_who_may_not_ask_for_connections(
    airflow_home: Path, environment: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rule: a deadline callback, which Airflow refuses connections, goes by the environment; a task never does."""
    from airflow.sdk.exceptions import AirflowSecretsBackendAccessDenied
    from newswatch import tasks

    class Refusing:
        @staticmethod
        def get(conn_id: str) -> Any:
            raise AirflowSecretsBackendAccessDenied(conn_id)

    environment("refused")
    monkeypatch.setattr(tasks, "Connection", Refusing)
    assert tasks.settings("newswatch", is_callback=True).database_url.endswith("refused.db")
    with pytest.raises(PermissionError):
        tasks.settings("newswatch")


@pytest.mark.parametrize(("state", "told"), [("running", 1), ("queued", 1), ("failed", 0), ("success", 0)])
def test_only_a_run_that_still_runs_is_late(
    airflow_home: Path, environment: Callable[..., Path], state: str, told: int
) -> None:
    """Rule: Airflow lets a deadline pass for runs that failed long ago too; those were told when they failed."""
    from newswatch.told import on_late

    folder = environment("late", operator="Night Desk <night@desk.example>")
    on_late("newswatch_ingest", 45, context={"dag_run": {"state": state}})
    assert len(list(folder.glob("*.eml"))) == told


def test_the_operator_hears_which_tasks_failed(airflow_home: Path, environment: Callable[..., Path]) -> None:
    """Rule: one mail an outage, one more when another task fails too, and one when all is well."""
    from types import SimpleNamespace

    from newswatch.told import on_failure, on_success

    folder = environment("causes", operator="Night Desk <night@desk.example>")
    dag = SimpleNamespace(dag_id="newswatch_ingest")

    checks: list[str] = []

    def context(*failed: str) -> dict[str, Any]:
        states = dict.fromkeys(failed, "failed") | {"claim": "success", "watcher": "failed"}
        kept = {"sync": {"why": "feeds.toml:3: no such key", "causes": []}, "checks": {"why": "two", "causes": checks}}
        ti = SimpleNamespace(
            get_task_states=lambda dag_id, run_ids: {run_ids[0]: states},
            xcom_pull=lambda task_ids, key: {"why": kept.get(task_ids)}[key],
        )
        return {"dag": dag, "run_id": "r1", "reason": "task_failure", "ti": ti}

    def mails() -> list[str]:
        return sorted(p.read_text("utf-8") for p in folder.glob("*.eml"))

    on_failure("newswatch", context("sync"))
    on_failure("newswatch", context("sync"))
    assert len(mails()) == 1
    assert "sync: feeds.toml:3: no such key" in mails()[0] and "watcher" not in mails()[0]
    on_failure("newswatch", context("sync", "fetch_0", "fetch_12"))
    assert len(mails()) == 2
    assert any("fetch" in m and "fetch_12" not in m for m in mails())
    on_success("newswatch", {"dag": dag, "run_id": "r2", "reason": "success"})
    on_success("newswatch", {"dag": dag, "run_id": "r3", "reason": "success"})
    assert len(mails()) == 3
    on_failure("newswatch", {"dag": dag, "run_id": "r4", "reason": "timed_out"})
    assert len(mails()) == 4
    for found in (["checks lead_story"], ["checks lead_story"], ["checks event_counts", "checks lead_story"]):
        checks[:] = found
        on_failure("newswatch", context("checks"))
    assert len(mails()) == 6, "the same check once, another one once more"


def test_connections_win_over_settings(
    airflow_home: Path, environment: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rule: newswatch_db may replace the environment; the driver is named whatever the connection says."""
    from newswatch.tasks import settings

    from pipeline.store import parse_url

    environment("plain")
    assert settings("newswatch").database_url.startswith("sqlite")
    monkeypatch.setenv("AIRFLOW_CONN_NEWSWATCH_DB", "postgres://desk:secret@db.example:5433/news")
    assert parse_url(settings("newswatch").database_url).drivername == "postgresql+psycopg"
    assert parse_url(settings("newswatch").database_url).database == "news"
    assert settings("newswatch").mail_dir is not None
    monkeypatch.setenv("AIRFLOW_CONN_NEWSWATCH_SMTP", '{"conn_type": "smtp", "host": "mail.example"}')
    assert (settings("newswatch").smtp_url, settings("newswatch").mail_dir) == ("smtps://mail.example", None), (
        "a mail folder steps back"
    )


def test_metrics_when_on(airflow_home: Path, environment: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule: tallies, what waits, and the lag from outlet to mail go through Airflow's own metrics, and only when on."""
    from airflow.sdk._shared.observability.metrics import stats
    from newswatch.metrics import count

    sent: dict[str, Any] = {}

    class Recorder:
        def incr(self, stat: str, count: int = 1, *args: Any, **kwargs: Any) -> None:
            sent[stat] = count

        def gauge(self, stat: str, value: float, *args: Any, **kwargs: Any) -> None:
            sent[stat] = value

        def timing(self, stat: str, dt: Any, *args: Any, **kwargs: Any) -> None:
            sent[stat] = dt

    environment("metrics")
    tallies = {t.step: t for t in run_all(load(), datetime.now(UTC))}
    from pipeline import store
    from pipeline.store import runs

    with store.read(load().database_url) as db:
        at = runs.last_at(db, "deliver") or datetime.now(UTC)
    for name, value in (("_factory", Recorder), ("_backend", None), ("_export_legacy_names", False)):
        monkeypatch.setattr(stats, name, value)
    result = {
        "step": "deliver",
        "seen": 14,
        "done": tallies["deliver"].done,
        "skipped": 0,
        "failed": 0,
        "seconds": 1.0,
        "detail": {"mails": 14},
    }
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    count("newswatch", load(), result, at, long_ago)
    assert sent == {}, "off by default"
    monkeypatch.setenv("AIRFLOW__METRICS__STATSD_ON", "True")
    count("newswatch", load(), result, at, long_ago)
    assert sent["newswatch.deliver.done"] == tallies["deliver"].done
    assert sent["newswatch.deliver.mails"] == 14
    assert sent["newswatch.waiting.cluster"] == 0
    assert sent["newswatch.lag.seen_to_mail"].total_seconds() >= 0
    assert "newswatch.lag.published_to_mail" in sent
    count("newswatch", load(), result | {"step": "match"}, at, long_ago)
    assert 0 < sent["newswatch.feeds.with_matches"] <= sent["newswatch.feeds.with_stories"]
    assert [name for name in sent if any(part.isdigit() for part in name.split("."))] == [], "no series for each feed"
