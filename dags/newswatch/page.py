"""newswatch inside Airflow, as a plugin: the page in the navigation for those who are signed in, and the pools.

Airflow finds it by the entry point `airflow.plugins`. Several storylines in one Airflow are named by the variable
NEWSWATCH_STORYLINES (`newswatch,energy`): each has its page below its prefix. The database is that of the DAGs: the
connection PREFIX_db, else PREFIX_DATABASE_URL. Every Airflow process reads this file, so that everything heavy waits
for the first request.
"""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from airflow.listeners import hookimpl
from airflow.plugins_manager import AirflowPlugin
from sqlalchemy.exc import SQLAlchemyError

from newswatch import pools, upstream

# For everybody: the links of mails, which a signed token protects and whose readers have no account here, the style
# sheet, and what a monitor asks.
OPEN = ("/unsubscribe/", "/mails/", "/static/", "/health")


def storylines() -> list[str]:
    """List the prefixes of the storylines that this Airflow shows."""
    said = os.environ.get("NEWSWATCH_STORYLINES", "")  # noqa: TID251 - settings are too heavy for every process
    return [name.strip() for name in said.split(",") if name.strip()] or ["newswatch"]


class Page:
    """The page as an ASGI application that is made at the first request and asks Airflow who is there."""

    def __init__(self, prefix: str = "newswatch") -> None:
        self._prefix = prefix
        self._app: Any = None
        self._lock = asyncio.Lock()

    async def __call__(
        self, scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
    ) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        path = str(scope["path"]).removeprefix(str(scope.get("root_path", "")))
        if not path.startswith(OPEN) and (refusal := await _refuse(scope)) is not None:
            await refusal(scope, receive, send)
            return
        await (await self._page())(scope, receive, send)

    async def _page(self) -> Any:
        async with self._lock:
            if self._app is None:
                self._app = await asyncio.to_thread(_make, self._prefix)
            return self._app


def _make(prefix: str) -> Any:
    from pipeline.settings import database_url_of, load
    from pipeline.web import create_app

    found = upstream.server_connection(f"{prefix}_db")
    settings = load(prefix, database_url=found and database_url_of(found))
    return create_app(settings, lambda: datetime.now(UTC), embedded=True)  # noqa: TID251 - the edge, where clocks are read


async def _refuse(scope: dict[str, Any]) -> Any:
    """Give the answer for one who may not look, None for one who may; Airflow decides, as for its own plugin views."""
    from fastapi import HTTPException, Request
    from starlette.responses import PlainTextResponse, RedirectResponse

    request = Request(scope)
    try:
        user = await upstream.user_of(request)
    except HTTPException as e:
        if "text/html" in request.headers.get("accept", "") and request.method == "GET":
            return RedirectResponse(upstream.login_url(str(request.url)), 302)
        return PlainTextResponse(str(e.detail), e.status_code)
    if not upstream.may_look(user):
        return PlainTextResponse("Your Airflow account may not see this.", 403)
    return None


class Pools:
    """Hears that a component starts, and makes the pools that are missing."""

    @hookimpl
    def on_starting(self, component: Any) -> None:
        """Make the pools: without its pool a task stays scheduled for ever, and nobody says why."""
        if not upstream.has_database(component):
            return
        log = logging.getLogger(__name__)
        try:
            made = pools.ensure(*storylines())
        except (SQLAlchemyError, ValueError):  # what is wrong with the database, the component will say itself
            log.exception("newswatch's pools could not be made: python -m newswatch.pools does it")
            return
        if made:
            log.info("newswatch made the pools %s", ", ".join(made))


class NewswatchPlugin(AirflowPlugin):
    """Shows the page in Airflow's navigation, and makes the pools."""

    name = "newswatch"
    fastapi_apps = [  # noqa: RUF012 - Airflow's way
        {"app": Page(prefix), "url_prefix": f"/{prefix}", "name": prefix} for prefix in storylines()
    ]
    external_views = [  # noqa: RUF012
        {
            "name": "News" if prefix == "newswatch" else prefix.capitalize(),
            "href": f"/{prefix}/events",
            "destination": "nav",
            "url_route": prefix,
            "icon": f"/{prefix}/static/mark.svg",
        }
        for prefix in storylines()
    ]
    listeners = [Pools()]  # noqa: RUF012
