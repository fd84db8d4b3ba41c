"""Telling the operator: once when a DAG begins to fail or to be late, once when it works again.

`on_failure` and `on_success` run in the dag-processor, `on_late` where the executor runs it: newswatch's environment is
needed in both. Beside the mail, an Airflow notifier (chat, pager) can be told: `notifier_of` says which.
"""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from importlib import import_module
from typing import Any

from airflow.sdk import (  # type: ignore[attr-defined]  # their stub lacks three
    DeadlineAlert,
    DeadlineReference,
    SyncCallback,
    conf,
    timezone,
)

from newswatch.tasks import WHY, connection, settings
from newswatch.upstream import interval

LATE = "late"  # a cause, beside the names of failed tasks

# By the type of the connection PREFIX_operator: the notifier, how it is told the connection, and what it says. They are
# templates of Airflow's, with newswatch.subject and newswatch.text beside what every callback has.
_P = "airflow.providers"
KINDS: Mapping[str, tuple[str, str, Mapping[str, str]]] = {
    "slackwebhook": (
        f"{_P}.slack.notifications.slack_webhook.SlackWebhookNotifier", "slack_webhook_conn_id",
        {"text": "*{{ newswatch.subject }}*\n{{ newswatch.text }}"},
    ),
    "slack": (f"{_P}.slack.notifications.slack.SlackNotifier", "slack_conn_id", {"text": "*{{ newswatch.subject }}*\n{{ newswatch.text }}"}),
    "discord": (
        f"{_P}.discord.notifications.discord.DiscordNotifier", "discord_conn_id", {"text": "{{ newswatch.subject }}\n{{ newswatch.text }}"},
    ),
    "pagerduty_events": (
        f"{_P}.pagerduty.notifications.pagerduty.PagerdutyNotifier", "pagerduty_events_conn_id",
        {"summary": "{{ newswatch.subject }}: {{ newswatch.text }}", "severity": "error"},
    ),
    "opsgenie": (
        f"{_P}.opsgenie.notifications.opsgenie.OpsgenieNotifier", "opsgenie_conn_id",
        {"payload": {"message": "{{ newswatch.subject }}", "description": "{{ newswatch.text }}"}},  # type: ignore[dict-item]
    ),
    "apprise": (
        f"{_P}.apprise.notifications.apprise.AppriseNotifier", "apprise_conn_id",
        {"title": "{{ newswatch.subject }}", "body": "{{ newswatch.text }}"},
    ),
    "smtp": (
        f"{_P}.smtp.notifications.smtp.SmtpNotifier", "smtp_conn_id",
        {"subject": "{{ newswatch.subject }}", "html_content": "<pre>{{ newswatch.text | e }}</pre>"},
    ),
}  # fmt: skip


def on_failure(prefix: str, context: Any) -> None:
    """Tell the operator that a DAG fails: once until it works again, and once more when another task fails too."""
    from pipeline.desk import outage

    dag_id, run_id = context["dag"].dag_id, context["run_id"]
    failed = _failed(context)
    if failed and all(said.get("mistake") for said in failed.values()):
        return  # whoever started the run by hand sees it, and nothing is out of order
    lines = [f"{task}: {said['why']}" if said.get("why") else task for task, said in sorted(failed.items())]
    causes = {cause for task, said in failed.items() for cause in said.get("causes") or (task,)}
    found = settings(prefix)
    say = outage.words(found).say
    what = say("outage_run", run=run_id, why="; ".join(lines) or context.get("reason") or say("outage_task"))
    where = f"{conf.get('api', 'base_url', fallback='').rstrip('/')}/dags/{dag_id}/runs/{run_id}"
    outage.began(found, timezone.utcnow(), dag_id, what, where, causes, also=_also(prefix, context))


def on_success(prefix: str, context: Any) -> None:
    """Tell the operator that a DAG works again, if it had failed."""
    from pipeline.desk import outage

    found = settings(prefix)
    outage.ended(found, timezone.utcnow(), context["dag"].dag_id, also=_also(prefix, context))


