"""Put the page together: routes, templates, security headers, and errors that say what to do."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.responses import Response

from pipeline import log
from pipeline.errors import BusyError, NewswatchError, NotFoundError, SlowError
from pipeline.settings import Settings
from pipeline.web import charted, corrections, events, feedback, leaving, lists, own, queries, render, security

NOT_NOW = "The page cannot read its database now. Its keeper finds the reason in the log of `newswatch serve`."
STATIC = Path(__file__).parent / "static"


def create_app(
    settings: Settings, clock: Callable[[], datetime], *, hosts: Sequence[str] = (), embedded: bool = False
) -> FastAPI:
    """Make the page for one database.

    `clock` gives the time of each request. `hosts`, when given, are the only names with a dot that it answers to, so
    that no foreign page can read a private server through a DNS name of its own. `embedded` lets pages of the same
    origin frame it, which is how Airflow shows it.
    """
    app = FastAPI(title="newswatch", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.settings, app.state.clock, app.state.embedded = settings, clock, embedded
    if hosts:
        app.add_middleware(security.Hosts, names=tuple(hosts))
    app.add_middleware(security.Headers, embedded=embedded)  # added last, so outermost: every answer bears them
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    for part in (events, charted, lists, queries, own, leaving, feedback, corrections):
        app.include_router(part.router)
    app.add_exception_handler(NewswatchError, _ours)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _unexpected)
    return app


def _ours(request: Request, error: Exception) -> Response:
    if isinstance(error, NotFoundError):
        return render.error(request, 404, "Not found", str(error))
    log.get().warning("page failed", path=request.url.path, reason=str(error))
    if isinstance(error, SlowError | BusyError):
        return render.error(request, 503, "Not now", str(error))
    return render.error(request, 503, "Not now", NOT_NOW)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
    if error.status_code == 404:
        return render.error(request, 404, "Not found", "There is no such page.")
    return render.error(request, error.status_code, "That did not work", str(error.detail))


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for nothing else
    where = [str(e["loc"][-1]) for e in error.errors()]
    if any(e["loc"][0] == "path" for e in error.errors()):
        return render.error(request, 404, "Not found", "There is no such page.")
    return render.error(request, 400, "That cannot be read", f"Look at {', '.join(where)} in the address or the form.")


def _unexpected(request: Request, error: Exception) -> Response:
    answer = render.error(request, 500, "Something broke", "It was logged. The rest of newswatch goes on.")
    answer.headers.update(security.headers(embedded=request.app.state.embedded))
    return answer
