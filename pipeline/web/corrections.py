"""What a person may who knows the desk's token: sign in, unite events, take stories out of one, label stories."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from pipeline.desk import events as correcting
from pipeline.desk import feeds, labels
from pipeline.errors import NotFoundError
from pipeline.web import render, security
from pipeline.web.events import Number, goto, settings_of

Text = Annotated[str, Form(max_length=500)]


def _allowed(request: Request) -> None:
    """Refuse as if the page did not exist where no token is configured."""
    if not security.may_correct(settings_of(request)):
        raise HTTPException(404)


router = APIRouter(dependencies=[Depends(_allowed)])


def _desk(request: Request, form_token: Text = "") -> str:
    """Give who corrects, or refuse."""
    by = security.signed_in(request)
    if by is None:
        raise HTTPException(403, "Sign in first: the session is over.")
    if not security.is_our_form(request, form_token):
        raise HTTPException(403, "This form is not from this page. Open the event again and repeat it there.")
    return by


Desk = Annotated[str, Depends(_desk)]


@router.get("/sign-in")
def sign_in(request: Request) -> Response:
    """Ask for the token."""
    return render.page(request, "sign-in.html.j2", wrong=False)


@router.post("/sign-in")
def enter(request: Request, token: Text = "", name: Text = "") -> Response:
    """Give a session to one who knows the token."""
    settings = settings_of(request)
    if not security.is_token(settings, token):
        return render.page(request, "sign-in.html.j2", 403, wrong=True)
    answer = goto(request, "/events")
    _set(request, answer, security.session(settings, name.strip(), request.app.state.clock()))
    return answer


@router.post("/sign-out")
def leave(request: Request, _by: Desk) -> Response:
    """End the session."""
    security.leave(request)
    answer = goto(request, "/events")
    answer.delete_cookie(security.COOKIE, path=_path(request))
    return answer


def _path(request: Request) -> str:
    return str(request.scope.get("root_path", "")).rstrip("/") or "/"


def _set(request: Request, answer: RedirectResponse, value: str) -> None:
    answer.set_cookie(
        security.COOKIE, value, max_age=int(security.STAYS.total_seconds()), path=_path(request),
        secure=request.url.scheme == "https", httponly=True, samesite="strict",
    )  # fmt: skip


@router.post("/events/{number}/merge")
def merge(
    request: Request, number: Number, by: Desk, other: Annotated[int, Form(ge=1, le=2**53)], note: Text = ""
) -> Response:
    """Say that two events are one happening."""
    stays = correcting.merge(settings_of(request), request.app.state.clock(), number, other, by, note)
    return goto(request, f"/events/{stays}?done=merged")


@router.post("/events/{number}/split")
def split(
    request: Request, number: Number, by: Desk, story: Annotated[list[int] | None, Form()] = None, note: Text = ""
) -> Response:
    """Say that some stories of an event are another happening."""
    if not story:
        raise NotFoundError("No story was chosen: tick those that tell another happening, then split.")
    both = correcting.split(settings_of(request), request.app.state.clock(), number, story[:500], by, note)
    return goto(request, f"/events/{number if number in both else both[0]}?done=split")


@router.post("/stories/{number}/label")
def label(
    request: Request, number: Number, by: Desk, level: Annotated[int, Form(ge=-1, le=3)], event: int | None = None
) -> Response:
    """Say that a story is ours, at a level, or not (0), or take back what one said (-1)."""
    settings = settings_of(request)
    if level < 0:
        labels.take_back(settings, number, by)
    else:
        labels.run(settings, request.app.state.clock(), str(number), level, by)
    done = "taken-back" if level < 0 else "labelled"
    return goto(
        request, f"/stories/{number}?done={done}" if event is None else f"/events/{event}?done={done}#s{number}"
    )


@router.post("/feeds/{number}/ask")
def ask_now(request: Request, number: Number, _by: Desk) -> Response:
    """Make a feed due: the next fetch asks it, as fast as its host allows."""
    feeds.ask_now(settings_of(request), number, request.app.state.clock())
    return goto(request, f"/feeds?done=asked-{number}")
