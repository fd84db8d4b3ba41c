"""The pages of events and stories."""

from dataclasses import asdict, fields
from datetime import UTC, datetime
from itertools import groupby
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi import Path as PathParameter
from starlette.responses import RedirectResponse, Response

from pipeline.desk import explain, pages
from pipeline.desk.explain import Explanation
from pipeline.desk.pages import ToldStory
from pipeline.errors import NotFoundError
from pipeline.settings import Settings
from pipeline.web import render
from pipeline.web.filters import Filtered

router = APIRouter()
PER_PAGE = 25
Number = Annotated[int, PathParameter(ge=1, le=2**53)]  # what both databases and every browser can hold


def settings_of(request: Request) -> Settings:
    """Give the settings that this page was made with."""
    settings: Settings = request.app.state.settings
    return settings


def goto(request: Request, path: str, status: int = 303) -> RedirectResponse:
    """Send the browser to another page of ours, wherever we are mounted."""
    return RedirectResponse(str(request.scope.get("root_path", "")).rstrip("/") + path, status)


@router.get("/")
def home(request: Request) -> Response:
    """Go to the events."""
    return goto(request, "/events", 307)


@router.get("/events.json")
@router.get("/events")
def listed(request: Request, filters: Filtered, after: str = "") -> Response:
    """List events, the last told first, by words and filters; how the newest thousand that fit divide stands beside."""
    wanted = filters.wanted
    found = pages.found(settings_of(request), filters.terms, PER_PAGE, after=_place(after), **filters.given)
    place = found.after
    next_place = f"{place[0].astimezone(UTC):%Y%m%dT%H%M%S.%f}~{place[1]}" if place else None
    return render.page(
        request,
        "events.html.j2",
        data=lambda link: {
            "events": found.events,
            "facets": found.facets,
            "next": link("/events.json", after=next_place, **wanted) if next_place else None,
        },
        wanted=wanted,
        is_filtered=any(wanted.values()),
        is_first=_place(after) is None,
        searched_to=place[0] if place and wanted["q"] and len(found.events) < PER_PAGE else None,
        next_place=next_place,
        events=found.events,
        choices=found.choices,
        facets=found.facets,
        follows=found.follows,
        names=found.names,
    )


@router.get("/events.atom")
def followed(request: Request, filters: Filtered) -> Response:
    """Give the same list as an Atom feed, to follow in any reader."""
    asked = urlencode({k: v for k, v in filters.wanted.items() if v})
    written = pages.followed(settings_of(request), request.app.state.clock(), filters.terms, asked, **filters.given)
    return Response(written, media_type="application/atom+xml", headers={"cache-control": "private, no-cache"})


def _place(text: str) -> tuple[datetime, int] | None:
    """Read the place of the last event of the page before; what is no place begins at the beginning."""
    at, _, number = text.partition("~")
    try:
        place = datetime.strptime(at, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC), int(number)
    except ValueError:
        return None
    return place if 0 <= place[1] <= 2**53 else None


@router.get("/events/{number}")
@router.get("/events/{number}.json")
def event(request: Request, number: Number, done: str = "") -> Response:
    """Show one event; a number that was merged away leads to the event that it is now."""
    settings = settings_of(request)
    standing = pages.standing(settings, number)
    if standing != number:
        suffix = ".json" if request.url.path.endswith(".json") else ""
        return goto(request, f"/events/{standing}{suffix}?done=moved-{number}", 308)
    told = pages.event(settings, number)
    by_language: dict[str, list[ToldStory]] = {}
    for story in told.stories:
        by_language.setdefault(story.language or "und", []).append(story)
    groups = sorted(
        by_language.items(), key=lambda x: (x[0] != told.event.title_language, x[0] != "en", x[1][0].story_at)
    )
    claims = groupby(told.claims, key=lambda c: (c.claim.role, c.claim.kind, c.claim.unit))
    past = groupby(told.history, key=lambda h: (h.revision, h.at))
    return render.page(
        request,
        "event.html.j2",
        data=lambda _: {
            "event": told.event,
            "stories": told.stories,
            "sentences": told.sentences,
            "labels": {number: level for number, (level, _) in told.said.items()},
            "claims": [
                {"claim": c.claim, "independent": c.claim.independent, "stories": [x.id for x in c.stories]}
                for c in told.claims
            ],
            "contradictions": told.contradictions,
            "follows": told.follows,
            "followed_by": told.followed_by,
            "history": told.history,
        },
        groups=groups,
        sentences=told.sentences,
        opening=told.opening,
        claims=[(key, list(lines)) for key, lines in claims],
        past=[(revision, at, list(lines)) for (revision, at), lines in past][::-1],
        by_id={s.id: s for s in told.stories},
        done=done[:40],
        event=told.event,
        stories=told.stories,
        contradictions=told.contradictions,
        names=told.names,
        topics=told.topics,
        said=told.said,
        mailed=told.mailed,
        thread=[*reversed(told.follows), told.event, *told.followed_by] if told.follows or told.followed_by else [],
    )


@router.get("/stories/{number}")
@router.get("/stories/{number}.json")
def story(request: Request, number: Number, done: str = "") -> Response:
    """Explain one story: why it matched, what was read from it, why it is in its event."""
    try:
        found = explain.run(settings_of(request), str(number))
    except NotFoundError as e:
        raise NotFoundError(f"There is no story {number}.") from e
    mentions: dict[tuple[str, str], dict[str, int]] = {}
    for m in (found.matches[0].evidence.get("mentions") or ()) if found.matches else ():
        parts = mentions.setdefault((m["entity"], m["found"]), {})
        parts[m["part"]] = parts.get(m["part"], 0) + 1
    shown = {f.name: getattr(found, f.name) for f in fields(found)}
    return render.page(
        request, "story.html.j2", data=lambda _: _told(found), mentions=mentions, done=done[:40], **shown
    )


def _told(found: Explanation) -> dict[str, Any]:
    """Give of a story what its page shows: no article text, no names of authors or analysts."""
    told = asdict(found)
    del told["story"]["text"], told["story"]["author"]
    for label in told["labels"]:
        del label["labelled_by"]
    return told
