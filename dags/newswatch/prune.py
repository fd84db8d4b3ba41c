"""Airflow DAG: every night: take away what is kept for a time only."""

from datetime import timedelta
from typing import Any

from airflow.sdk import task

from newswatch.storyline import Storyline, every
from newswatch.tasks import explained

DOC = """
### What it does

`prune` removes raw documents and old fetches past their time, and the addresses of readers who left. Events, their
evidence and their history stay.

### When it is red

Nothing is lost by a night without it: look at the log, clear it when the database answers again. `newswatch prune` does
the same by hand.
"""

news = Storyline.of(__file__)

with news.dag(
    "prune",
    "Prune",
    "Remove every night what is kept for a time only",
    doc=DOC,
    schedule=every("17 3 * * *"),
    late_after=timedelta(hours=3),
    tags=["care"],
) as dag:

    @task(pool=news.thinking, execution_timeout=timedelta(hours=2))
    @explained
    def prune() -> Any:
        """Remove what is kept for a time only."""
        from pipeline.steps import prune

        return news.run(prune)

    prune()
