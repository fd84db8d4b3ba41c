"""The team's own work: it uses modules beside it, a Variable, a Connection and a pool."""

import pools
import tasks
from airflow.sdk import Connection, Variable, dag, task


@dag(dag_id="nightly", schedule="0 3 * * *", catchup=False, tags=["team"])
def nightly() -> None:
    @task(pool=pools.POOL)
    def look() -> dict[str, str]:
        return {"name": tasks.NAME, "city": Variable.get("city"), "host": Connection.get("warehouse").host}

    look()


nightly()
