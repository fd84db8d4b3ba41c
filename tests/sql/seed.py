"""A small store to ask, with our own texts and fictional outlets; its times hang on the day on which it is made.

event 1  xAI joins the partnership   level 3, five stories in en fr id, one copy, two figures that contradict
event 2  turbines at Memphis         level 1, an English story and its French translation
event 3  the partnership buys        level 2, en and id
event 4  a utility's quarter         level 1, German only, from a feed's first body
event 5  merged into 1
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from pipeline.store import tables as t
from tests.stating import state_all

WATCHLIST, OLD_WATCHLIST = "w2", "w1"


class Clock:
    """Days before the day on which the store is made."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.today = now.astimezone(UTC).date()

    def day(self, ago: int) -> date:
        return self.today - timedelta(days=ago)

    def at(self, ago: int, clock: str) -> datetime:
        return datetime.combine(self.day(ago), time.fromisoformat(clock), UTC)


# number, feed, language, country, days ago, time, title, level (None: not judged yet), event, copy of
STORIES: list[tuple[int, int, str | None, str, int, str, str, int | None, int | None, int | None]] = [
    (1, 5, "en", "US", 3, "08:00", "xAI joins the AI Infrastructure Partnership", 3, 1, None),
    (2, 1, "en", "GB", 3, "09:30", "BlackRock welcomes xAI to its data centre club", 3, 1, None),
    (3, 2, "fr", "FR", 3, "12:00", "xAI rejoint l'alliance AIP", 3, 1, None),
    (4, 3, "id", "ID", 2, "06:00", "xAI bergabung dengan aliansi AIP", 3, 1, None),
    (5, 1, "en", "GB", 3, "10:00", "xAI joins the AI Infrastructure Partnership - agency", 3, 1, 1),
    (6, 5, "en", "US", 5, "14:00", "xAI gets a permit for 15 gas turbines at Memphis", 1, 2, None),
    (7, 2, "fr", "FR", 4, "07:00", "A Memphis, xAI obtient son permis", 1, 2, 6),
    (8, 1, "en", "GB", 1, "18:00", "BlackRock group AIP buys a data centre operator", 2, 3, None),
    (9, 3, "id", "ID", 1, "21:00", "AIP membeli operator pusat data", 2, 3, None),
    (10, 4, "de", "DE", 10, "08:00", "NextEra verkauft mehr Strom an Rechenzentren", 1, 4, None),
    (11, 1, "en", "GB", 3, "11:00", "AIP honours young physicists", 0, None, None),
    (12, 2, "fr", "FR", 2, "10:00", "La coupe du monde de voile", 0, None, None),
    (13, 3, "und", "ID", 2, "15:00", "AIP 2026", 0, None, None),
    (14, 5, None, "US", 0, "00:00", "Markets at the close", None, None, None),
]
OUTLETS = {1: "harbor.example", 2: "courrier.example", 3: "warta.example", 4: "kurier.example", 5: "wire.example"}
ENTITIES = [
    ("aip", "AI Infrastructure Partnership", "partnership", ["subject"]),
    ("blackrock", "BlackRock", "company", ["party"]),
    ("nextera", "NextEra Energy", "company", ["watched"]),
    ("openai", "OpenAI", "company", ["watched"]),
    ("xai", "xAI", "company", ["party", "watched"]),
]
# story: {entity: (mentions, in the headline)}
NAMED: dict[int, dict[str, tuple[int, bool]]] = {
    1: {"xai": (2, True), "aip": (2, True), "blackrock": (1, False)},
    2: {"xai": (1, True), "aip": (1, False), "blackrock": (2, True)},
    3: {"xai": (1, True), "aip": (1, True)},
    4: {"xai": (1, True), "aip": (1, True)},
    5: {"xai": (2, True), "aip": (2, True), "blackrock": (1, False)},
    6: {"xai": (3, True)},
    7: {"xai": (2, True)},
    8: {"aip": (1, True), "blackrock": (2, True)},
    9: {"aip": (1, True)},
    10: {"nextera": (2, True)},
}
# refused, and named all the same: {story: {entity: (mentions, in the headline)}}
REFUSED: dict[int, dict[str, tuple[int, bool]]] = {11: {"aip": (1, True)}, 13: {"aip": (1, True)}}
WHY: dict[int, dict[str, Any]] = {
    11: {"tier": "names", "lookalikes": {"physics": [{"part": "title", "found": "physicists"}]}},
    13: {"tier": "nobody", "lookalikes": {}},
}
FORMS = {"aip": "AIP", "blackrock": "BlackRock", "nextera": "NextEra", "openai": "OpenAI", "xai": "xAI"}
# story, kind, value, unit, role, approximate, written
FACTS: list[tuple[int, str, float, str, str, bool, str]] = [
    (1, "money", 30e9, "USD", "raised", False, "$30 billion"),
    (2, "money", 100e9, "USD", "target", False, "$100 billion"),
    (3, "money", 60e9, "USD", "target", False, "60 milliards de dollars"),
    (4, "money", 100e9, "USD", "target", False, "100 miliar dolar"),
    (5, "money", 30e9, "USD", "raised", False, "$30 billion"),
    (6, "power", 247e6, "W", "capacity", False, "247 megawatts"),
    (6, "count", 15, "turbines", "", False, "15 gas turbines"),
    (8, "money", 40e9, "USD", "price", False, "$40 billion"),
    (9, "money", 40e9, "USD", "price", True, "sekitar 40 miliar dolar"),
]


