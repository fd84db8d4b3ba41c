"""Airflow DAG: once a week: a sign of life to the operator, so that silence is information."""

from datetime import timedelta
from typing import Any

from airflow.sdk import task

from newswatch.storyline import Storyline, every
from newswatch.tasks import explained, red_if_failed

DOC = """
### What it does

`heartbeat` mails the operator (NEWSWATCH_OPERATOR) what the last seven days brought and which feeds are sick. It runs
daily and does nothing when the last one is less than a week old, so that one that failed is made up for the next day.

### When it is red

The mail server did not take it, five times; see `newswatch_alerts`. **When no heartbeat came for eight days, look here first.**
"""

news = Storyline.of(__file__)

with news.dag(
    "heartbeat",
    "Heartbeat",
    "Mail the operator a weekly sign of life",
    doc=DOC,
    schedule=every("0 7 * * *"),
    late_after=timedelta(hours=2),
    tags=["care"],
) as dag:

    @task(pool=news.telling, execution_timeout=timedelta(minutes=5))
    @explained
    def heartbeat() -> Any:
        """Mail the operator the weekly sign of life."""
        from pipeline.steps import heartbeat

        return red_if_failed(news.run(heartbeat), can_retry=True)

    heartbeat()
