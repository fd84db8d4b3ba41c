"""Airflow DAG: every hour: what must always be true in the database, and whether feeds fell silent."""

from datetime import timedelta
from typing import Any

from airflow.sdk import task

from newswatch.storyline import Storyline, every
from newswatch.tasks import explained, red_if_failed

DOC = """
### What it does

`checks` runs every query of `sql/checks/`, each of which returns the rows that are wrong, and looks at the health of the feeds.

### When it is red

The log names each check that returned rows, how many, what they mean and what to do; `newswatch checks` shows the rows. It stays
red until they are gone; the operator is mailed once, and once more when another check finds something.
"""

news = Storyline.of(__file__)

with news.dag(
    "checks",
    "Checks",
    "Look every hour for what must never be in the database, and for feeds that fell silent",
    doc=DOC,
    schedule=every("40 * * * *"),
    late_after=timedelta(minutes=60),
    tags=["care"],
) as dag:

    @task(pool=news.thinking, execution_timeout=timedelta(minutes=30))
    @explained
    def checks() -> Any:
        """Run sql/checks: each returns the rows that are wrong."""
        from pipeline.steps import checks

        return red_if_failed(news.run(checks))

    checks()
