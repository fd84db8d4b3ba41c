"""Airflow DAG: when events changed, and every quarter of an hour: decide who is owed a mail, and send what is due."""

from datetime import timedelta
from typing import Any

from airflow.sdk import AssetOrTimeSchedule, TriggerRule, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from newswatch.storyline import Storyline, every, watch
from newswatch.tasks import explained, red_if_failed

DOC = """
### What it does

`alert` decides for each changed event who is owed a mail and puts it into the outbox · `deliver` sends what is due: instant
mails, digests, mails held back by quiet hours or by the limit per hour, mails that failed before · `targets` tells web
hooks and chats what the mails told · `outcomes` looks from the other end: an event of level 3 without a delivered mail is an alarm.

It is woken by the asset `newswatch_changed_events`, and every quarter of an hour by itself, because clocks differ from UTC by quarters of
an hour too: a digest for 08:00 in Kathmandu is due at 02:15 UTC.

**Pausing this DAG pauses every mail**: what is owed waits in the outbox, and goes out when it is unpaused.

### When it is red

| red | what to do |
|---|---|
| `alert` | the database; what was not decided is decided by the next run. |
| `deliver` | the mail server fails (refused login, no answer): the log has its words. Mails wait in the outbox and are tried again after 5 minutes, 10, 20 … up to 4 hours, for days; the run that gets them out is green again. Single mails that are refused never make it red: `newswatch alerts dead`. |
| `outcomes` | mails about the most important events did not get out: the log and the operator's mail list them with the reason (undecided, late, dead). |
| `watcher` | only says that something before it is red; it is skipped in good runs. |

*skipped* `deliver`: neither NEWSWATCH_SMTP_URL nor NEWSWATCH_MAIL_DIR is set (nor the connection newswatch_smtp), or
another process is sending. Clearing is safe: a mail that was accepted is marked, and goes out under one Message-ID.
"""

news = Storyline.of(__file__)

with news.dag(
    "alerts",
    "3 Alerts",
    "Decide who is owed a mail about the events that changed, and send what is due",
    doc=DOC,
    schedule=AssetOrTimeSchedule(timetable=every("*/15 * * * *"), assets=[news.changed]),
    late_after=timedelta(minutes=45),
    tags=["mail"],
) as dag:

    @task(pool=news.telling, execution_timeout=timedelta(minutes=30))
    @explained
    def alert() -> Any:
        """Decide who is owed a mail about the events that changed."""
        from pipeline.steps import alert

        return news.run(alert)

    # ALL_DONE: what was decided is sent though something can not be decided, and the look from the other end matters
    # most when what stands before it failed. No retry: the outbox tries again by itself, in five minutes and later.
    @task(pool=news.telling, execution_timeout=timedelta(minutes=30), trigger_rule=TriggerRule.ALL_DONE)
    @explained
    def deliver() -> Any:
        """Send the mails that are due; red while the mail server fails, not when it refuses a mail."""
        from pipeline.steps import deliver

        tally = news.run(deliver)
        why, held = tally["detail"].get("why"), tally["detail"].get("held", 0)
        if held or (why and tally["failed"]):
            raise AirflowFailException(f"{why or 'the mail server fails'}; {held} alerts wait for it")
        if why:
            raise AirflowSkipException(f"deliver: {why}")
        return tally

    # not in the pool of the mails: a web hook that hangs must not hold them up
    @task(pool=news.fetching, execution_timeout=timedelta(minutes=30), trigger_rule=TriggerRule.ALL_DONE)
    @explained
    def targets() -> Any:
        """Tell web hooks and chats what the mails told."""
        from pipeline.steps import targets

        return news.run(targets)

    @task(pool=news.telling, execution_timeout=timedelta(minutes=5), trigger_rule=TriggerRule.ALL_DONE)
    @explained
    def outcomes() -> Any:
        """Look for important events that nobody was told."""
        from pipeline.steps import outcomes

        return red_if_failed(news.run(outcomes))

    alert() >> deliver() >> targets() >> outcomes()
    watch(dag)
