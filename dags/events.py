"""Airflow DAG: when stories matched: read their pages, judge better text again, and fold them into events."""

from datetime import timedelta

from airflow.sdk import AssetOrTimeSchedule, TriggerRule
from newswatch_wiring import EVENTS, STORIES, every, job, step, verdict

DOC = """
### What it does

`enrich` fetches the article pages of stories at level 1 and more · `match` judges those again that got better text
(*skipped* when none did) · `cluster` folds what waits into events. When an event changed, the asset `newswatch_events`
wakes `newswatch_alerts`; otherwise `cluster` ends as *skipped*.

It is woken by the asset `newswatch_stories`, several of whose events make one run, and once an hour by itself: pages
that failed are due again, and a wake-up that got lost costs an hour at most.

### When it is red

| red | what to do |
|---|---|
| `enrich` | the database, or no way out of this network (`newswatch enrich` by hand shows it). Pages that fail are only counted. The run went on without. |
| `match`, `cluster` | the log has the reason. Stories wait meanwhile and nothing is mailed about them; clear the task once it is mended. |

Two clusterings at once take turns by a lock, so clearing a task is always safe.
"""

with job(
    "newswatch_events",
    doc=DOC,
    schedule=AssetOrTimeSchedule(timetable=every("25 * * * *"), assets=[STORIES]),
    late_after=timedelta(minutes=60),
    tags=["news"],
) as dag:
    enrich = step("enrich", if_waiting=True)
    # ALL_DONE: pages make judgements better; without them the stories are still news.
    match = step("match", if_waiting=True, trigger_rule=TriggerRule.ALL_DONE)
    cluster = step("cluster", trigger_rule=TriggerRule.NONE_FAILED, then=["alert"], inlets=[STORIES], outlets=[EVENTS])
    enrich >> match >> cluster
    verdict(enrich, match, cluster)