def on_late(job: str, minutes: int, prefix: str = "newswatch", context: Mapping[str, Any] | None = None) -> None:
    """Tell the operator that a run takes longer than it should, once until one has ended well.

    Airflow forgets the deadline of a run only when that run succeeded; one that failed in time was told already.
    """
    from pipeline.desk import outage

    if context and context["dag_run"]["state"] in {"success", "failed"}:
        return
    where = conf.get("api", "base_url", fallback="")
    found = settings(prefix, is_callback=True)
    what = outage.words(found).say("outage_slow", n=minutes)
    also = _also(prefix, context, is_callback=True)
    outage.began(found, timezone.utcnow(), job, what, where, {LATE}, also=also)


def deadline(prefix: str, job: str, late_after: timedelta) -> DeadlineAlert | None:
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
        interval=interval(late_after),
        callback=SyncCallback(
            on_late,
            kwargs={"job": job, "minutes": int(late_after.total_seconds() // 60), "prefix": prefix},
            executor=able[0].rpartition(":")[2] if len(executors) > 1 else None,
        ),
    )


def notifier_of(found: Any) -> Any:
    """Make the notifier that the connection PREFIX_operator asks for; ConfigError where it is none.

    Its type says which (KINDS), and what stands in its extra below `notifier` is added to the notifier's own arguments;
    `"notifier": {"class": "package.module.Class", …}` takes any other BaseNotifier.
    """
    from pipeline.errors import ConfigError

    extra = found.extra_dejson.get("notifier") or {}
    more = dict(json.loads(extra) if isinstance(extra, str) else extra)
    name, argument, says = KINDS.get(found.conn_type, ("", "", {}))
    name = more.pop("class", name)
    if not name:
        raise ConfigError(
            f"the connection {found.conn_id} is of type {found.conn_type}; make it one of {', '.join(KINDS)}, or write "
            '{"notifier": {"class": "package.module.Notifier", …}} into its extra'
        )
    module, _, made = name.rpartition(".")
    own = {argument: found.conn_id, **says} if found.conn_type in KINDS and name == KINDS[found.conn_type][0] else {}
    try:
        return getattr(import_module(module), made)(**{**own, **more})
    except (ImportError, AttributeError, TypeError, ValueError) as e:
        raise ConfigError(f"the connection {found.conn_id}: {name} can not be used ({e})") from e


def _also(prefix: str, context: Any, *, is_callback: bool = False) -> Callable[[str, str], bool]:
    """Give what tells the operator beside the mail: the notifier of PREFIX_operator, if there is that connection."""
    from pipeline import log

    def tell(subject: str, text: str) -> bool:
        name = f"{prefix}_operator"
        try:
            found = connection(name, is_callback=is_callback)
            if found is None:
                return False
            notifier_of(found)({**(context or {}), "newswatch": {"subject": subject, "text": text}})
        except Exception as e:  # the per-item guard: a chat that is away must not keep the mail, nor the note
            log.get().error("the operator's notifier failed", connection=name, reason=f"{type(e).__name__}: {e}"[:300])
            return False
        return True

    return tell


def _failed(context: Any) -> dict[str, dict[str, Any]]:
    """Say which tasks of a run failed and why: {task: what it said}; the watcher only says that others failed."""
    ti, run_id = context.get("ti"), context["run_id"]
    if ti is None:
        return {}
    states = ti.get_task_states(dag_id=context["dag"].dag_id, run_ids=[run_id]).get(run_id, {})
    found = {name for name, state in states.items() if state == "failed"}
    # a mapped task is told as NAME_INDEX
    tasks = {n.rpartition("_")[0] if n.rpartition("_")[2].isdigit() else n for n in found} - {"watcher"}
    said: dict[str, dict[str, Any]] = {}
    for task in tasks:
        told = ti.xcom_pull(task_ids=task, key=WHY)
        if not isinstance(told, dict):  # of mapped tasks the first
            told = next((one for one in told or () if isinstance(one, dict)), {})
        said[task] = told
    return said
