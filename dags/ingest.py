"""Airflow DAG: every five minutes: fetch the feeds that are due, and turn what is new into judged stories."""

from datetime import timedelta
from typing import Any

from airflow.sdk import Param, TriggerRule, get_current_context, task
from newswatch_running import explained, moment, no_other_params, perform, settings
from newswatch_wiring import STORIES, every, job, options_of, step, verdict

DOC = """
### What it does

`sync` brings the watch folder into the store · `claim` sets the feeds that are due aside, in batches that never split a
host · `fetch` gets each batch · `parse`, `detect`, `match` turn new documents into stories with a language and a level.
When something waits for `newswatch_events` afterwards, the asset `newswatch_stories` wakes it; otherwise `match` ends as
*skipped*, which is how a quiet run looks.

Each step takes everything that waits in the database, so a run that failed or never took place is made up for by the next.

### When it is red

| red | what to do |
|---|---|
| `sync` | a file of the watch folder is wrong; the log names file and line. The run went on with the last good state. Correct the file; the next run reads it. |
| `claim`, or every task | the database does not answer, or waits for `newswatch db upgrade`: the log says which. |
| one `fetch` | its batch was not finished: killed worker or time limit. Its feeds are due again within the hour; single feeds that fail never make it red (`newswatch feeds check`). |
| `parse` | a document can not be stored at all (one that can not be *read* is only counted). Report it with its body number. |
| `match` | the log has the reason; stories wait meanwhile. After a change of the watchlist, `newswatch explain STORY` shows whether it judges. |
| `verdict` | only says that something before it is red. |

Clearing a task is always safe: what is stored is not done twice. Clear it with its downstream tasks, or `verdict` stays red.
"""

with job(
    "newswatch_ingest",
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
    sync = step("sync")

    # ALL_DONE: a mistake in the watch folder must not stop the news; the run goes on with what was read last.
    @task(**options_of("claim"), trigger_rule=TriggerRule.ALL_DONE)
    def claim() -> Any:
        """Set the feeds that are due aside and give their numbers in batches."""
        from pipeline.steps import fetch

        context: Any = get_current_context()
        with explained():
            no_other_params()
            size = context["params"].get("batch_size")
            return fetch.claim_batches(settings(), moment("claim"), context["run_id"], size)

    # No more at once than the pool allows, so that a run with many batches leaves slots for pages and web hooks.
    @task(
        **options_of("fetch"),
        max_active_tis_per_dagrun=6,
        map_index_template="{{ task.op_kwargs['feed_ids'] | length }} feeds from number {{ task.op_kwargs['feed_ids'][0] }}",
    )
    def fetch(feed_ids: list[int]) -> Any:
        """Fetch one batch."""
        context: Any = get_current_context()
        with explained():
            return perform("fetch", feed_ids=feed_ids, claim=context["run_id"])

    claimed = claim()
    fetched = fetch.expand(feed_ids=claimed)
    # ALL_DONE: what the other batches brought is parsed, and with no feed due there is no batch at all.
    parse = step("parse", trigger_rule=TriggerRule.ALL_DONE)
    detect = step("detect")
    match = step("match", then=["enrich", "cluster"], outlets=[STORIES])
    sync >> claimed >> fetched >> parse >> detect >> match
    verdict(sync, claimed, fetched, parse, detect, match)
