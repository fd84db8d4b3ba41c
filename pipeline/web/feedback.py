"""What a reader says of a mail: the links at its foot ask here, and a button does it or takes it back."""

import contextlib
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from starlette.responses import Response

from pipeline.desk import feedback
from pipeline.errors import NotFoundError
from pipeline.web import render
from pipeline.web.events import settings_of

router = APIRouter()
Kind = Annotated[str, Path(pattern=f"^({'|'.join(feedback.KINDS)})$")]


@router.get("/mails/{token}")
def choose(request: Request, token: str) -> Response:
    """Show all that can be said of a mail."""
    return _page(request, token, "")


@router.get("/mails/{token}/{kind}")
def ask(request: Request, token: str, kind: Kind) -> Response:
    """Ask first: scanners of mail servers follow every link, and must not say anything for anyone."""
    return _page(request, token, kind)


@router.post("/mails/{token}/{kind}")
def say(request: Request, token: str, kind: Kind, back: Annotated[bool, Form()] = False) -> Response:
    """Do it, or take it back; the signed token is the permission."""
    with contextlib.suppress(NotFoundError):  # the page says so
        feedback.say(settings_of(request), token[:500], kind, request.app.state.clock(), back=back)
    return _page(request, token, kind, done="back" if back else "done")


def _page(request: Request, token: str, kind: str, done: str = "") -> Response:
    try:
        wish = feedback.read(settings_of(request), token[:500])
    except NotFoundError:
        say = render.said(request)
        return render.page(request, "feedback.html.j2", 404, say=say, wish=None, token="", kinds=(), done="")
    kinds = [kind, *(k for k in wish.kinds if k != kind)] if kind else list(wish.kinds)
    say = render.said(request, wish.spoken)
    return render.page(request, "feedback.html.j2", say=say, wish=wish, token=token, kinds=kinds, done=done)
