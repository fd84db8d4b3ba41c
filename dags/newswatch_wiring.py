"""What the DAGs are made of: a DAG of ours, and how a step becomes a task.

Not a DAG file (see .airflowignore). A DAG file needs the words "dag" and "airflow" in it to be found at all.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from airflow.sdk import (
    DAG,
    Asset,
    CronTriggerTimetable,
    ExceptionRetryPolicy,
    RetryAction,
    RetryRule,
    TriggerRule,
    task,
)
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException
from newswatch_outages import deadline, on_failure, on_success
from newswatch_running import explained, keep, perform, waiting

# Lineage names, not addresses: what OpenLineage calls these tables on PostgreSQL. They are the same on SQLite.
STORIES = Asset("newswatch_stories", uri="postgres://newswatch-db:5432/newswatch/newswatch/stories", group="newswatch")
EVENTS = Asset("newswatch_events", uri="postgres://newswatch-db:5432/newswatch/newswatch/events", group="newswatch")

FETCHING, THINKING, TELLING = "newswatch_fetch", "newswatch_cpu", "newswatch_mail"  # pools: deploy/pools.json


class Step(NamedTuple):
    """How a step runs as a task. The limit is far above what a day's backlog takes: it is there to end hangs."""

    pool: str
    limit: timedelta
    what: str  # stands beside the task in the UI


STEPS: Mapping[str, Step] = {
    "sync": Step(THINKING, timedelta(minutes=5), "Bring the watch folder into the store."),
    "claim": Step(THINKING, timedelta(minutes=5), "Set the feeds that are due aside, and cut them into batches."),
    "fetch": Step(FETCHING, timedelta(minutes=30), "Fetch one batch of feeds; documents that changed are stored."),
    "parse": Step(THINKING, timedelta(hours=1), "Read the new documents into stories."),
    "detect": Step(THINKING, timedelta(hours=1), "Find the language of the new stories."),
    "match": Step(THINKING, timedelta(hours=2), "Give each story that waits its level against the watchlist."),
    "plan": Step(THINKING, timedelta(minutes=5), "Cut the stories since the date into chunks."),
    "rematch": Step(THINKING, timedelta(hours=2), "Judge one chunk of stories again."),
    "enrich": Step(FETCHING, timedelta(minutes=30), "Fetch the article pages of stories that matched."),
    "cluster": Step(THINKING, timedelta(hours=2), "Fold the stories that wait into events."),
    "alert": Step(TELLING, timedelta(minutes=30), "Decide who is owed a mail about the events that changed."),
    "deliver": Step(TELLING, timedelta(minutes=30), "Send the mails that are due."),
    # not in the pool of the mails: a web hook that hangs must not hold them up
    "targets": Step(FETCHING, timedelta(minutes=30), "Tell web hooks and chats what the mails told."),
    "outcomes": Step(TELLING, timedelta(minutes=5), "Look for important events that nobody was told."),
    "checks": Step(THINKING, timedelta(minutes=30), "Run sql/checks: each returns the rows that are wrong."),
    "prune": Step(THINKING, timedelta(hours=2), "Remove what is kept for a time only."),
    "heartbeat": Step(TELLING, timedelta(minutes=5), "Mail the operator the weekly sign of life."),
}

DEFAULTS: dict[str, Any] = {
    "owner": "newswatch",
    "retries": 4,
    # 10, 30, 90 and 270 s, to each of which Airflow adds up to as much again: a restart takes seconds, an upgrade minutes
    "retry_delay": timedelta(seconds=10),
    "retry_exponential_backoff": 3.0,
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
        on_failure_callback=on_failure,
        on_success_callback=on_success,
        deadline=deadline(dag_id, late_after),
        **{"dagrun_timeout": timedelta(hours=6)} | options,
    )


def every(cron: str) -> CronTriggerTimetable:
    """Run at the times of a cron line, in UTC."""
    return CronTriggerTimetable(cron, timezone="UTC")


def options_of(name: str) -> dict[str, Any]:
    """Give what `@task` needs to know of a step: its name, pool, time limit and text."""
    how = STEPS[name]
    return {
        "task_id": name,
        "pool": how.pool,
        "execution_timeout": how.limit,
        "doc_md": how.what,
        "multiple_outputs": False,
    }


def step(
    name: str,
    *,
    if_waiting: bool = False,
    then: Sequence[str] = (),
    red_if_failed: bool = False,
    can_retry: bool = False,
    **options: Any,
) -> Any:
    """Make a step of the pipeline a task whose small result is its tally.

    `if_waiting`: skipped when nothing waits for it. `then`: skipped afterwards, so that no asset event is sent, when
    nothing waits for any of these steps. `red_if_failed`: what the step counts as failed makes the task red, at once
    since the next run looks again anyway, or after retries with `can_retry`.
    """

    @task(**(options_of(name) | options))
    def run() -> Any:
        if if_waiting and not waiting()[name]:
            raise AirflowSkipException(f"nothing waits for {name}")
        with explained():
            result = perform(name)
        if red_if_failed and result["failed"]:
            found = {f"{name} {key}": value for key, value in result["detail"].items() if value}
            why = f"{result['failed']} of {result['seen']} failed: " + ", ".join(f"{k} ({v})" for k, v in found.items())
            with explained(list(found)):
                raise AirflowException(why) if can_retry else AirflowFailException(why)
        if then and not any(waiting()[one] for one in then):
            keep(result)
            raise AirflowSkipException(f"{name} is done; nothing waits for {' or '.join(then)}, so nobody is woken")
        return result

    return run()


def deliver(**options: Any) -> Any:
    """Make delivery a task: skipped where nobody said how to send, red while the mail server fails, not when a mail does.

    No retry: the outbox tries again by itself, in five minutes and later.
    """

    @task(**(options_of("deliver") | options))
    def run() -> Any:
        with explained():
            result = perform("deliver")
            why, held = result["detail"].get("why"), result["detail"].get("held", 0)
            if held or (why and result["failed"]):
                raise AirflowFailException(f"{why or 'the mail server fails'}; {held} alerts wait for it")
        if why:
            keep(result)
            raise AirflowSkipException(f"deliver: {why}")
        return result

    return run()


def verdict(*tasks: Any) -> None:
    """Make a run red when any of these tasks failed though others went on without it."""

    @task(task_id="verdict", trigger_rule=TriggerRule.ONE_FAILED, retries=0, execution_timeout=timedelta(minutes=1))
    def judge() -> None:
        """Say that a task of this run failed, and nothing else."""
        raise AirflowFailException("a task of this run failed; the others did what could be done without it")

    list(tasks) >> judge()
