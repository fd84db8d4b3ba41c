"""Unsubscribing: the page that a mail's link opens, and the one-click request of mail programs (RFC 8058)."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from pipeline.desk import subscriptions
from pipeline.errors import NotFoundError
from pipeline.web import render
from pipeline.web.events import settings_of

router = APIRouter()


@router.get("/unsubscribe/{token}")
def ask(request: Request, token: str) -> Response:
    """Ask before unsubscribing: scanners of mail servers follow every link, and must not unsubscribe anyone."""
    try:
        spoken = subscriptions.spoken(settings_of(request), token[:500])
    except NotFoundError:
        return render.page(request, "unsubscribe.html.j2", 404, say=render.said(request), state="unknown", token="")
    return render.page(request, "unsubscribe.html.j2", say=render.said(request, spoken), state="ask", token=token)


@router.post("/unsubscribe/{token}")
def leave(request: Request, token: str) -> Response:
    """Unsubscribe, for the page's button and for one-click alike; the signed token is the permission."""
    settings = settings_of(request)
    try:
        subscriptions.unsubscribe(settings, token[:500], request.app.state.clock())
    except NotFoundError:
        return render.page(request, "unsubscribe.html.j2", 404, say=render.said(request), state="unknown", token="")
    say = render.said(request, subscriptions.spoken(settings, token[:500]))
    return render.page(request, "unsubscribe.html.j2", say=say, state="done", token="")
