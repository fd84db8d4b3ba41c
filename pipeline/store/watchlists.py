"""The watch folder in the store: watchlist versions, entities, aliases, seeds, feeds and subscriptions as declared."""

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from pipeline.core.text import url
from pipeline.errors import StoreError
from pipeline.model import Alias, Entity, FeedSpec, FieldRole, Role, Seed, Subscription, Topic, Watchlist, WordGroup
from pipeline.store import faults
from pipeline.store.engine import insert
from pipeline.store.feeds import DECLARED
from pipeline.store.tables import aliases, entities, feeds, seeds, subscriptions, watchlists


def to_json(watchlist: Watchlist) -> dict[str, Any]:
    """Write a watchlist as plain JSON."""
    return dataclasses.asdict(watchlist)


def from_json(content: Mapping[str, Any]) -> Watchlist:
    """Read a watchlist back from `to_json`."""
    return Watchlist(
        version=content["version"],
        name=content["name"],
        entities=tuple(
            Entity(
                key=e["key"],
                name=e["name"],
                kind=e["kind"],
                roles=tuple(Role(r) for r in e["roles"]),
                aliases=tuple(Alias(**{**a, "needs": tuple(a["needs"])}) for a in e["aliases"]),
                wikidata=e["wikidata"],
                whole=e.get("whole", False),  # absent in watchlists stored before November 2026
            )
            for e in content["entities"]
        ),
        topics=tuple(Topic(t["key"], dict(t["titles"]), tuple(t["entities"])) for t in content["topics"]),
        fields=tuple(_group(g) for g in content["fields"]),
        lookalikes=tuple(_group(g) for g in content["lookalikes"]),
        seeds=tuple(Seed(**s) for s in content["seeds"]),
    )


def _group(content: Mapping[str, Any]) -> WordGroup:
    words = {k: tuple(v) for k, v in content["words"].items()}
    return WordGroup(content["key"], words, tuple(content["of"]), FieldRole(content.get("role", FieldRole.SEEDS)))


def current(db: sa.Connection) -> Watchlist:
    """Give the watchlist that new stories are judged with."""
    content = db.scalar(sa.select(watchlists.c.content).where(watchlists.c.is_current))
    if content is None:
        raise StoreError(
            "no watchlist is stored yet; run `newswatch sync` or `newswatch run`, which read the watch folder"
        )
    return from_json(content)


def began_at(db: sa.Connection) -> datetime | None:
    """Give the time when this store first read a watch folder; None when it has not yet."""
    began: datetime | None = db.scalar(sa.select(sa.func.min(watchlists.c.created_at)))
    return began


def adopt(db: sa.Connection, watchlist: Watchlist, now: datetime) -> bool:
    """Make a watchlist the current one, with its entities, aliases and seeds; True when it was not before."""
    standing = db.scalar(sa.select(watchlists.c.version).where(watchlists.c.is_current))
    if standing == watchlist.version:
        return False
    faults.again(db, "match")  # what broke under the old watchlist may not under this one
    db.execute(sa.update(watchlists).values(is_current=False))
    content = to_json(watchlist)
    db.execute(
        insert(db, watchlists)
        .values(version=watchlist.version, name=watchlist.name, content=content, created_at=now, is_current=True)
        .on_conflict_do_update(index_elements=["version"], set_={"is_current": True})
    )
    db.execute(sa.update(entities).values(is_current=False))
    for e in watchlist.entities:
        values = {"name": e.name, "kind": e.kind, "wikidata": e.wikidata, "roles": list(e.roles), "is_current": True}
        db.execute(
            insert(db, entities).values(key=e.key, **values).on_conflict_do_update(index_elements=["key"], set_=values)
        )
    db.execute(sa.delete(aliases))
    rows = {
        (e.key, a.text, a.language): {
            "entity_key": e.key,
            "text": a.text,
            "language": a.language,
            "is_case_sensitive": a.case,
            "is_prefix": a.prefix,
            "needs": list(a.needs) or None,
        }
        for e in watchlist.entities
        for a in e.aliases
    }
    if rows:
        db.execute(sa.insert(aliases), list(rows.values()))
    db.execute(sa.update(seeds).values(is_current=False))
    for s in watchlist.seeds:
        words = {"language": s.language, "title": s.title, "text": s.text, "is_current": True}
        db.execute(
            insert(db, seeds).values(key=s.key, **words).on_conflict_do_update(index_elements=["key"], set_=words)
        )
    return True


def declare_feeds(db: sa.Connection, specs: Sequence[FeedSpec], now: datetime) -> tuple[int, int]:
    """Store the declared feeds and switch off those that are no longer declared; return (new, switched off)."""
    standing = {r.url: r for r in db.execute(sa.select(*(feeds.c[name] for name in DECLARED)))}
    wanted = {row["url"]: row for row in (_declared(spec) for spec in specs)}
    changed = [
        row
        for address, row in wanted.items()
        if address not in standing or any(getattr(standing[address], name) != row[name] for name in DECLARED)
    ]
    if changed:
        made = insert(db, feeds)
        fresh = {name: made.excluded[name] for name in DECLARED if name != "url"}
        rows = [{**row, "host": url.host(row["url"]), "added_at": now} for row in changed]
        db.execute(made.on_conflict_do_update(index_elements=["url"], set_=fresh), rows)  # host: as fetching left it
    gone = [a for a, row in standing.items() if row.enabled and a not in wanted]
    if gone:
        off = sa.update(feeds).where(feeds.c.url == sa.bindparam("_url")).values(enabled=False)
        db.execute(off, [{"_url": address} for address in gone])
    return len(wanted.keys() - standing.keys()), len(gone)


def _declared(spec: FeedSpec) -> dict[str, Any]:
    return dataclasses.asdict(spec) | {"url": url.without_credentials(spec.url), "tags": list(spec.tags)}


def declare_subscriptions(db: sa.Connection, wanted: Sequence[Subscription], now: datetime) -> tuple[int, int]:
    """Store the declared subscriptions and switch off those no longer declared; return (new, switched off).

    A reader who unsubscribed stays unsubscribed whatever the file says, until the address in it changes.
    """
    standing = {r.key: r for r in db.execute(sa.select(subscriptions))}
    for s in wanted:
        content = dataclasses.asdict(s)
        for name in ("key", "name", "address", "enabled"):
            content.pop(name)
        old = standing.get(s.key)
        left = old is not None and old.unsubscribed_at is not None and old.address in {s.address, ""}
        values = {"name": s.name, "content": content, "enabled": s.enabled and not left}
        if not left:
            values |= {"address": s.address, "unsubscribed_at": None, "erased_at": None}
        if old is None:
            made = insert(db, subscriptions).values(key=s.key, created_at=now, **{"address": s.address, **values})
            db.execute(made.on_conflict_do_nothing(index_elements=["key"]))
        else:
            db.execute(sa.update(subscriptions).where(subscriptions.c.key == s.key).values(**values))
    keys = {s.key for s in wanted}
    gone = [k for k, row in standing.items() if row.enabled and k not in keys]
    for key in gone:
        db.execute(sa.update(subscriptions).where(subscriptions.c.key == key).values(enabled=False))
    return len(keys - standing.keys()), len(gone)
