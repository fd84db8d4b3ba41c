"""What the DAGs share: how a step becomes a task, whose time it runs at, its settings, and the mails to the operator.

Not a DAG file (see .airflowignore). A DAG file needs the words "dag" and "airflow" in it to be found at all. Everything heavy is imported inside the functions: this is read at every parse.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from airflow.sdk import (
    DAG,
    Asset,
    Connection,
    CronTriggerTimetable,
    DeadlineAlert,
    DeadlineReference,
    ExceptionRetryPolicy,
    RetryAction,
    RetryRule,
    SyncCallback,
    TriggerRule,
    conf,
    get_current_context,
    task,
    timezone,
)
from airflow.sdk.exceptions import AirflowFailException, AirflowNotFoundException, AirflowSkipException
from airflow.sdk.observability import stats

from pipeline import steps

# Lineage names, not addresses: what OpenLineage calls these tables on PostgreSQL. They are the same on SQLite.
STORIES = Asset("newswatch_stories", uri="postgres://newswatch-db:5432/newswatch/newswatch/stories", group="newswatch")
EVENTS = Asset("newswatch_events", uri="postgres://newswatch-db:5432/newswatch/newswatch/events", group="newswatch")

FETCHING, THINKING, TELLING = "newswatch_fetch", "newswatch_cpu", "newswatch_mail"  # pools: deploy/pools.json

# step: (pool, time limit). A limit is far above what the step takes for a day's backlog; it is there to end hangs.
STEPS: Mapping[str, tuple[str, timedelta]] = {
    "sync": (THINKING, timedelta(minutes=5)),
    "claim": (THINKING, timedelta(minutes=5)),
    "fetch": (FETCHING, timedelta(minutes=30)),
    "parse": (THINKING, timedelta(hours=1)),
    "detect": (THINKING, timedelta(hours=1)),
    "match": (THINKING, timedelta(hours=2)),
    "rematch": (THINKING, timedelta(hours=2)),
    "enrich": (FETCHING, timedelta(minutes=30)),
    "cluster": (THINKING, timedelta(hours=2)),
    "alert": (TELLING, timedelta(minutes=30)),
    "deliver": (TELLING, timedelta(minutes=30)),
    "targets": (TELLING, timedelta(minutes=30)),
    "outcomes": (TELLING, timedelta(minutes=5)),
    "checks": (THINKING, timedelta(minutes=30)),
    "prune": (THINKING, timedelta(hours=2)),
    "heartbeat": (TELLING, timedelta(minutes=5)),
}

# These act on the world or hold leases, so they go by the time at which their attempt really began: a lease counted
# from the time of a run that waited in a queue, or was cleared a week later, would be void before it is held.
ACTING = frozenset({"claim", "fetch", "enrich", "deliver", "targets", "outcomes", "checks", "prune", "heartbeat"})

DEFAULTS: dict[str, Any] = {
    "owner": "newswatch",
    "retries": 4,
    "retry_delay": timedelta(seconds=10),
    "retry_exponential_backoff": 3.0,  # 10 s, 30 s, 90 s, 270 s: a restart takes seconds, an upgrade minutes
    "max_retry_delay": timedelta(minutes=10),
    "execution_timeout": timedelta(minutes=30),
    "retry_policy": ExceptionRetryPolicy(
        rules=[
            RetryRule(
                exception=["pipeline.errors.ConfigError", "pipeline.errors.NotFoundError"],
                action=RetryAction.FAIL,
                reason="a setting, a file or a parameter is wrong: a person must act, a retry can not help",
            )
        ]
    ),
}

# ------------------------------------------------------------------------------------------------- DAGs and their tasks


def job(dag_id: str, *, schedule: Any, doc: str, late_after: timedelta, tags: Sequence[str], **options: Any) -> DAG:
    """Make one of our DAGs: one run at a time, no catching up, the operator told once an outage and of late runs."""
    return DAG(
        dag_id,
        schedule=schedule,
        doc_md=doc,
        tags={"newswatch", *tags},
        default_args=DEFAULTS,
        # A second run at once would find nothing that the first has not taken; a run that never took place loses
        # nothing either: what waits stands in the database, and the next run takes it all.
        max_active_runs=1,
        catchup=False,
        dagrun_timeout=timedelta(hours=6),
        on_failure_callback=on_failure,
        on_success_callback=on_success,
        deadline=DeadlineAlert(
            reference=DeadlineReference.DAGRUN_QUEUED_AT,
            interval=late_after,
            callback=SyncCallback(on_late, kwargs={"job": dag_id, "minutes": int(late_after.total_seconds() // 60)}),
        ),
        **options,
    )


def every(cron: str) -> CronTriggerTimetable:
    """Run at the times of a cron line, in UTC."""
    return CronTriggerTimetable(cron, timezone="UTC")


def options_of(step: str) -> dict[str, Any]:
    """Give what `@task` needs to know of a step: its name, pool and time limit."""
    pool, limit = STEPS[step]
    return {"task_id": step, "pool": pool, "execution_timeout": limit, "multiple_outputs": False}


def step(
    name: str, *, if_waiting: bool = False, then: Sequence[str] = (), is_strict: bool = False, **options: Any
) -> Any:
    """Make a step of the pipeline a task whose small result is its tally.

    `if_waiting`: skipped when nothing waits for it. `then`: skipped afterwards, so that no asset event is sent, when
    nothing waits for any of these steps. `is_strict`: what the step counts as failed makes the task red; no retry, since
    the next run tries again anyway.
    """

    @task(**(options_of(name) | options))
    def run() -> Any:
        if if_waiting and not waiting()[name]:
            raise AirflowSkipException(f"nothing waits for {name}")
        result = perform(name)
        if is_strict and result["failed"]:
            raise AirflowFailException(
                f"{name}: {result['failed']} of {result['seen']} failed; the log lines say which"
            )
        if then and not any(waiting()[one] for one in then):
            keep(result)
            raise AirflowSkipException(f"{name} is done; nothing waits for {' or '.join(then)}, so nobody is woken")
        return result

    return run()


def deliver() -> Any:
    """Make delivery a task: skipped where nobody said how to send, red when the mail server failed, not when a mail did."""

    @task(**options_of("deliver"))
    def run() -> Any:
        result = perform("deliver")
        why = result["detail"].get("why")
        if why and result["failed"]:
            raise AirflowFailException(f"deliver: {why}")  # the outbox tries again by itself, in five minutes and later
        if why:
            keep(result)
            raise AirflowSkipException(f"deliver: {why}")
        return result

    return run()


def verdict(*tasks: Any) -> None:
    """Make a run red when any of these tasks failed though others went on without it."""

    @task(task_id="verdict", trigger_rule=TriggerRule.ONE_FAILED, retries=0, execution_timeout=timedelta(minutes=1))
    def judge() -> None:
        raise AirflowFailException("a task of this run failed; the others did what could be done without it")

    list(tasks) >> judge()


# ------------------------------------------------------------------------------------------------------- inside a task


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
    _count(name, result, now)
    return result


def moment(name: str) -> datetime:
    """Give the time that a step runs at: the run's, so that a retry decides the same; for those that act, the attempt's.

    Runs that an asset, a person or the REST API started have no logical date, but every run has a `run_after`.
    """
    context: Any = get_current_context()
    begun = context["ti"].start_date
    return begun if name in ACTING and begun is not None else context["dag_run"].run_after


def settings() -> Any:
    """Read the settings; the connections newswatch_db and newswatch_smtp, where there are any, win over them."""
    from pipeline.settings import load

    return load(database_url=_uri("newswatch_db"), smtp_url=_uri("newswatch_smtp"))


def waiting() -> Mapping[str, int]:
    """Count what waits for each step."""
    from pipeline.steps import progress

    context: Any = get_current_context()
    return progress.waiting(settings(), context["ti"].start_date or context["dag_run"].run_after)


def keep(result: Any) -> None:
    """Keep a task's result though the task will end as skipped."""
    context: Any = get_current_context()
    context["ti"].xcom_push(key="return_value", value=result)