def fill(db: sa.Connection, now: datetime) -> Clock:
    """Fill an empty store."""
    c = Clock(now)
    _watchlist(db, c)
    _feeds(db, c)
    _stories(db, c)
    _events(db, c)
    _alerts(db, c)
    _runs(db, c)
    state_all(db)
    if db.dialect.name == "postgresql":  # numbers were given, so the sequences must be moved on
        for table in t.metadata.sorted_tables:
            if "id" in table.c:
                db.exec_driver_sql(
                    f"select setval(pg_get_serial_sequence('{table.name}', 'id'), "
                    f"(select coalesce(max(id), 0) + 1 from {table.name}), false)"
                )
    return c


def _watchlist(db: sa.Connection, c: Clock) -> None:
    db.execute(
        sa.insert(t.watchlists),
        [
            {
                "version": OLD_WATCHLIST,
                "name": "old",
                "content": {},
                "created_at": c.at(40, "08:00"),
                "is_current": False,
            },
            {"version": WATCHLIST, "name": "desk", "content": {}, "created_at": c.at(20, "08:00"), "is_current": True},
        ],
    )
    db.execute(sa.insert(t.entities), [{"key": k, "name": n, "kind": d, "roles": r} for k, n, d, r in ENTITIES])
    forms = [
        ("aip", "AI Infrastructure Partnership", "any"),
        ("aip", "AIP", "en"),
        ("xai", "xAI", "any"),
        ("xai", "اكس ايه آي", "ar"),
    ]
    db.execute(sa.insert(t.aliases), [{"entity_key": k, "text": f, "language": n} for k, f, n in forms])
    db.execute(
        sa.insert(t.seeds).values(key="seed-fr", language="fr", title="xAI rejoint AIP", text="xAI rejoint AIP.")
    )


