"""Airflow DAG: every five minutes: fetch the feeds that are due, and turn what is new into judged stories."""

from datetime import timedelta
from typing import Any

from airflow.sdk import Param, TriggerRule, get_current_context, task, timezone

from newswatch.chunks import judged
from newswatch.storyline import Storyline, every, wake, wakes, watch
from newswatch.tasks import FoundWrongError, explained

DOC = """
### What it does

`sync` brings the watch folder into the store · `claim` sets the feeds that are due aside, in batches that never split a
host · `fetch` gets each batch (*skipped* when no feed is due) · `parse`, `detect` turn new documents into stories with a
language · `plan` cuts those that wait into chunks, one at least · `match` gives the stories of each chunk their level · when
something waits for `newswatch_events` afterwards, `wake_events` wakes it by the asset `newswatch_matched_stories`.

Each step takes everything that waits in the database, so a run that failed or never took place is made up for by the next.
Backfills are refused for that reason: there is nothing to be done for a day of last week. A cleared run does today's work.

### When it is red

| red | what to do |
|---|---|
| `sync` | a file of the watch folder is wrong; the log names file and line. The run went on with the last good state. Correct the file; the next run reads it. |
| `claim`, or every task | the database does not answer, or waits for `newswatch db upgrade`: the log says which. Every task of a run by hand: it was given a parameter that there is not. |
| one `fetch` | its batch was not finished: killed worker or time limit. Its feeds are due again within the hour; single feeds that fail never make it red (`newswatch feeds check`). Or no feed answers any more: the log names the common cause and the setting that cures it. |
| `parse` | a document can not be stored at all (one that can not be *read* is only counted). Report it with its body number. |
| one `match` | the log has the reason; the stories of its chunk wait meanwhile. After a change of the watchlist, `newswatch explain STORY` shows whether it judges. |
| `watcher` | only says that something before it is red; it is skipped in good runs. |

Clearing a task is always safe: what is stored is not done twice. Clear it with its downstream tasks, or `watcher` stays red.
"""

news = Storyline.of(__file__)

with news.dag(
    "ingest",
    "1 Ingest",
    "Fetch the feeds that are due; store, and judge, each new story",
    doc=DOC,
    schedule=every("*/5 * * * *"),
    late_after=timedelta(minutes=45),
    tags=["news"],
    params={
        "batch_size": Param(
            None,
            type=["null", "integer"],
            minimum=1,
            maximum=500,
            title="Batch size",
            description="Feeds in a batch; by default it follows from how many are due (25 to 50).",
        )
    },
) as dag:

    @task(pool=news.thinking, execution_timeout=timedelta(minutes=5))
    @explained
    def sync() -> Any:
        """Bring the watch folder into the store."""
        from pipeline.steps import sync

        return news.run(sync)

    # ALL_DONE: a mistake in the watch folder must not stop the news; the run goes on with what was read last.
    @task(pool=news.thinking, execution_timeout=timedelta(minutes=5), trigger_rule=TriggerRule.ALL_DONE)
    @explained
    def claim() -> Any:
        """Set the feeds that are due aside, and cut them into batches: lists of their numbers."""
        from pipeline.steps import fetch

        run: Any = get_current_context()
        return fetch.claim_batches(news.settings(), timezone.utcnow(), run["run_id"], run["params"].get("batch_size"))

    # Fewer at once than the pool allows, so that a run with many batches leaves slots for pages and web hooks.
    @task(
        pool=news.fetching,
        execution_timeout=timedelta(minutes=30),
        max_active_tis_per_dagrun=news.fetch_tasks,
        doc_md="Fetch one batch of feeds; documents that changed are stored.",
        map_index_template="{{ task.op_kwargs['feed_ids'] | length }} feeds from number {{ task.op_kwargs['feed_ids'][0] }}",
    )
    @explained
    def fetch(feed_ids: list[int]) -> Any:
        """Fetch one batch."""
        from pipeline.desk import feeds
        from pipeline.steps import fetch

        run: Any = get_current_context()
        tally = news.run(fetch, feed_ids=feed_ids, claim=run["run_id"])
        if tally["failed"] and not tally["done"] and (why := feeds.cut_off(news.settings())):
            raise FoundWrongError(why, ["no feed answers"])
        return tally

    # ALL_DONE: what the other batches brought is parsed, and with no feed due there is no batch at all.
    @task(pool=news.thinking, execution_timeout=timedelta(hours=1), trigger_rule=TriggerRule.ALL_DONE)
    @explained
    def parse() -> Any:
        """Read the new documents into stories."""
        from pipeline.steps import parse

        return news.run(parse)

    @task(pool=news.thinking, execution_timeout=timedelta(hours=1))
    @explained
    def detect() -> Any:
        """Find the language of the new stories."""
        from pipeline.steps import detect

        return news.run(detect)

    # What the other chunks brought goes on whatever became of one of them.
    @task(
        pool=news.thinking,
        execution_timeout=timedelta(minutes=5),
        trigger_rule=TriggerRule.ALL_DONE_MIN_ONE_SUCCESS,
        **wakes(news.stories),
    )
    @explained
    def wake_events(*, outlet_events: Any) -> Any:
        """Wake what folds stories into events, when some wait for it."""
        from pipeline.desk import progress

        tally, found = news.total("match"), progress.waiting(news.settings(), timezone.utcnow())
        waiting = {step: found[step] for step in ("enrich", "cluster")}
        wake(outlet_events, news.stories, waiting, stories=tally["seen"], matched=tally["done"])
        return tally

    batches = claim()
    plan, match = judged(news)
    sync() >> batches >> fetch.expand(feed_ids=batches) >> parse() >> detect() >> plan
    match >> wake_events()
    watch(dag)
