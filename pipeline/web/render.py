"""Turn values into pages: the templates, with everything escaped, and what every page knows."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request
from fastapi.encoders import jsonable_encoder
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, JSONResponse, Response

from pipeline.version import __version__
from pipeline.web import security
from pipeline.words import page as words
from pipeline.words.language import Words
from pipeline.words.texts import accepted

_environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,  # whatever a file is called
    undefined=StrictUndefined,  # a name that nobody gives is a fault, not an empty place; evidence is asked with .get
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters |= {
    "when": words.when,
    "day": words.day,
    "iso": words.iso,
    "ago": words.ago,
    "language": words.language,
    "amount": words.amount,
    "role": words.role,
    "number": words.number,
    "interval": words.interval,
    "feature": words.feature,
    "safe_url": security.safe_url,
    "host": words.host,
}
_environment.globals |= {
    "LEVELS": words.LEVELS,
    "STATES": words.STATES,
    "HOW": words.HOW,
    "CHANGES": words.CHANGES,
    "called": words.called,
}


def page(
    request: Request, template: str, status: int = 200, *, data: Callable[[Any], Any] | None = None, **values: Any
) -> Response:
    """Render a template; pages are private to the reader and never kept by what stands between.

    An address that ends in .json gets `data(link)` instead: what the page shows, for programs.
    """
    root = str(request.scope.get("root_path", "")).rstrip("/")

    def link(path: str, **query: Any) -> str:
        kept = {k: v for k, v in query.items() if v not in {None, ""}}
        return root + quote(path, safe="/~") + ("?" + urlencode(kept) if kept else "")

    if data is not None and request.url.path.endswith(".json"):
        return JSONResponse(jsonable_encoder(data(link)), status, headers={"cache-control": "private, no-cache"})
    state = request.app.state
    known = {
        "link": link,
        "here": request.url.path.removeprefix(root),
        "now": state.clock(),
        "version": __version__,
        "can_correct": security.may_correct(state.settings),
        "desk": security.signed_in(request),
        "form_token": security.form_token(request) if security.may_correct(state.settings) else "",
    }
    html = _environment.get_template(template).render(**known, **values)
    return HTMLResponse(html, status, headers={"cache-control": "private, no-cache"})


def said(request: Request, spoken: str = "") -> Words:
    """Give the words of a page that a mail leads to: in the reader's language, else in one that the browser asks."""
    return Words(spoken or accepted(request.headers.get("accept-language", "")))


def error(request: Request, status: int, title: str, told: str) -> Response:
    """Render an error as a page that says what to do; for who asked for JSON as JSON."""
    if request.url.path.endswith(".json"):
        return JSONResponse({"error": told}, status, headers={"cache-control": "no-store"})
    return page(request, "error.html.j2", status, title=title, told=told)
