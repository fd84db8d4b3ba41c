"""The threads, the watchlist, the feeds' health, and whether all is well."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response

from pipeline import log
from pipeline.desk import pages
from pipeline.errors import NewswatchError
from pipeline.web import render
from pipeline.web.events import settings_of
from pipeline.words import page

router = APIRouter()


@router.get("/watchlist.json")
@router.get("/watchlist")
def watchlist(request: Request) -> Response:
    """Show what is watched, under which written forms, and how much was found."""
    found = pages.watchlist(settings_of(request))
    rank = ("subject", "party", "watched", "context")
    entities = sorted(
        found.entities,
        key=lambda e: (min((rank.index(r) for r in e.roles if r in rank), default=9), -e.story_count),
    )
    return render.page(
        request,
        "watchlist.html.j2",
        data=lambda _: found,
        watchlist=found.watchlist,
        topics=found.topics,
        seeds=found.seeds,
        entities=entities,
        named={e.key: e.name for e in entities},
    )


@router.get("/feeds.json")
@router.get("/feeds")
def feeds(
    request: Request,
    state: Annotated[str, Query(max_length=16)] = "",
    q: Annotated[str, Query(max_length=100)] = "",
    done: str = "",
) -> Response:
    """Show the feeds, those in trouble first."""
    wanted = state if state in page.STATES else ""
    found = pages.feeds(settings_of(request), request.app.state.clock(), wanted or None, q.replace("\x00", "").strip())
    return render.page(
        request,
        "feeds.html.j2",
        data=lambda _: found,
        state=wanted,
        q=q,
        done=done[:40],
        states=found.states,
        feeds=found.feeds,
    )


@router.get("/threads.json")
@router.get("/threads")
def threads(request: Request) -> Response:
    """List what led to what: the threads of events, the one that was told last first."""
    found = pages.recent_threads(settings_of(request))
    return render.page(request, "threads.html.j2", data=lambda _: found, threads=found)


@router.get("/threads.atom")
def followed(request: Request) -> Response:
    """Give the same list as an Atom feed."""
    written = pages.followed_threads(settings_of(request), request.app.state.clock())
    return Response(written, media_type="application/atom+xml", headers={"cache-control": "private, no-cache"})


@router.get("/health")
def health(request: Request) -> Response:
    """Tell a machine whether the database answers, and how fresh it is."""
    try:
        found = pages.pulse(settings_of(request))
    except NewswatchError as e:
        log.get().warning("page failed", path="/health", reason=str(e))
        return JSONResponse(
            {"ok": False, "reason": "the database cannot be read now; see the log"},
            503,
            headers={"cache-control": "no-store"},
        )
    told = {k: page.iso(v) if k.endswith("_at") else v for k, v in asdict(found).items()}
    return JSONResponse({"ok": True} | told, headers={"cache-control": "no-store"})
