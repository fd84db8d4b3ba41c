"""Airflow DAG: every quarter of an hour: the hourly, daily and weekly mails that are due, and mails to be tried again."""

from datetime import timedelta

from airflow.sdk import TriggerRule
from newswatch_wiring import deliver, every, job, step, verdict

DOC = """
### What it does

`alert` decides what a killed or failed run of `newswatch_alerts` left undecided (usually nothing) · `deliver` sends what
has become due: digests, mails held back by quiet hours or by the limit per hour, mails that failed before ·
`targets` tells web hooks and chats what mails told ·
`outcomes` looks from the other end: an event of level 3 without a delivered mail is an alarm.

Every quarter of an hour, because clocks differ from UTC by quarters of an hour too: a digest for 08:00 in Kathmandu is
due at 02:15 UTC.

### When it is red

| red | what to do |
|---|---|
| `alert`, `deliver` | as in `newswatch_alerts`. |
| `outcomes` | mails about the most important events did not get out: the log and the operator's mail list them with the reason (undecided, late, dead). |
"""

with job(
    "newswatch_digest", doc=DOC, schedule=every("*/15 * * * *"), late_after=timedelta(minutes=45), tags=["mail"]
) as dag:
    alert = step("alert")
    # ALL_DONE: what was decided is sent though something can not be decided, and the look from the other end matters
    # most when what stands before it failed; the verdict keeps the run red.
    sent = deliver(trigger_rule=TriggerRule.ALL_DONE)
    targets = step("targets", trigger_rule=TriggerRule.ALL_DONE)
    outcomes = step("outcomes", red_if_failed=True, trigger_rule=TriggerRule.ALL_DONE)
    alert >> sent >> targets >> outcomes
    verdict(alert, sent, targets, outcomes)
