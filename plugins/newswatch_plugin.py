"""newswatch inside Airflow: the same page under /newswatch, in the navigation, for those who are signed in to Airflow.

Set AIRFLOW__CORE__PLUGINS_FOLDER to this folder. The database is that of the DAGs: the connection newswatch_db, else
NEWSWATCH_DATABASE_URL. Every Airflow process reads this file, so that everything heavy waits for the first request.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from airflow.plugins_manager import AirflowPlugin

PREFIX = "/newswatch"
# For everybody: the links of mails, which a signed token protects and whose readers have no account here, the style
# sheet, and what a monitor asks.
OPEN = ("/unsubscribe/", "/static/", "/health")


class Page:
    """The page as an ASGI application that is made at the first request and asks Airflow who is there."""

    def __init__(self) -> None:
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
                self._app = await asyncio.to_thread(_make)
            return self._app


def _make() -> Any:
    from pipeline.settings import load
    from pipeline.web import create_app

    return create_app(load(database_url=_database()), lambda: datetime.now(UTC), embedded=True)  # noqa: TID251 - the edge, where clocks are read


def _database() -> str | None:
    """Give the connection newswatch_db, which the DAGs use too, where there is one."""
    from airflow.exceptions import AirflowNotFoundException
    from airflow.models.connection import Connection  # the server's own: airflow.sdk's asks a task's supervisor

    from pipeline.settings import database_url_of

    try:
        return database_url_of(Connection.get_connection_from_secrets("newswatch_db"))
    except AirflowNotFoundException:
        return None


async def _refuse(scope: dict[str, Any]) -> Any:
    """Give the answer for one who may not look, None for one who may; Airflow decides, as for its own plugin views."""
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.models.resource_details import AccessView
    from airflow.api_fastapi.core_api.security import bearer_scheme, get_user
    from fastapi import HTTPException, Request
    from starlette.responses import PlainTextResponse, RedirectResponse

    request = Request(scope)
    try:
        user = await get_user(request, None, await bearer_scheme(request))
    except HTTPException as e:
        if "text/html" in request.headers.get("accept", "") and request.method == "GET":
            return RedirectResponse(get_auth_manager().get_url_login(next_url=str(request.url)), 302)
        return PlainTextResponse(str(e.detail), e.status_code)
    if not get_auth_manager().is_authorized_view(access_view=AccessView.WEBSITE, user=user):
        return PlainTextResponse("Your Airflow account may not see this.", 403)
    return None


class NewswatchPlugin(AirflowPlugin):
    """Shows the page in Airflow's navigation."""

    name = "newswatch"
    fastapi_apps = [{"app": Page(), "url_prefix": PREFIX, "name": "newswatch"}]  # noqa: RUF012 - Airflow's way
    external_views = [  # noqa: RUF012
        {
            "name": "News events",
            "href": f"{PREFIX}/events",
            "destination": "nav",
            "url_route": "newswatch",
            "icon": f"{PREFIX}/static/mark.svg",
        }
    ]
