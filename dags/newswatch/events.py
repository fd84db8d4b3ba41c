"""Airflow DAG: when stories matched: read their pages, judge better text again, and fold them into events."""

from datetime import timedelta
from typing import Any

from airflow.sdk import AssetOrTimeSchedule, TriggerRule, task

from newswatch.chunks import judged
from newswatch.storyline import Storyline, every, wake, wakes, watch
from newswatch.tasks import explained

DOC = """
### What it does

`enrich` fetches the article pages of stories at level 1 and more · `plan` cuts the stories that got better text into
chunks, one at least · `match` judges each chunk again · `cluster` folds what waits into events. When an event changed, the
asset `newswatch_changed_events` wakes `newswatch_alerts`.

It is woken by the asset `newswatch_matched_stories`, several of whose events make one run, and once an hour by itself: pages
that failed are due again, and a wake-up that got lost costs an hour at most.

### When it is red

| red | what to do |
|---|---|
| `enrich` | the database, or no way out of this network (`newswatch enrich` by hand shows it). Pages that fail are only counted. The run went on without. |
| one `match`, `cluster` | the log has the reason. Its stories wait meanwhile and nothing is mailed about them; clear the task once it is mended. |
| `watcher` | only says that something before it is red; it is skipped in good runs. |

Two clusterings at once take turns by a lock, so clearing a task is always safe: a story joins its event at the time
at which it does so, not at that of the run.
"""

news = Storyline.of(__file__)

with news.dag(
    "events",
    "2 Events",
    "Read the pages of stories that matched, and fold the stories into events",
    doc=DOC,
    schedule=AssetOrTimeSchedule(timetable=every("25 * * * *"), assets=[news.stories]),
    late_after=timedelta(minutes=60),
    tags=["news"],
) as dag:

    @task(pool=news.fetching, execution_timeout=timedelta(minutes=30))
    @explained
    def enrich() -> Any:
        """Fetch the article pages of stories that matched."""
        from pipeline.steps import enrich

        return news.run(enrich)

    # What the other chunks judged is folded whatever became of one of them.
    @task(
        pool=news.thinking,
        execution_timeout=timedelta(hours=2),
        trigger_rule=TriggerRule.ALL_DONE_MIN_ONE_SUCCESS,
        **wakes(news.changed),
    )
    @explained
    def cluster(*, outlet_events: Any) -> Any:
        """Fold the stories that wait into events, and wake what tells readers."""
        from pipeline.steps import cluster

        tally = news.run(cluster)
        founded, changed = (int(tally["detail"].get(kind, 0)) for kind in ("founded", "changed"))
        wake(
            outlet_events, news.changed, news.waiting("alert"), stories=tally["done"], founded=founded, changed=changed
        )
        return tally

    # ALL_DONE: pages make judgements better; without them the stories are still news.
    plan, match = judged(news, TriggerRule.ALL_DONE)
    enrich() >> plan
    match >> cluster()
    watch(dag)
