"""A store seeded by hand for alerting tests: fictional outlets, invented happenings, rows as steps leave them."""

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import sqlalchemy as sa

from pipeline import store
from pipeline.core.events import threads
from pipeline.core.text import url as urls
from pipeline.model import Subscription, Watchlist
from pipeline.store import watchlists
from pipeline.store.tables import (
    alerts,
    entities,
    event_history,
    event_stories,
    events,
    facts,
    feeds,
    matches,
    stories,
    subscriptions,
    vectors,
)
from tests.stating import state

T0 = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
TITLES = {
    "en": "Harbour Grid consortium buys Northfield data centres",
    "fr": "Le consortium Harbour Grid rachète les centres de données Northfield",
    "id": "Konsorsium Harbour Grid membeli pusat data Northfield",
    "de": "Konsortium Harbour Grid kauft Rechenzentren von Northfield",
    "ar": "تحالف هاربور غريد يشتري مراكز بيانات نورثفيلد",
    "ja": "ハーバーグリッド連合、ノースフィールドのデータセンターを買収",
    "zh-Hant": "港灣電網聯盟收購北田資料中心",
    "he": "קונסורציום הארבור גריד רוכש את מרכזי הנתונים של נורת׳פילד",
}


class Newsroom:
    """Writes stories, events and subscriptions straight into a database."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._count = itertools.count(1)
        with store.begin(url) as db:
            watchlists.adopt(db, Watchlist("v1", "test", (), (), (), (), ()), T0)
            db.execute(
                sa.insert(entities).values(key="harbour", name="Harbour Grid", kind="company", roles=["subject"])
            )

    def subscribe(self, *wanted: Subscription, at: datetime = T0) -> None:
        """Declare subscriptions as `sync` does."""
        with store.begin(self.url) as db:
            watchlists.declare_subscriptions(db, wanted, at)

    def story(
        self,
        language: str = "en",
        title: str | None = None,
        *,
        at: datetime = T0,
        level: int = 3,
        baseline: bool = False,
        link: str | None = None,
        money: float | None = None,
        outlet: str | None = None,
        angle: float | None = None,
    ) -> int:
        """Store one judged story; return its number. `angle` makes its vector: two are as alike as their angles."""
        n = next(self._count)
        link = link or f"https://outlet{n}.example/{language}/{n}"
        canonical = urls.canonical(link) or link
        row: dict[str, Any] = {
            "url_hash": urls.key(canonical + str(n)),
            "canonical_url": canonical,
            "url": link,
            "outlet": outlet or f"outlet{n}.example",
            "title": title if title is not None else TITLES.get(language, TITLES["en"]),
            "summary": "",
            "language": language,
            "seen_at": at,
            "story_at": at,
            "content_hash": f"{n:032x}",
            "baseline": baseline,
            "judged_at": at,
        }
        with store.begin(self.url) as db:
            story_id = int(db.execute(sa.insert(stories).values(**row).returning(stories.c.id)).scalar_one())
            self._match(db, story_id, level, at, current=True)
            if angle is not None:
                drawn = np.zeros(384, np.float32)
                drawn[0], drawn[1] = np.cos(angle), np.sin(angle)
                means = threads.default_linker().means
                raw = np.asarray(drawn + means.get(language, means[""]), "<f2").tobytes()
                db.execute(sa.insert(vectors).values(story_id=story_id, encoder="e5-test", vector=raw))
            if money is not None:
                db.execute(
                    sa.insert(facts).values(
                        story_id=story_id, kind="money", value=money, unit="USD", role="price", part="title",
                        start_offset=0, end_offset=4, written="…",
                    )
                )  # fmt: skip
        return story_id

    def _match(self, db: Any, story_id: int, level: int, at: datetime, current: bool, version: str = "m1") -> None:
        db.execute(
            sa.insert(matches).values(
                story_id=story_id, watchlist_version="v1", matcher_version=version, content_hash=f"{story_id:032x}",
                level=level, score=0.9, topics=["deals"], evidence={}, matched_at=at, is_current=current,
            )
        )  # fmt: skip

    def judged_worthless_before(self, story_id: int) -> None:
        """Pretend that an older matcher saw nothing in a story."""
        with store.begin(self.url) as db:
            self._match(db, story_id, 0, T0 - timedelta(days=9), current=False, version="m0")

    def event(self, ids: Sequence[int], *, at: datetime = T0, split_from: int | None = None) -> int:
        """Found an event of stories, as clustering does."""
        with store.begin(self.url) as db:
            row = {"title": "", "title_language": "und", "titles": {}, "level": 0, "first_seen_at": at}
            row |= {"last_seen_at": at, "story_count": 0, "language_count": 0, "independent_count": 0}
            row |= {"entities": ["harbour"], "topics": ["deals"], "revision": 0, "created_at": at, "updated_at": at}
            event_id = int(db.execute(sa.insert(events).values(**row).returning(events.c.id)).scalar_one())
            kind = "founded" if split_from is None else "split"
            detail = {} if split_from is None else {"from": [split_from]}
            db.execute(
                sa.insert(event_history).values(
                    event_id=event_id, revision=1, at=at, kind=kind, other_event_id=split_from, detail=detail
                )
            )
        self.join(event_id, ids, at=at)
        return event_id

    def join(
        self, event_id: int, ids: Sequence[int], *, at: datetime = T0, copy_of: int | None = None, fact: bool = False
    ) -> None:
        """Put stories into an event (moving them from another), and raise its revision."""
        with store.begin(self.url) as db:
            moved = sa.delete(event_stories).where(event_stories.c.story_id.in_(ids))
            rows = db.execute(moved.returning(event_stories.c.story_id, event_stories.c.event_id))
            stood = {r.story_id: r.event_id for r in rows if r.event_id != event_id}
            left = set(stood.values())
            for story_id in ids:
                db.execute(
                    sa.insert(event_stories).values(
                        story_id=story_id, event_id=event_id, copy_of=copy_of, how="join", evidence={},
                        clusterer_version="c1", joined_at=at,
                    )
                )  # fmt: skip
            self._refresh(db, event_id, at)
            state(db, [event_id, *left])
            revision = db.scalar(sa.select(events.c.revision).where(events.c.id == event_id))
            if ids:
                line = {"event_id": event_id, "revision": revision, "at": at, "kind": "joined", "detail": {}}
                lines = [{**line, "story_id": i, "other_event_id": stood.get(i)} for i in ids]
                db.execute(sa.insert(event_history), lines)
            if fact:
                revision = db.scalar(sa.select(events.c.revision).where(events.c.id == event_id))
                db.execute(
                    sa.insert(event_history).values(
                        event_id=event_id, revision=revision, at=at, kind="fact", story_id=ids[0], detail={}
                    )
                )

    def merge(self, younger: int, older: int, *, at: datetime = T0) -> None:
        """Make one event of two."""
        with store.begin(self.url) as db:
            where = event_stories.c.event_id == younger
            moved = list(db.scalars(sa.select(event_stories.c.story_id).where(where)))
        self.join(older, moved, at=at)
        with store.begin(self.url) as db:
            revision = db.scalar(sa.select(events.c.revision).where(events.c.id == older))
            db.execute(
                sa.insert(event_history).values(
                    event_id=older, revision=revision, at=at, kind="merged", other_event_id=younger, detail={}
                )
            )
            db.execute(
                sa.update(events)
                .where(events.c.id == younger)
                .values(merged_into=older, revision=events.c.revision + 1)
            )

    def _refresh(self, db: Any, event_id: int, at: datetime) -> None:
        query = (
            sa.select(stories, event_stories.c.copy_of, matches.c.level)
            .join(event_stories, event_stories.c.story_id == stories.c.id)
            .join(matches, sa.and_(matches.c.story_id == stories.c.id, matches.c.is_current))
            .where(event_stories.c.event_id == event_id)
            .order_by(stories.c.story_at, stories.c.id)
        )
        told = db.execute(query).all()
        titles: dict[str, str] = {}
        for s in told:
            titles.setdefault(s.language, s.title)
        values = {
            "titles": titles,
            "title": titles.get("en") or (told[0].title if told else ""),
            "title_language": "en" if "en" in titles else (told[0].language if told else "und"),
            "level": max((s.level for s in told), default=0),
            "first_seen_at": min((s.story_at for s in told), default=at),
            "last_seen_at": max((s.story_at for s in told), default=at),
            "story_count": len(told),
            "language_count": len(titles),
            "independent_count": sum(s.copy_of is None for s in told),
            "outlet_count": len({s.outlet for s in told}),
            "baseline": bool(told) and all(s.baseline for s in told),
            "lead_story_id": told[0].id if told else None,
            "revision": events.c.revision + 1,
            "updated_at": at,
        }
        db.execute(sa.update(events).where(events.c.id == event_id).values(**values))

    def feed(self, state: str = "ok") -> None:
        """Store a feed in some state of health."""
        n = next(self._count)
        with store.begin(self.url) as db:
            db.execute(
                sa.insert(feeds).values(
                    url=f"https://feed{n}.example/rss",
                    title=f"Feed {n}",
                    tags=[],
                    added_at=T0,
                    state=state,
                    state_since=T0,
                )
            )

    def alerts(self) -> list[tuple[str, int, str, str]]:
        """Give every alert as (subscription, event, reason, state)."""
        query = sa.select(subscriptions.c.key, alerts.c.event_id, alerts.c.reason, alerts.c.state).join(
            subscriptions, subscriptions.c.id == alerts.c.subscription_id
        )
        with store.read(self.url) as db:
            return [tuple(r) for r in db.execute(query.order_by(alerts.c.id))]  # type: ignore[misc]

    def owed(self) -> int:
        """Count the alerts, for those who ask often."""
        with store.read(self.url) as db:
            return db.scalar(sa.select(sa.func.count()).select_from(alerts)) or 0

    def rows(self) -> list[Any]:
        """Give every alert row."""
        with store.read(self.url) as db:
            return list(db.execute(sa.select(alerts).order_by(alerts.c.id)))


def reader(key: str = "desk", **wishes: Any) -> Subscription:
    """Give a subscription; its address follows from its key."""
    return Subscription(
        **{"key": key, "name": key.title(), "address": f"{key}@reader.example", "updates": "all", **wishes}
    )
