"""What of Airflow's inside newswatch uses, in one place: no public interface has it, and the next release may move it.

tests/dags/test_upstream.py names, for each function, what changed in Airflow when it fails. Everything is imported
when it is called, since each belongs to another component: the api-server, the scheduler, the dag-processor.
"""

from collections.abc import Collection
from datetime import timedelta
from typing import Any


async def user_of(request: Any) -> Any:
    """Give who sends this request to the api-server; HTTPException where nobody is signed in."""
    from airflow.api_fastapi.core_api.security import bearer_scheme, get_user

    return await get_user(request, None, await bearer_scheme(request))


def may_look(user: Any) -> bool:
    """Whether this user may see Airflow's pages, by the auth manager that is configured."""
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.models.resource_details import AccessView

    return bool(get_auth_manager().is_authorized_view(access_view=AccessView.WEBSITE, user=user))


def login_url(next_url: str) -> str:
    """Give where one signs in, to come back to an address afterwards."""
    from airflow.api_fastapi.app import get_auth_manager

    return str(get_auth_manager().get_url_login(next_url=next_url))


def server_connection(conn_id: str) -> Any:
    """Give a Connection inside the api-server, None where there is none; `airflow.sdk`'s asks a task's supervisor."""
    from airflow.exceptions import AirflowNotFoundException  # type: ignore[attr-defined]  # by an `as` they forgot
    from airflow.models.connection import Connection

    try:
        return Connection.get_connection_from_secrets(conn_id)
    except AirflowNotFoundException:
        return None


def interval(length: timedelta) -> Any:
    """Give the interval of a DeadlineAlert as seconds, which Airflow reads too.

    With a timedelta nobody can clear a run that has not ended well (3.3.2: "unsupported type for timedelta seconds
    component", issue 70368).
    """
    return length.total_seconds()


def has_database(component: Any) -> bool:
    """Whether what starts here (listener `on_starting`) is a part of Airflow that may write its database, no task.

    Scheduler, dag-processor and triggerer each make a `Job`; which of them it is, it does not know yet at that moment.
    """
    return f"{type(component).__module__}.{type(component).__name__}" == "airflow.jobs.job.Job"


def make_pools(wanted: dict[str, tuple[int, str]]) -> Collection[str]:
    """Make the pools {name: (slots, what for)} that are missing, in Airflow's database; give the names of those made.

    A pool that is there keeps its size: an operator may have changed it.
    """
    from airflow.models.pool import Pool
    from airflow.utils.session import create_session
    from sqlalchemy import select
    from sqlalchemy.exc import IntegrityError

    made = []
    for name, (slots, what) in wanted.items():
        try:
            with create_session() as session:
                if session.scalar(select(Pool.id).where(Pool.pool == name)) is None:
                    session.add(Pool(pool=name, slots=slots, description=what, include_deferred=False))
                    made.append(name)
        except IntegrityError:  # another component made it in this moment
            made.remove(name)
    return made