def _feeds(db: sa.Connection, c: Clock) -> None:
    rows = [
        (1, "The Harbor Times", "en", "GB", "ok", 0, 0, 1),
        (2, "Courrier numerique", "fr", "FR", "ok", 0, 0, 2),
        (3, "Warta Nusantara", "id", "ID", "ok", 0, 0, 1),
        (4, "Kurier", "de", "DE", "failing", 6, 9, 10),
        (5, "Meridian Wire", "en", "US", "ok", 0, 0, 1),
    ]
    db.execute(
        sa.insert(t.feeds),
        [
            {
                "id": n,
                "url": f"https://{OUTLETS[n]}/feed.xml",
                "title": title,
                "language": language,
                "country": country,
                "host": OUTLETS[n],
                "tags": ["business", "query"],
                "expected_per_day": 0.5,
                "added_at": c.at(30, "08:00"),
                "interval_s": 7200.0,
                "first_fetched_at": c.at(12 if n == 4 else 30, "08:00"),
                "last_fetch_at": c.now - timedelta(hours=1),
                "last_success_at": c.now - timedelta(days=success, hours=1),
                "last_new_at": c.at(new, "07:00"),
                "next_fetch_at": c.now + timedelta(hours=1),
                "failure_count": failures,
                "state": state,
            }
            for n, title, language, country, state, failures, success, new in rows
        ],
    )
    fetches: list[dict[str, Any]] = []
    for n in (1, 2, 3, 5):
        for ago in (3, 2, 1):
            fetches.append(_fetch(n, c.at(ago, "07:00"), "new", 200, 0.5, 1000, None))
            fetches.append(_fetch(n, c.at(ago, "19:00"), "unchanged", 304, 0.1, 0, None))
    late = (6, 5, 4, 3, 2)
    fetches += [_fetch(4, c.at(ago, "07:00"), "timeout", None, 30.0, 0, "no answer in 30 s") for ago in late]
    fetches.append(_fetch(4, c.at(1, "07:00"), "dns", None, 0.2, 0, "no such host"))
    db.execute(sa.insert(t.fetches), [{"id": i, **f} for i, f in enumerate(fetches, 1)])
    first = {f["feed_id"]: i for i, f in reversed(list(enumerate(fetches, 1))) if f["outcome"] == "new"}
    db.execute(
        sa.insert(t.bodies),
        [
            {
                "feed_id": n,
                "fetch_id": fetch,
                "hash": f"{n:064}",
                "url": f"https://{OUTLETS[n]}/feed.xml",
                "headers": {},
                "content": b"body",
                "size": 1000,
                "fetched_at": fetches[fetch - 1]["fetched_at"],
                "parsed_at": fetches[fetch - 1]["fetched_at"],
                "format": "rss20",
                "entry_count": 3,
                "new_count": 3,
                "refused": {},
            }
            for n, fetch in sorted(first.items())
        ],
    )


def _fetch(
    feed: int, at: datetime, outcome: str, status: int | None, seconds: float, size: int, error: str | None
) -> dict[str, Any]:
    return {
        "feed_id": feed,
        "fetched_at": at,
        "outcome": outcome,
        "status": status,
        "seconds": seconds,
        "size": size,
        "error": error,
    }


