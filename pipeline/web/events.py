"""The pages of events and stories."""

import re
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi import Path as PathParameter
from starlette.responses import RedirectResponse, Response

from pipeline.desk import explain, pages
from pipeline.desk.pages import ToldStory
from pipeline.errors import NotFoundError
from pipeline.settings import Settings
from pipeline.web import render

router = APIRouter()
PER_PAGE = 25
Number = Annotated[int, PathParameter(ge=1, le=2**53)]  # what both databases and every browser can hold
_TERM = re.compile(r'"([^"]+)"|(\S+)')
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_KEY = re.compile(r"[\w.-]{1,64}")


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


@router.get("/events")
def listed(
    request: Request,
    q: Annotated[str, Query(max_length=200)] = "",
    topic: str = "",
    entity: str = "",
    language: str = "",
    level: Annotated[str, Query(pattern="^[123]?$")] = "",
    since: str = "",
    until: str = "",
    after: str = "",
) -> Response:
    """List events, the last told first, by words and filters."""
    wanted = {
        "q": _CONTROL.sub(" ", q).strip(),
        "topic": topic if _KEY.fullmatch(topic) else "",
        "entity": entity if _KEY.fullmatch(entity) else "",
        "language": language if _TAG.fullmatch(language) else "",
        "level": level,
        "since": since if _day(since) else "",
        "until": until if _day(until) else "",
    }
    end = _day(until)
    found = pages.found(
        settings_of(request),
        terms(wanted["q"]),
        PER_PAGE,
        topic=wanted["topic"] or None,
        entity=wanted["entity"] or None,
        language=wanted["language"] or None,
        min_level=int(level or 1),
        since=_day(since),
        until=end + timedelta(days=1) if end else None,
        after=_place(after),
    )
    place = found.after
    return render.page(
        request,
        "events.html.j2",
        wanted=wanted,
        is_filtered=any(wanted.values()),
        is_first=_place(after) is None,
        searched_to=place[0] if place and wanted["q"] and len(found.events) < PER_PAGE else None,
        next_place=f"{place[0].astimezone(UTC):%Y%m%dT%H%M%S.%f}~{place[1]}" if place else None,
        events=found.events,
        choices=found.choices,
        names=found.names,
    )


def terms(words: str) -> list[str]:
    """Cut a search into words and "phrases"."""
    return [" ".join((a or b).split()) for a, b in _TERM.findall(words) if (a or b).strip(' "')]


# A day before and after must be days too, in every zone and on both databases.
FIRST_DAY, LAST_DAY = datetime(1, 1, 3, tzinfo=UTC), datetime(9999, 12, 29, tzinfo=UTC)


def _day(text: str) -> datetime | None:
    try:
        day = datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC) if text else None
        return day if day is None or FIRST_DAY <= day <= LAST_DAY else None
    except ValueError:
        return None


def _place(text: str) -> tuple[datetime, int] | None:
    """Read the place of the last event of the page before; what is no place begins at the beginning."""
    at, _, number = text.partition("~")
    try:
        place = datetime.strptime(at, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC), int(number)
    except ValueError:
        return None
    return place if 0 <= place[1] <= 2**53 else None


@router.get("/events/{number}")
def event(request: Request, number: Number, done: str = "") -> Response:
    """Show one event; a number that was merged away leads to the event that it is now."""
    settings = settings_of(request)
    standing = pages.standing(settings, number)
    if standing != number:
        return goto(request, f"/events/{standing}?done=moved-{number}", 308)
    told = pages.event(settings, number)
    by_language: dict[str, list[ToldStory]] = {}
    for story in told.stories:
        by_language.setdefault(story.language or "und", []).append(story)
    groups = sorted(
        by_language.items(), key=lambda x: (x[0] != told.event.title_language, x[0] != "en", x[1][0].story_at)
    )
    sayings = groupby(told.sayings, key=lambda s: (s.fact.role, s.fact.kind, s.fact.unit))
    past = groupby(told.history, key=lambda h: (h["revision"], h["at"]))
    return render.page(
        request,
        "event.html.j2",
        groups=groups,
        claims=[(key, list(lines)) for key, lines in sayings],
        past=[(revision, at, list(lines)) for (revision, at), lines in past][::-1],
        by_id={s.id: s for s in told.stories},
        done=done[:40],
        event=told.event,
        stories=told.stories,
        contradictions=told.contradictions,
        names=told.names,
        topics=told.topics,
        thread=[*reversed(told.follows), told.event, *told.followed_by] if told.follows or told.followed_by else [],
    )


@router.get("/stories/{number}")
def story(request: Request, number: Number) -> Response:
    """Explain one story: why it matched, what was read from it, why it is in its event."""
    try:
        found = explain.run(settings_of(request), str(number))
    except NotFoundError as e:
        raise NotFoundError(f"There is no story {number}.") from e
    mentions: dict[tuple[str, str], dict[str, int]] = {}
    for m in (found["matches"][0]["evidence"].get("mentions") or ()) if found["matches"] else ():
        parts = mentions.setdefault((m["entity"], m["found"]), {})
        parts[m["part"]] = parts.get(m["part"], 0) + 1
    return render.page(request, "story.html.j2", mentions=mentions, **found)
