"""The pictures of the page, as SVG files of their own."""

from typing import Annotated

from fastapi import APIRouter, Header, Request
from starlette.responses import Response

from pipeline.desk import pages
from pipeline.web import security
from pipeline.web.events import Number, settings_of
from pipeline.words import charts

router = APIRouter()


def svg(drawn: bytes, etag: str = "") -> Response:
    """Answer with a picture that can run nothing."""
    headers = {"content-security-policy": security.PICTURE_POLICY, "cache-control": "private, no-cache"}
    if etag:
        headers["etag"] = etag
    return Response(drawn, media_type="image/svg+xml", headers=headers)


@router.get("/events/{number}/timeline.svg")
def timeline(
    request: Request, number: Number, narrow: bool = False, if_none_match: Annotated[str, Header()] = ""
) -> Response:
    """Draw when an event was told in which language; drawn anew only when the event changed."""
    revision, stories = pages.timeline(settings_of(request), number)
    etag = f'"{charts.VERSION}-{number}-{revision}-{narrow:d}"'
    if if_none_match == etag:
        return Response(status_code=304, headers={"etag": etag})
    return svg(charts.timeline(stories, charts.NARROW if narrow else charts.WIDE), etag)