def _stories(db: sa.Connection, c: Clock) -> None:
    stories, sightings, matches = [], [], []
    for n, feed, language, country, ago, clock, title, level, _event, _copy in STORIES:
        at, url = c.at(ago, clock), f"https://{OUTLETS[feed]}/{n}"
        seen = min(at + timedelta(minutes=20), c.now) if n != 14 else c.now - timedelta(minutes=5)
        story_at = seen if n in {13, 14} else at
        stories.append(
            {
                "id": n,
                "url_hash": f"{n:032}",
                "canonical_url": url,
                "url": url,
                "outlet": OUTLETS[feed],
                "title": title,
                "summary": f"Summary {n}.",
                "text": "Full text." if n == 1 else None,
                "text_source": "feed" if n == 1 else None,
                "country": country,
                "language": language,
                "language_confidence": None if language is None else 0.4 if language == "und" else 0.99,
                "published_at": None if n in {13, 14} else at,
                "seen_at": seen,
                "story_at": story_at,
                "content_hash": f"{n:032}",
                "first_feed_id": feed,
                "baseline": n == 10,
                "judged_at": None if level is None else seen + timedelta(minutes=1),
            }
        )
        sightings.append({"story_id": n, "feed_id": feed, "seen_at": seen, "url": url})
        if level is not None:
            matches.append(_match(n, WATCHLIST, level, seen + timedelta(minutes=1), True))
    matches.insert(0, _match(6, OLD_WATCHLIST, 0, c.at(5, "14:10"), False))
    sightings.append(
        {"story_id": 1, "feed_id": 1, "seen_at": c.at(3, "09:00"), "url": "https://harbor.example/via-wire"}
    )

    def rows(of: dict[int, dict[str, tuple[int, bool]]]) -> list[dict[str, Any]]:
        return [
            {
                "story_id": story,
                "entity_key": key,
                "mention_count": count,
                "in_title": in_title,
                "aliases": [FORMS[key]],
            }
            for story, found in of.items()
            for key, (count, in_title) in found.items()
        ]

    db.execute(sa.insert(t.stories), stories)
    db.execute(sa.insert(t.sightings), sightings)
    db.execute(sa.insert(t.matches), matches)
    db.execute(sa.insert(t.match_entities), rows(NAMED))
    db.execute(sa.insert(t.refused_entities), rows(REFUSED))
    db.execute(
        sa.insert(t.former_titles),
        [
            {"story_id": 2, "title": "BlackRock welcomes xAI", "replaced_at": c.at(3, "10:00"), "feed_id": 1},
            {
                "story_id": 2,
                "title": "BlackRock welcomes xAI to its club",
                "replaced_at": c.at(3, "10:30"),
                "feed_id": 1,
            },
        ],
    )
    db.execute(
        sa.insert(t.facts),
        [
            {
                "story_id": story,
                "kind": kind,
                "value": value,
                "unit": unit,
                "role": role,
                "is_approximate": vague,
                "part": "summary",
                "start_offset": i,
                "end_offset": i + len(written),
                "written": written,
            }
            for i, (story, kind, value, unit, role, vague, written) in enumerate(FACTS)
        ],
    )
    db.execute(
        sa.insert(t.facts).values(
            story_id=1,
            kind="date",
            value=20819.0,
            upper_value=21183.0,
            unit="day",
            role="",
            part="title",
            start_offset=0,
            end_offset=4,
            written="2027",
        )
    )
    db.execute(
        sa.insert(t.labels),
        [
            {"story_id": 7, "level": 0, "labelled_by": "Anna Muster", "labelled_at": c.at(3, "09:00"), "note": ""},
            {"story_id": 7, "level": 2, "labelled_by": "Anna Muster", "labelled_at": c.at(2, "09:00"), "note": ""},
        ],
    )


def _match(story: int, watchlist: str, level: int, at: datetime, current: bool) -> dict[str, Any]:
    topics = {3: ["partnership", "xai"], 2: ["partnership"], 1: ["watched"], 0: []}[level]
    return {
        "story_id": story,
        "watchlist_version": watchlist,
        "matcher_version": "m1",
        "content_hash": f"{story:032}",
        "level": level,
        "score": {3: 0.99, 2: 0.9, 1: 0.7, 0: 0.01}[level],
        "seed_key": "seed-fr",
        "similarity": {3: 0.9, 2: 0.6, 1: 0.4, 0: 0.1}[level],
        "topics": topics,
        "evidence": {**WHY.get(story, {}), "probabilities": {"1": 0.5}},
        "matched_at": at,
        "is_current": current,
        "clustered_at": at if level else None,
    }


