"""What people do with subscriptions and alerts: list them, leave, be forgotten, send dead letters again."""

from datetime import datetime

from pipeline import log, mail, store
from pipeline.errors import NotFoundError
from pipeline.settings import Settings
from pipeline.store import alerts, outbox, subscriptions
from pipeline.store.rows import alerts as rows


def secret(settings: Settings) -> str:
    """Give what signs unsubscribe links: NEWSWATCH_SECRET, or one that is made once and kept in the database."""
    if settings.secret:
        return settings.secret
    with store.begin(settings.database_url) as db:
        return subscriptions.signing_secret(db)


def listed(settings: Settings) -> list[subscriptions.ListedSubscription]:
    """List subscriptions, addresses masked."""
    with store.read(settings.database_url) as db:
        return subscriptions.listed(db)


def unsubscribe(settings: Settings, token: str, now: datetime) -> str:
    """Switch off the subscription that a signed token names, and return its key; twice is once.

    Raise NotFoundError when the token is not ours or names nothing.
    """
    key = mail.read_token(secret(settings), token)
    if key is not None:
        with store.begin(settings.database_url) as db:
            found = subscriptions.unsubscribe(db, key, now)
        if found is not None:
            log.get().info("unsubscribe", subscription=key)
            return key
    raise NotFoundError("this unsubscribe link is not one of ours, or its subscription is gone; nothing was changed")


def spoken(settings: Settings, token: str) -> str:
    """Give the language of the subscription that a token names, and change nothing; raise NotFoundError otherwise."""
    key = mail.read_token(secret(settings), token)
    if key is None:
        raise NotFoundError("this unsubscribe link is not one of ours; nothing was changed")
    with store.read(settings.database_url) as db:
        return subscriptions.language(db, key)


def forget(settings: Settings, address: str, now: datetime) -> list[str]:
    """Erase an address with name and targets wherever it stands; return the keys of the subscriptions."""
    with store.begin(settings.database_url) as db:
        keys = subscriptions.forget(db, address, now)
    if not keys:
        raise NotFoundError("no subscription has this address")
    log.get().info("forget", subscriptions=len(keys))
    return keys


def alerts_listed(
    settings: Settings, state: str | None = None, subscription: str | None = None, limit: int = 50
) -> list[rows.ListedAlert]:
    """List alerts, the newest first; without addresses."""
    with store.read(settings.database_url) as db:
        return rows.listed(db, state, subscription, limit)


def requeue(settings: Settings, ids: list[int], now: datetime) -> int:
    """Give dead letters a fresh start, all of them when no numbers are given; return how many."""
    with store.begin(settings.database_url) as db:
        return outbox.requeue(db, ids, now)


def stand_down(settings: Settings) -> int:
    """Make everything that waits a baseline, never to be sent: after restoring a backup; return how many."""
    with store.begin(settings.database_url, lock="alert") as db:
        return alerts.stand_down(db)
