"""Airflow DAG: by hand: judge history again after a change of the watchlist or of the matcher."""

from datetime import timedelta
from typing import Any

from airflow.sdk import Param, TriggerRule, get_current_context, task
from newswatch_running import explained, no_other_params, perform, settings
from newswatch_wiring import job, options_of, step, verdict

DOC = """
### What it does

`plan` counts the stories seen since a date and cuts them into chunks · `rematch` judges a chunk with the current
watchlist, or with the stored version that is asked for · `cluster` and `alert` follow. Stories that were worthless before
and match now are *baseline*: they stand in their events, and nobody gets a mail about old news.

Look before you leap: `newswatch backtest --since …` says what would change, and writes nothing.

### When it is red

A chunk that failed can be cleared (with its downstream tasks); chunks that are done stay done, and judging them again changes
nothing, though it takes as long as the first time.
An unknown watchlist version or parameter fails at once: versions are in the table `watchlists`.
"""

with job(
    "newswatch_rematch",
    doc=DOC,
    schedule=None,
    late_after=timedelta(days=1),
    dagrun_timeout=timedelta(days=3),  # a year of stories in languages that need the large encoder
    tags=["by-hand"],
    params={
        "since": Param(type="string", format="date", title="Since", description="Stories seen from this day on (UTC)."),
        "watchlist": Param(
            None,
            type=["null", "string"],
            pattern="^[0-9a-f]{6,32}$",
            title="Watchlist version",
            description="Judge with this stored version; the current one by default.",
        ),
        "chunk": Param(
            1000, type="integer", minimum=100, maximum=20000, title="Chunk", description="Stories judged in one task."
        ),
    },
) as dag:

    @task(**options_of("plan"))
    def plan() -> Any:
        """Cut the stories into chunks: [first, last] numbers."""
        from pipeline.steps import rematch

        context: Any = get_current_context()
        params = context["params"]
        with explained():
            no_other_params()
            return rematch.plan(settings(), params["since"], params["chunk"], params.get("watchlist"))

    # One chunk at a time, and behind every other task: news of today does not wait for history.
    @task(
        **options_of("rematch"),
        max_active_tis_per_dagrun=1,
        priority_weight=1,
        weight_rule="absolute",
        map_index_template="stories {{ task.op_kwargs['between'][0] }} to {{ task.op_kwargs['between'][1] }}",
    )
    def rematch(between: list[int]) -> Any:
        """Judge one chunk again."""
        context: Any = get_current_context()
        with explained():
            return perform("rematch", between=between, watchlist=context["params"].get("watchlist"))

    chunks = plan()
    judged = rematch.expand(between=chunks)
    # ALL_DONE: what the other chunks changed is clustered whatever became of one of them.
    cluster = step("cluster", trigger_rule=TriggerRule.ALL_DONE)
    alert = step("alert")
    judged >> cluster >> alert
    verdict(chunks, judged, cluster, alert)