def _events(db: sa.Connection, c: Clock) -> None:
    def event(
        n: int, level: int, lead: int, first: datetime, last: datetime, counts: tuple[int, int, int, int], **more: Any
    ) -> dict[str, Any]:
        title = next(s[6] for s in STORIES if s[0] == lead)
        language = next(s[2] for s in STORIES if s[0] == lead)
        return {
            "id": n,
            "title": title,
            "title_language": language,
            "titles": {str(language): title},
            "level": level,
            "first_seen_at": first,
            "last_seen_at": last,
            "story_count": counts[0],
            "language_count": counts[1],
            "independent_count": counts[2],
            "outlet_count": counts[3],
            "lead_story_id": lead,
            "entities": sorted(NAMED[lead]),
            "topics": {3: ["partnership", "xai"], 2: ["partnership"], 1: ["watched"]}[level],
            "baseline": False,
            "revision": 1,
            "alerted_revision": 1,
            "merged_into": None,
            "created_at": first + timedelta(minutes=30),
            "updated_at": last + timedelta(minutes=30),
        } | more

    db.execute(
        sa.insert(t.events),
        [
            event(1, 3, 1, c.at(3, "08:00"), c.at(2, "06:00"), (5, 3, 4, 4), revision=4, alerted_revision=4),
            event(2, 1, 6, c.at(5, "14:00"), c.at(4, "07:00"), (2, 2, 1, 2), revision=2, alerted_revision=2),
            event(3, 2, 8, c.at(1, "18:00"), c.at(1, "21:00"), (2, 2, 2, 2)),
            event(4, 1, 10, c.at(10, "08:00"), c.at(10, "08:00"), (1, 1, 1, 1), baseline=True),
            event(
                5, 3, 3, c.at(3, "12:00"), c.at(3, "12:00"), (1, 1, 1, 1), revision=2, alerted_revision=1, merged_into=1
            ),
        ],
    )
    lead = {1: 1, 2: 6, 3: 8, 4: 10}
    db.execute(
        sa.insert(t.event_stories),
        [
            {
                "story_id": n,
                "event_id": event_id,
                "copy_of": copy,
                "how": "found" if lead[event_id] == n else "merge" if n == 3 else "join",
                "score": 0.95,
                "evidence": {} if lead[event_id] == n else {"nearest": lead[event_id]},
                "clusterer_version": "c1",
                "joined_at": c.at(ago, clock) + timedelta(minutes=30),
            }
            for n, _feed, _language, _country, ago, clock, _title, _level, event_id, copy in STORIES
            if event_id is not None
        ],
    )
    # the permit leads to the partnership, and that to its purchase, which also follows the permit, less surely
    db.execute(
        sa.insert(t.links),
        [
            {
                "event_id": later,
                "follows_id": earlier,
                "kind": "follows",
                "strength": strength,
                "evidence": {"features": {"meaning": 0.6}},
                "linker_version": "l1",
                "linked_at": at,
            }
            for later, earlier, strength, at in (
                (1, 2, 0.8, c.at(3, "08:30")),
                (3, 1, 0.9, c.at(1, "21:30")),
                (3, 2, 0.75, c.at(1, "21:30")),
            )
        ],
    )
    lines = [
        (1, 1, c.at(3, "08:30"), "founded", 1, None),
        (1, 1, c.at(3, "08:30"), "joined", 2, None),
        (5, 1, c.at(3, "12:30"), "founded", 3, None),
        (1, 2, c.at(3, "13:00"), "merged", None, 5),
        (5, 2, c.at(3, "13:00"), "merged", None, 1),
        (1, 3, c.at(3, "13:00"), "fact", 3, None),
        (1, 4, c.at(2, "06:30"), "joined", 4, None),
        (2, 1, c.at(5, "14:30"), "founded", 6, None),
        (2, 2, c.at(4, "07:30"), "joined", 7, None),
        (3, 1, c.at(1, "21:30"), "founded", 8, None),
        (4, 1, c.at(10, "08:30"), "founded", 10, None),
    ]
    db.execute(
        sa.insert(t.event_history),
        [
            {"event_id": e, "revision": r, "at": at, "kind": k, "story_id": s, "other_event_id": o, "detail": {}}
            for e, r, at, k, s, o in lines
        ],
    )