def _uri(conn_id: str) -> str | None:
    try:
        found = Connection.get(conn_id)
    except AirflowNotFoundException:
        return None
    return smtp_url(found) if found.conn_type == "smtp" else found.get_uri()


def smtp_url(found: Any) -> str:
    """Write an SMTP connection as NEWSWATCH_SMTP_URL; `disable_ssl`, `disable_tls` and `timeout` of its extra count."""
    extra = found.extra_dejson
    user = f"{quote(found.login, safe='')}:{quote(found.password or '', safe='')}@" if found.login else ""
    scheme = "smtp" if _is_true(extra.get("disable_ssl")) else "smtps"
    query = {"timeout": extra["timeout"]} if extra.get("timeout") else {}
    if scheme == "smtp":
        query["starttls"] = "no" if _is_true(extra.get("disable_tls")) else "yes"
    port = f":{found.port}" if found.port else ""
    return f"{scheme}://{user}{found.host}{port}" + (f"?{urlencode(query)}" if query else "")


def _is_true(value: object) -> bool:
    return str(value).lower() in {"true", "1", "yes"}


# -------------------------------------------------------------------------------------------------------------- metrics


def _count(name: str, result: Mapping[str, Any], now: datetime) -> None:
    """Send what a step did, and after mails what they took, to StatsD or OpenTelemetry where Airflow has them on."""
    if not (conf.getboolean("metrics", "statsd_on") or conf.getboolean("metrics", "otel_on")):
        return
    from pipeline.steps import progress

    for key in ("seen", "done", "skipped", "failed"):
        stats.incr(f"newswatch.{name}.{key}", result[key])
    stats.timing(f"newswatch.{name}.duration", timedelta(seconds=result["seconds"]))
    for key, value in result["detail"].items():
        if isinstance(value, int) and not isinstance(value, bool):
            stats.incr(f"newswatch.{name}.{key}", value)
    for key, count in progress.waiting(settings(), now).items():
        stats.gauge(f"newswatch.waiting.{key}", count)
    if name != "deliver":
        return
    for lag in progress.lags(settings(), now, now + timedelta(microseconds=1)):  # the step marks mails with its time
        for kind in ("published", "seen"):
            if lag[f"{kind}_s"] is not None:
                took = timedelta(seconds=max(0.0, lag[f"{kind}_s"]))
                stats.timing(f"newswatch.lag.{kind}_to_mail", took)
                stats.timing(f"newswatch.lag.{kind}_to_mail.feed.{lag['feed']}", took)


# ---------------------------------------------------------------------------------------------------- telling the operator


def on_failure(context: Any) -> None:
    """Mail the operator that a DAG fails, once until it works again."""
    from pipeline.steps import outage

    dag_id, run_id = context["dag"].dag_id, context["run_id"]
    what = f"Run {run_id}: {context.get('reason') or 'a task failed'}."
    where = f"{conf.get('api', 'base_url', fallback='').rstrip('/')}/dags/{dag_id}/runs/{run_id}"
    outage.began(settings(), timezone.utcnow(), dag_id, what, where)


def on_success(context: Any) -> None:
    """Mail the operator that a DAG works again, if it had failed."""
    from pipeline.steps import outage

    outage.ended(settings(), timezone.utcnow(), context["dag"].dag_id)


def on_late(job: str, minutes: int) -> None:
    """Mail the operator that a run takes longer than it should, once until one has ended well."""
    from pipeline.steps import outage

    what = f"A run was queued more than {minutes} minutes ago and has not ended: no free slot, or a task that hangs."
    outage.began(settings(), timezone.utcnow(), job, what, conf.get("api", "base_url", fallback=""))
