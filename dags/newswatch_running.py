"""Inside a task: which moment a step runs at, with which settings, what is kept of it, and what the metrics hear.

Not a DAG file. Everything heavy is imported inside the functions: DAG files import this one at every parse.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import Connection, conf, get_current_context
from airflow.sdk.exceptions import (
    AirflowException,
    AirflowFailException,
    AirflowNotFoundException,
    AirflowRuntimeError,
    AirflowSkipException,
)
from airflow.sdk.observability import stats

from pipeline import steps

WHY = "why"  # XCom of a failed task

# These act on the world or hold leases, so they go by the time at which their attempt really began: a lease counted
# from the time of a run that waited in a queue, or was cleared a week later, would be void before it is held.
ACTING = frozenset({"claim", "fetch", "enrich", "deliver", "targets", "outcomes", "checks", "prune", "heartbeat"})


def perform(name: str, **options: Any) -> dict[str, Any]:
    """Run a step at its time with our settings; give its tally as a small dictionary, and count it in the metrics."""
    now = moment(name)
    tally = steps.perform(name, settings(), now, **options)
    plain = {k: v for k, v in tally.detail.items() if isinstance(v, int | float | str | bool)}
    result = {
        "seen": tally.seen,
        "done": tally.done,
        "skipped": tally.skipped,
        "failed": tally.failed,
        "seconds": round(tally.seconds, 3),
        "detail": plain,
    }
    count(name, result, now)
    return result


def moment(name: str) -> datetime:
    """Give the time that a step runs at: the run's, so that a retry decides the same; for those that act, the attempt's.

    Runs that an asset, a person or the REST API started have no logical date, but every run has a `run_after`.
    """
    context: Any = get_current_context()
    begun = context["ti"].start_date
    return begun if name in ACTING and begun is not None else context["dag_run"].run_after


@contextmanager
def explained(causes: Sequence[str] = ()) -> Iterator[None]:
    """Keep why a task failed as an XCom, for the mail to the operator; `causes` are what failed within it."""
    try:
        yield
    except AirflowSkipException:
        raise
    except Exception as e:  # raised again: nothing is absorbed
        context: Any = get_current_context()
        first, *_ = str(e).splitlines() or [repr(e)]  # the others may be a statement with readers' addresses
        with suppress(AirflowRuntimeError):  # the API server is away: what failed must not be hidden by that
            context["ti"].xcom_push(key=WHY, value={"why": first[:300], "causes": list(causes)})
        raise


def no_other_params() -> None:
    """Refuse a run that was given a parameter which the DAG has not: a typing mistake would be ignored."""
    context: Any = get_current_context()
    known = set(context["dag"].params)
    if unknown := sorted(set(context["dag_run"].conf or {}) - known):
        raise AirflowFailException(f"unknown parameter: {', '.join(unknown)}; there are {', '.join(sorted(known))}")


def waiting() -> Mapping[str, int]:
    """Count what waits for each step."""
    from pipeline.desk import progress

    context: Any = get_current_context()
    return progress.waiting(settings(), context["ti"].start_date or context["dag_run"].run_after)


def keep(result: Any) -> None:
    """Keep a task's result though the task will end as skipped."""
    context: Any = get_current_context()
    context["ti"].xcom_push(key="return_value", value=result)


# ------------------------------------------------------------------------------------------------------------- settings


def settings(*, is_callback: bool = False) -> Any:
    """Read the settings; the connections newswatch_db and newswatch_smtp, where there are any, win over them.

    Without either, AirflowException: a step must never fall back to a database of its own because the API server did not
    answer for a moment. `is_callback`: Airflow 3.3 refuses connections of its database to deadline callbacks; then the
    environment's settings hold.
    """
    from pipeline.settings import database_url_of, load, smtp_url_of

    smtp = _connection("newswatch_smtp", smtp_url_of, is_callback)
    found = load(database_url=_connection("newswatch_db", database_url_of, is_callback), smtp_url=smtp)
    if "database_url" not in found.model_fields_set:
        raise AirflowException("no database: set NEWSWATCH_DATABASE_URL, or make the connection newswatch_db")
    return found.model_copy(update={"mail_dir": None}) if smtp else found


def _connection(conn_id: str, address: Any, is_callback: bool) -> str | None:
    try:
        return str(address(Connection.get(conn_id)))
    except AirflowNotFoundException:
        return None
    except PermissionError:  # Airflow's AirflowSecretsBackendAccessDenied
        if is_callback:
            return None
        raise


# -------------------------------------------------------------------------------------------------------------- metrics


def count(name: str, result: Mapping[str, Any], now: datetime) -> None:
    """Send what a step did to StatsD or OpenTelemetry where Airflow has one on: for the run, and for feeds."""
    if not (conf.getboolean("metrics", "statsd_on") or conf.getboolean("metrics", "otel_on")):
        return
    from pipeline.desk import progress

    for key in ("seen", "done", "skipped", "failed"):
        stats.incr(f"newswatch.{name}.{key}", result[key])
    stats.timing(f"newswatch.{name}.duration", timedelta(seconds=result["seconds"]))
    for key, value in result["detail"].items():
        if isinstance(value, int) and not isinstance(value, bool):
            stats.incr(f"newswatch.{name}.{key}", value)
    for key, number in progress.waiting(settings(), now).items():
        stats.gauge(f"newswatch.waiting.{key}", number)
    if name == "match":
        context: Any = get_current_context()
        _count_feeds(context["dag_run"].start_date)
    if name == "deliver":
        _count_lags(now)


def _count_feeds(since: datetime) -> None:
    """Count what each feed brought in this run: stories, and those at level 1 and more."""
    from pipeline.desk import progress

    for feed in progress.brought(settings(), since):
        stats.incr(f"newswatch.feed.{feed['feed']}.stories", feed["stories"])
        stats.incr(f"newswatch.feed.{feed['feed']}.matches", feed["matches"])


def _count_lags(now: datetime) -> None:
    """Say how long the news took to the mails that were just sent: the step marks them with its time."""
    from pipeline.desk import progress

    for lag in progress.lags(settings(), now, now + timedelta(microseconds=1)):
        stats.incr(f"newswatch.feed.{lag['feed']}.mails")
        for kind in ("published", "seen"):
            if lag[f"{kind}_s"] is not None:
                took = timedelta(seconds=max(0.0, lag[f"{kind}_s"]))
                stats.timing(f"newswatch.lag.{kind}_to_mail", took)
                stats.timing(f"newswatch.lag.{kind}_to_mail.feed.{lag['feed']}", took)
