"""What the DAGs share: connections instead of settings, and the metrics."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli.app import run_all
from pipeline.settings import load


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
    from newswatch_wiring import smtp_url

    from pipeline import mail

    made = smtp_url(Connection(conn_id="newswatch_smtp", conn_type="smtp", **connection))
    assert made == url
    assert mail.parse_url(made).host == connection["host"]


def test_connections_win_over_settings(
    airflow_home: Path, environment: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rule: newswatch_db may replace the environment; the driver is named whatever the connection says."""
    from newswatch_wiring import settings

    from pipeline.store import parse_url

    environment("plain")
    assert settings().database_url.startswith("sqlite")
    monkeypatch.setenv("AIRFLOW_CONN_NEWSWATCH_DB", "postgres://desk:secret@db.example:5433/news")
    assert parse_url(settings().database_url).drivername == "postgresql+psycopg"
    assert parse_url(settings().database_url).database == "news"


def test_metrics_when_on(airflow_home: Path, environment: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule: tallies, what waits, and the lag from outlet to mail go through Airflow's own metrics, and only when on."""
    import newswatch_wiring
    from airflow.sdk._shared.observability.metrics import stats

    sent: dict[str, Any] = {}

    class Recorder:
        def incr(self, stat: str, count: int = 1, *args: Any, **kwargs: Any) -> None:
            sent[stat] = count

        def gauge(self, stat: str, value: float, *args: Any, **kwargs: Any) -> None:
            sent[stat] = value

        def timing(self, stat: str, dt: Any, *args: Any, **kwargs: Any) -> None:
            sent[stat] = dt

    environment("metrics")
    tallies = {t.step: t for t in run_all(load(), all_feeds=False, quiet=True)}
    from pipeline import store
    from pipeline.store import runs

    with store.read(load().database_url) as db:
        at = runs.last_at(db, "deliver") or datetime.now(UTC)
    for name, value in (("_factory", Recorder), ("_backend", None), ("_export_legacy_names", False)):
        monkeypatch.setattr(stats, name, value)
    result = {
        "seen": 14,
        "done": tallies["deliver"].done,
        "skipped": 0,
        "failed": 0,
        "seconds": 1.0,
        "detail": {"mails": 14},
    }
    newswatch_wiring._count("deliver", result, at)
    assert sent == {}, "off by default"
    monkeypatch.setenv("AIRFLOW__METRICS__STATSD_ON", "True")
    newswatch_wiring._count("deliver", result, at)
    assert sent["newswatch.deliver.done"] == tallies["deliver"].done
    assert sent["newswatch.deliver.mails"] == 14
    assert sent["newswatch.waiting.cluster"] == 0
    assert sent["newswatch.lag.seen_to_mail"].total_seconds() >= 0
    assert any(name.startswith("newswatch.lag.published_to_mail.feed.") for name in sent)
