"""Airflow DAG: by hand: judge history again after a change of the watchlist or of the matcher."""

from datetime import timedelta
from typing import Any

from airflow.sdk import Param, TriggerRule, get_current_context, task, timezone
from airflow.sdk.exceptions import AirflowSkipException

from newswatch.storyline import BY_HAND, CHUNK, Storyline, watch
from newswatch.tasks import explained, typed

DOC = """
### What it does

`plan` counts the stories seen since a date and cuts them into chunks · `rematch` judges a chunk with the current
watchlist, or with the stored version that is asked for · `cluster` and `alert` follow. Stories that were worthless before
and match now are *baseline*: they stand in their events, and nobody gets a mail about old news.

Look before you leap: with **Dry run** `rematch` only says how many levels would rise and fall (its return value, and its log);
nothing is written, and `cluster` and `alert` are skipped. `newswatch backtest --since …` shows examples too.

### When it is red

A chunk that failed can be cleared (with its downstream tasks); chunks that are done stay done, and judging them again changes
nothing, though it takes as long as the first time.
`plan` alone: an unknown watchlist version (they are in the table `watchlists`), a day that is still to come, or an unknown
parameter. Nothing was done, and nobody is told of an outage.
"""

news = Storyline.of(__file__)

with news.dag(
    "rematch",
    "Rematch (by hand)",
    "Judge history again after a change of the watchlist or of the matcher",
    doc=DOC,
    schedule=None,
    allowed=BY_HAND,
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
            None,
            type=["null", "integer"],
            minimum=100,
            maximum=20000,
            title="Chunk",
            description="Stories judged in one task; as in ingest by default (NEWSWATCH_MATCH_CHUNK).",
        ),
        "dry_run": Param(False, type="boolean", title="Dry run", description="Say what would change; write nothing."),
    },
) as dag:

    @task(pool=news.thinking, execution_timeout=timedelta(minutes=5))
    @explained
    def plan() -> Any:
        """Cut the stories since the date into chunks: [first, last] numbers."""
        from pipeline.steps import rematch

        run: Any = get_current_context()
        asked, found = run["params"], news.settings()
        with typed():
            rematch.since_of(asked["since"], timezone.utcnow())
            return rematch.plan(found, asked["since"], asked["chunk"] or found.match_chunk, asked.get("watchlist"))

    # One chunk at a time by default, and behind every other task: news of today does not wait for history.
    @task(
        pool=news.thinking,
        execution_timeout=timedelta(hours=2),
        max_active_tis_per_dagrun=news.size("rematch_tasks"),
        doc_md="Judge one chunk of stories again, or say what that would change.",
        priority_weight=1,
        weight_rule="absolute",
        map_index_template=CHUNK,
    )
    @explained
    def rematch(between: list[int]) -> Any:
        """Judge one chunk."""
        from pipeline.steps import rematch

        run: Any = get_current_context()
        asked = run["params"]
        return news.run(rematch, between=between, watchlist=asked.get("watchlist"), dry_run=asked["dry_run"])

    # What the other chunks changed is clustered whatever became of one of them; where nothing was judged, nothing runs.
    @task(pool=news.thinking, execution_timeout=timedelta(hours=2), trigger_rule=TriggerRule.ALL_DONE_MIN_ONE_SUCCESS)
    @explained
    def cluster() -> Any:
        """Fold the stories whose level changed into events."""
        from pipeline.steps import cluster

        run: Any = get_current_context()
        if run["params"]["dry_run"]:
            raise AirflowSkipException("a dry run: nothing was written, so there is nothing to fold")
        return news.run(cluster)

    @task(pool=news.telling, execution_timeout=timedelta(minutes=30))
    @explained
    def alert() -> Any:
        """Decide who is owed a mail about the events that changed."""
        from pipeline.steps import alert

        return news.run(alert)

    chunks = plan()
    rematch.expand(between=chunks) >> cluster() >> alert()
    watch(dag)
