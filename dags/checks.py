"""Airflow DAG: every hour: what must always be true in the database, and whether feeds fell silent."""

from datetime import timedelta

from newswatch_wiring import every, job, step

DOC = """
### What it does

`checks` runs every query of `sql/checks/`, each of which returns the rows that are wrong, and looks at the health of the feeds.

### When it is red

The log names each check that returned rows, with the first of them; `newswatch checks` shows them again, the header of
the SQL file says what they mean and what to do. It stays red until they are gone; the operator is mailed once.
"""

with job(
    "newswatch_checks", doc=DOC, schedule=every("40 * * * *"), late_after=timedelta(minutes=60), tags=["care"]
) as dag:
    step("checks", red_if_failed=True)
