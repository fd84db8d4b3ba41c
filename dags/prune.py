"""Airflow DAG: every night: take away what is kept for a time only."""

from datetime import timedelta

from newswatch_wiring import every, job, step

DOC = """
### What it does

`prune` removes raw documents and old fetches past their time, and the addresses of readers who left. Events, their
evidence and their history stay.

### When it is red

Nothing is lost by a night without it: look at the log, clear it when the database answers again. `newswatch prune` does
the same by hand.
"""

with job("newswatch_prune", doc=DOC, schedule=every("17 3 * * *"), late_after=timedelta(hours=3), tags=["care"]) as dag:
    step("prune")
