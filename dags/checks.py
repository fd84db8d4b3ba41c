"""Airflow DAG: every hour: what must always be true in the database, and whether feeds fell silent."""

from datetime import timedelta

from newswatch_wiring import every, job, step

DOC = """
### What it does

`checks` runs every query of `sql/checks/`, each of which returns the rows that are wrong, and looks at the health of the feeds.

### When it is red

The log names each check that returned rows, how many, what they mean and what to do; `newswatch checks` shows the rows. It stays
red until they are gone; the operator is mailed once, and once more when another check finds something.
"""

with job(
    "newswatch_checks", doc=DOC, schedule=every("40 * * * *"), late_after=timedelta(minutes=60), tags=["care"]
) as dag:
    step("checks", red_if_failed=True)
