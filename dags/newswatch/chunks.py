"""Stories judged in chunks: the two tasks that `ingest` and `events` share, so that more workers do more."""

from datetime import timedelta
from typing import Any

from airflow.sdk import TriggerRule, task, timezone

from newswatch.storyline import CHUNK, Storyline
from newswatch.tasks import explained


def judged(news: Storyline, begin: TriggerRule = TriggerRule.ALL_SUCCESS) -> tuple[Any, Any]:
    """Add `plan` and `match` to the DAG that is being made; give both, the second mapped over the chunks of the first.

    `begin`: when `plan` begins, by what became of the tasks before it.
    """

    @task(pool=news.thinking, execution_timeout=timedelta(minutes=5), trigger_rule=begin)
    @explained
    def plan() -> Any:
        """Cut the stories that wait for judgement into chunks: [first, last] numbers."""
        from pipeline.steps import match

        return match.plan(news.settings(), timezone.utcnow())

    # Behind every task that does all its work at once, and before history: a long queue holds nothing else up.
    @task(
        pool=news.thinking,
        execution_timeout=timedelta(hours=2),
        max_active_tis_per_dagrun=news.size("match_tasks"),
        doc_md="Give each story of one chunk that waits its level against the watchlist.",
        priority_weight=2,
        weight_rule="absolute",
        map_index_template=CHUNK,
    )
    @explained
    def match(between: list[int | None]) -> Any:
        """Judge one chunk."""
        from pipeline.steps import match

        return news.run(match, between=between)

    chunks = plan()
    return chunks, match.expand(between=chunks)
