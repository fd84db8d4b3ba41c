"""Telling the operator: once when a DAG begins to fail or to be late, once when it works again.

Not a DAG file. `on_failure` and `on_success` run in the dag-processor, `on_late` where the executor runs it: newswatch's
environment is needed in both.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from airflow.sdk import DeadlineAlert, DeadlineReference, SyncCallback, conf, timezone
from newswatch_running import WHY, settings

LATE = "late"  # a cause, beside the names of failed tasks


def on_failure(context: Any) -> None:
    """Mail the operator that a DAG fails: once until it works again, and once more when another task fails too."""
    from pipeline.desk import outage

    dag_id, run_id = context["dag"].dag_id, context["run_id"]
    lines, causes = _failed(context)
    what = f"Run {run_id}: " + ("; ".join(lines) or context.get("reason") or "a task failed") + "."
    where = f"{conf.get('api', 'base_url', fallback='').rstrip('/')}/dags/{dag_id}/runs/{run_id}"
    outage.began(settings(), timezone.utcnow(), dag_id, what, where, causes)


def on_success(context: Any) -> None:
    """Mail the operator that a DAG works again, if it had failed."""
    from pipeline.desk import outage

    outage.ended(settings(), timezone.utcnow(), context["dag"].dag_id)


def on_late(job: str, minutes: int, context: Mapping[str, Any] | None = None) -> None:
    """Mail the operator that a run takes longer than it should, once until one has ended well.

    Airflow forgets the deadline of a run only when that run succeeded; one that failed in time was told already.
    """
    from pipeline.desk import outage

    if context and context["dag_run"]["state"] in {"success", "failed"}:
        return
    what = f"A run was queued more than {minutes} minutes ago and has not ended: no free slot, or a task that hangs."
    where = conf.get("api", "base_url", fallback="")
    outage.began(settings(is_callback=True), timezone.utcnow(), job, what, where, {LATE})


def deadline(job: str, late_after: timedelta) -> DeadlineAlert | None:
    """Make the alert for runs that take longer; None where no executor could run it.

    KubernetesExecutor runs no callbacks (provider cncf-kubernetes 10.25): there a missed deadline would end the scheduler.
    With several executors, the first that can runs them.
    """
    executors = [name.strip() for name in conf.get("core", "executor").split(",")]
    able = [name for name in executors if "Kubernetes" not in name]
    if not able:
        return None
    return DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        # As a number, which Airflow reads too: with a timedelta nobody could clear a run that has not ended well (3.3.2:
        # "unsupported type for timedelta seconds component", issue 70368).
        interval=late_after.total_seconds(),  # type: ignore[arg-type]
        callback=SyncCallback(
            on_late,
            kwargs={"job": job, "minutes": int(late_after.total_seconds() // 60)},
            executor=able[0].rpartition(":")[2] if len(executors) > 1 else None,
        ),
    )


def _failed(context: Any) -> tuple[list[str], set[str]]:
    """Say which tasks of a run failed and why, and name the causes; `verdict` only says that others failed."""
    ti, run_id = context.get("ti"), context["run_id"]
    if ti is None:
        return [], set()
    states = ti.get_task_states(dag_id=context["dag"].dag_id, run_ids=[run_id]).get(run_id, {})
    found = {name for name, state in states.items() if state == "failed"}
    # a mapped task is told as NAME_INDEX
    tasks = {n.rpartition("_")[0] if n.rpartition("_")[2].isdigit() else n for n in found} - {"verdict"}
    lines, causes = [], set()
    for task in sorted(tasks):
        told = ti.xcom_pull(task_ids=task, key=WHY)
        if not isinstance(told, dict):  # of mapped tasks the first
            told = next((one for one in told or () if isinstance(one, dict)), {})
        lines.append(f"{task}: {told['why']}" if told.get("why") else task)
        causes |= set(told.get("causes", ())) or {task}
    return lines, causes
