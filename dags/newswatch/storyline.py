"""A storyline in Airflow: the prefix of its DAGs, assets, pools and connections, and how a DAG of ours is made.

One Airflow may watch several: each has a folder of DAG files and, beside them, a file storyline.toml with its prefix.
"""

import os
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from airflow.sdk import (
    DAG,
    Asset,
    AssetAlias,
    CronTriggerTimetable,
    ExceptionRetryPolicy,
    RetryAction,
    RetryRule,
    TriggerRule,
    get_current_context,
    task,
    timezone,
)
from airflow.sdk.exceptions import AirflowFailException

from newswatch.metrics import count
from newswatch.tasks import settings
from newswatch.told import deadline, on_failure, on_success

DEFAULT = "newswatch"
FILE = "storyline.toml"

# What stands before any task runs: slots of new pools, tasks at once (None: as the pool has slots). The environment may
# say others, by the settings of these names: pipeline/settings.py is too heavy for a parse, and has the same defaults.
SIZES: Mapping[str, int | None] = {
    "pool_fetch": 8, "pool_cpu": 2, "pool_mail": 1, "fetch_tasks": None, "match_tasks": None, "rematch_tasks": 1,
}  # fmt: skip

DEFAULTS: dict[str, Any] = {
    "owner": "newswatch",
    "priority_weight": 3,  # before a chunk of match (2), which goes before one of rematch (1)
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
# The name of a chunk of stories in the grid; the last one of new stories has no end
CHUNK = "stories from {{ task.op_kwargs['between'][0] }} to {{ task.op_kwargs['between'][1] or 'the newest' }}"
# A backfill would do today's work under old dates, many times over: each run takes all that waits, whatever its date.
BY_CLOCK = ("scheduled", "manual", "asset_triggered", "asset_materialization")
BY_HAND = ("manual",)


class Storyline(NamedTuple):
    """The names of one storyline in Airflow."""

    prefix: str

    @classmethod
    def of(cls, file: str) -> "Storyline":
        """Give the storyline that a DAG file belongs to: the one that storyline.toml beside it names, else newswatch."""
        path = Path(file).parent / FILE
        said = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        prefix = said.get("prefix", DEFAULT)
        if not isinstance(prefix, str) or not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", prefix):
            raise ValueError(
                f"{path}: prefix is {prefix!r}; write small letters, digits and _, beginning with a letter"
            )
        return cls(prefix)

    # ------------------------------------------------------------------------------------------------ pools, assets

    @property
    def fetching(self) -> str:
        """The pool of what is on the network."""
        return f"{self.prefix}_fetch"

    @property
    def thinking(self) -> str:
        """The pool of what computes."""
        return f"{self.prefix}_cpu"

    @property
    def telling(self) -> str:
        """The pool of what sends mails."""
        return f"{self.prefix}_mail"

    def size(self, name: str) -> int | None:
        """Give one of SIZES: what PREFIX_NAME says, else NEWSWATCH_NAME, else its default; ValueError for no number."""
        for prefix in (self.prefix, DEFAULT):
            variable = f"{prefix}_{name}".upper()
            if said := os.environ.get(variable):  # noqa: TID251 - settings are too heavy for a parse
                if not said.isdecimal() or int(said) < 1:
                    raise ValueError(f"{variable} is {said!r}; write a number of 1 or more")
                return int(said)
        return SIZES[name]

    @property
    def fetch_tasks(self) -> int:
        """How many batches a run fetches at once: two slots of the pool are left for pages and web hooks."""
        return self.size("fetch_tasks") or max(1, (self.size("pool_fetch") or 1) - 2)

    @property
    def stories(self) -> Asset:
        """Stories that matched, and wait for their event."""
        return self._asset("matched_stories", "matches")

    @property
    def changed(self) -> Asset:
        """Events that are new or changed, and of which nobody was told yet."""
        return self._asset("changed_events", "events")

    def _asset(self, name: str, table: str) -> Asset:
        """Name a table of the database that is configured; without an address when only a Connection knows it."""
        url = os.environ.get(f"{self.prefix.upper()}_DATABASE_URL", "")  # noqa: TID251 - settings are too heavy for a parse
        said = f"{self.prefix}_{name}"
        return Asset(said, uri=_address(url, table) or said, group=self.prefix)

    # --------------------------------------------------------------------------------------------------- inside tasks

    def run(self, step: ModuleType, **options: Any) -> dict[str, Any]:
        """Run a step of `pipeline.steps` now; give its tally as a small dictionary, and count it in the metrics.

        Now, not at the time of the run: a run that was cleared, or waited, does today's work, and what it writes down
        (joined, judged, mailed) happened when it happened.
        """
        from pipeline import steps

        now, found = timezone.utcnow(), self.settings()
        tally = asdict(steps.perform(step, found, now, **options))
        tally["seconds"] = round(tally["seconds"], 3)
        tally["detail"] = {k: v for k, v in tally["detail"].items() if isinstance(v, int | float | str | bool)}
        run: Any = get_current_context()
        count(self.prefix, found, tally, now, run["dag_run"].start_date)
        return tally

    def settings(self) -> Any:
        """Read this storyline's settings."""
        return settings(self.prefix)

    def total(self, task_id: str) -> dict[str, int]:
        """Add up what the chunks of a mapped task of this run did; one that failed did nothing that counts."""
        run: Any = get_current_context()
        tallies = [tally for tally in run["ti"].xcom_pull(task_ids=[task_id]) if tally]
        return {key: sum(tally[key] for tally in tallies) for key in ("seen", "done", "skipped", "failed")}

    def waiting(self, *steps: str) -> dict[str, int]:
        """Count what waits for each of these steps now."""
        from pipeline.desk import progress

        found = progress.waiting(self.settings(), timezone.utcnow())
        return {step: found[step] for step in steps}

    # ---------------------------------------------------------------------------------------------------------- DAGs

    def dag(
        self,
        name: str,
        title: str,
        description: str,
        *,
        schedule: Any,
        doc: str,
        late_after: timedelta,
        tags: Collection[str],
        allowed: Collection[str] = BY_CLOCK,
        **options: Any,
    ) -> DAG:
        """Make one of our DAGs: one run at a time, no catching up, no backfills, the operator told of outages."""
        dag_id = f"{self.prefix}_{name}"
        return DAG(
            dag_id,
            dag_display_name=f"{self.prefix}: {title}",
            description=description,
            schedule=schedule,
            doc_md=doc.replace("newswatch_", f"{self.prefix}_"),
            tags={"newswatch", self.prefix, *tags},
            default_args=DEFAULTS,
            # A second run at once would find nothing that the first has not taken; a run that never took place loses
            # nothing either: what waits stands in the database, and the next run takes it all.
            max_active_runs=1,
            catchup=False,
            allowed_run_types=allowed,  # type: ignore[arg-type]  # it reads words too
            on_failure_callback=partial(on_failure, self.prefix),
            on_success_callback=partial(on_success, self.prefix),
            deadline=deadline(self.prefix, dag_id, late_after),
            **{"dagrun_timeout": timedelta(hours=6)} | options,
        )


def wakes(asset: Asset) -> dict[str, Any]:
    """Give a task the right to send this asset's event, which it does only when there is something to do.

    An alias, since a plain outlet sends its event whenever the task succeeds: quiet runs would have to end as skipped.
    """
    return {"outlets": [AssetAlias(asset.name, group=asset.group)]}


def wake(outlet_events: Any, asset: Asset, waiting: Mapping[str, int], **numbers: int) -> None:
    """Send the event of an asset if something waits, with what brought it and what waits as numbers.

    By its name: a worker may reach the database at another address than the dag-processor, which gave the asset its own.
    """
    if any(waiting.values()):
        known = Asset.ref(name=asset.name)
        outlet_events[AssetAlias(asset.name, group=asset.group)].add(known, extra={**numbers, "waiting": dict(waiting)})


def every(cron: str) -> CronTriggerTimetable:
    """Run at the times of a cron line, in UTC."""
    return CronTriggerTimetable(cron, timezone="UTC")


def watch(dag: DAG) -> None:
    """Make a run red when any task failed though others went on without it: Airflow's *watcher* pattern.

    A run's state is that of its last tasks, so one that goes on after a failure would look well. The watcher is skipped
    in every good run.
    """

    @task(
        task_id="watcher",
        trigger_rule=TriggerRule.ONE_FAILED,
        retries=0,
        execution_timeout=timedelta(minutes=1),
        retry_policy=None,
    )
    def judge() -> None:
        """Fails when a task of this run failed, and is skipped when none did."""
        raise AirflowFailException("a task of this run failed; the others did what could be done without it")

    every_task = list(dag.tasks)
    every_task >> judge()


def _address(url: str, table: str) -> str | None:
    """Write a table of this database as an asset's address, without credentials; None where it would be a guess."""
    if not url:
        return None
    parts = urlsplit(url)
    if url.startswith("sqlite:////"):
        return f"sqlite://{parts.path.removeprefix('/') if parts.path.startswith('//') else parts.path}/{table}"
    if parts.scheme.startswith("postgresql") and parts.hostname:
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        return f"postgres://{host}:{parts.port or 5432}/{parts.path.strip('/')}/newswatch/{table}"
    return None
