"""Inside a task: its storyline's settings, and what went wrong, kept for the operator.

Everything heavy is imported inside the functions: DAG files import this one at every parse.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import wraps
from typing import Any

from airflow.sdk import Connection, get_current_context
from airflow.sdk.exceptions import (
    AirflowException,
    AirflowFailException,
    AirflowNotFoundException,
    AirflowRuntimeError,
    AirflowSkipException,
)

WHY = "why"  # XCom of a failed task


class FoundWrongError(AirflowFailException):
    """A step did its work and found things wrong; `causes` name them."""

    def __init__(self, why: str, causes: Sequence[str]) -> None:
        super().__init__(why)
        self.causes = list(causes)


class MistakeError(AirflowFailException):
    """What a person typed is refused: nothing is retried, and it is no outage."""


def explained(function: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse unknown parameters before anything runs, and keep why a task failed, for the mail to the operator."""

    @wraps(function)
    def task(*args: Any, **kwargs: Any) -> Any:
        context: Any = get_current_context()
        try:
            _no_other_params(context)
            return function(*args, **kwargs)
        except AirflowSkipException:
            raise
        except Exception as e:  # raised again: nothing is absorbed
            first, *_ = str(e).splitlines() or [repr(e)]  # the others may be a statement with readers' addresses
            said = {"why": first[:300], "causes": getattr(e, "causes", []), "mistake": isinstance(e, MistakeError)}
            with suppress(AirflowRuntimeError):  # the API server is away: what failed must not be hidden by that
                context["ti"].xcom_push(key=WHY, value=said)
            raise

    return task


@contextmanager
def typed() -> Iterator[None]:
    """Take what a step refuses here for a mistake of whoever started the run, not for an outage."""
    from pipeline.errors import ConfigError, NotFoundError

    try:
        yield
    except (ConfigError, NotFoundError) as e:
        raise MistakeError(str(e)) from e


def red_if_failed(tally: dict[str, Any], *, can_retry: bool = False) -> dict[str, Any]:
    """Make a task red when its step counted failures: at once, since the next run looks again, or after retries."""
    if tally["failed"]:
        found = {key: value for key, value in tally["detail"].items() if value and not isinstance(value, bool)}
        told = ", ".join(f"{k} ({v})" if isinstance(v, int) else f"{k}: {v}" for k, v in found.items())
        why = f"{tally['failed']} of {tally['seen']} failed" + (f": {told}" if told else "")
        if can_retry:
            raise AirflowException(why)
        raise FoundWrongError(why, [f"{tally['step']} {key}" for key in found])
    return tally


def _no_other_params(context: Any) -> None:
    """Refuse a run that was given a parameter which the DAG has not: a typing mistake would be ignored."""
    known = sorted(context["dag"].params)
    if unknown := sorted(set(context["dag_run"].conf or {}) - set(known)):
        there = f"there are {', '.join(known)}" if known else "this DAG has none"
        raise MistakeError(f"unknown parameter: {', '.join(unknown)}; {there}")


# ------------------------------------------------------------------------------------------------------------- settings


def settings(prefix: str, *, is_callback: bool = False) -> Any:
    """Read a storyline's settings; its connections PREFIX_db and PREFIX_smtp, where there are any, win over them.

    Without a database, AirflowException: a step must never fall back to a database of its own because the API server
    did not answer for a moment. `is_callback`: Airflow 3.3 refuses connections of its database to deadline callbacks;
    then the environment's settings hold.
    """
    from pipeline.settings import database_url_of, load, mail_from_of, smtp_url_of

    database, smtp = (connection(f"{prefix}_{name}", is_callback=is_callback) for name in ("db", "smtp"))
    found = load(
        prefix,
        database_url=database and database_url_of(database),
        smtp_url=smtp and smtp_url_of(smtp),
        mail_from=smtp and mail_from_of(smtp),
    )
    if not found.database_url or "database_url" not in found.model_fields_set:
        raise AirflowException(f"no database: set {prefix.upper()}_DATABASE_URL, or make the connection {prefix}_db")
    # Airflow shares out its workers' cores by tasks: one process each, unless somebody says otherwise
    mine = {"processes": found.processes or 1} | ({"mail_dir": None} if smtp else {})
    return found.model_copy(update=mine)


def connection(conn_id: str, *, is_callback: bool = False) -> Any:
    """Give a Connection, None where there is none."""
    try:
        return Connection.get(conn_id)
    except AirflowNotFoundException:
        return None
    except PermissionError:  # Airflow's AirflowSecretsBackendAccessDenied
        if is_callback:
            return None
        raise
