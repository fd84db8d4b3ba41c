"""Airflow DAG: once a week: a sign of life to the operator, so that silence is information."""

from datetime import timedelta

from newswatch_wiring import every, job, step

DOC = """
### What it does

`heartbeat` mails the operator (NEWSWATCH_OPERATOR) what the last seven days brought and which feeds are sick. It runs
daily and does nothing when the last one is less than a week old, so that one that failed is made up for the next day.

### When it is red

The mail server did not take it, five times; see `newswatch_alerts`. **When no heartbeat came for eight days, look here first.**
"""

with job(
    "newswatch_heartbeat", doc=DOC, schedule=every("0 7 * * *"), late_after=timedelta(hours=2), tags=["care"]
) as dag:
    step("heartbeat", red_if_failed=True, can_retry=True)