def _alerts(db: sa.Connection, c: Clock) -> None:
    def reader(n: int, key: str, name: str) -> dict[str, Any]:
        wishes = {
            "topics": ["partnership", "xai"] if key == "paris" else [],
            "entities": [],
            "story_languages": [],
            "min_level": 1,
            "min_stories": 1,
            "frequency": "instant",
            "only_independent": False,
        }
        return {
            "id": n,
            "key": key,
            "name": name,
            "address": f"{key}@readers.example",
            "content": wishes,
            "created_at": c.at(20, "08:00"),
        }

    db.execute(sa.insert(t.subscriptions), [reader(1, "desk", "The desk"), reader(2, "paris", "Camille Aubry")])
    rows = [
        (1, 1, 1, "new", 0, "sent", c.at(3, "09:00"), c.at(3, "09:02"), 1),
        (2, 2, 1, "new", 0, "sent", c.at(3, "09:00"), c.at(3, "09:30"), 2),
        (3, 1, 2, "new", 0, "sent", c.at(5, "15:00"), c.at(5, "15:01"), 1),
        (4, 1, 3, "new", 0, "pending", c.at(1, "22:00"), None, 1),
        (5, 2, 3, "new", 0, "pending", c.at(1, "22:00"), None, 0),
        (6, 1, 4, "new", 0, "baseline", c.at(10, "09:00"), None, 0),
        (7, 1, 1, "update", 4, "cancelled", c.at(2, "07:00"), None, 0),
        (8, 1, 5, "new", 0, "sent", c.at(3, "12:40"), c.at(3, "12:41"), 1),
    ]
    db.execute(
        sa.insert(t.alerts),
        [
            {
                "id": n,
                "subscription_id": s,
                "event_id": e,
                "reason": reason,
                "revision": r,
                "state": state,
                "created_at": at,
                "due_at": c.now + timedelta(hours=6) if state == "pending" else at,
                "attempts": tries,
                "message_id": f"<{n}@newswatch.example>",
                "detail": {},
                "sent_at": sent,
                "why": "It is about what you follow: xAI." if sent else None,
                "evidence": {"level": 3, "names": ["xAI"]} if sent else None,
            }
            for n, s, e, reason, r, state, at, sent, tries in rows
        ],
    )
    said = [
        (1, c.at(3, "09:02"), "accepted", 250, None),
        (2, c.at(3, "09:02"), "temporary", 451, "451 <paris@readers.example>: try again later"),
        (2, c.at(3, "09:30"), "accepted", 250, None),
        (3, c.at(5, "15:01"), "accepted", 250, None),
        (4, c.at(1, "22:04"), "temporary", 451, "451 <desk@readers.example>: mailbox busy"),
        (8, c.at(3, "12:41"), "accepted", 250, None),
    ]
    db.execute(
        sa.insert(t.deliveries),
        [{"alert_id": a, "attempted_at": at, "outcome": o, "code": code, "error": e} for a, at, o, code, e in said],
    )


def _runs(db: sa.Connection, c: Clock) -> None:
    rows = [
        ("fetch", c.at(2, "07:00"), 4.0, 5, 4, 0, 1),
        ("fetch", c.at(1, "07:00"), 2.0, 5, 4, 0, 1),
        ("fetch", c.at(1, "19:00"), 2.0, 4, 4, 0, 0),
        ("match", c.at(2, "07:01"), 1.0, 3, 3, 0, 0),
        ("match", c.at(1, "07:01"), 0.5, 2, 2, 0, 0),
        ("deliver", c.at(1, "22:04"), 0.4, 2, 1, 1, 0),
    ]
    db.execute(
        sa.insert(t.runs),
        [
            {
                "step": s,
                "started_at": at,
                "seconds": d,
                "seen": seen,
                "done": done,
                "skipped": skipped,
                "failed": failed,
                "detail": {},
            }
            for s, at, d, seen, done, skipped, failed in rows
        ],
    )
