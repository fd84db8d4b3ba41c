"""Bring the watch folder into the store: feeds, watchlist, seeds, subscriptions."""

from datetime import datetime

from pipeline import catalog, log, store
from pipeline.model import Tally
from pipeline.settings import Settings
from pipeline.store import watchlists


def run(settings: Settings, now: datetime) -> Tally:
    """Read the watch folder and store what changed; a wrong file is refused whole before anything is written."""
    watch = catalog.load(settings.watch_dir or catalog.default_dir())
    with store.begin(settings.database_url, lock="sync") as db:
        new_list = watchlists.adopt(db, watch.watchlist, now)
        new_feeds, feeds_off = watchlists.declare_feeds(db, watch.feeds, now)
        new_subs, subs_off = watchlists.declare_subscriptions(db, watch.subscriptions, now)
    detail = {
        "watchlist": watch.watchlist.version,
        "watchlist_changed": new_list,
        "new_feeds": new_feeds,
        "feeds_off": feeds_off,
        "new_subscriptions": new_subs,
        "subscriptions_off": subs_off,
    }
    seen = len(watch.feeds) + len(watch.subscriptions) + 1
    return log.tally(
        Tally("sync", seen=seen, done=int(new_list) + new_feeds + feeds_off + new_subs + subs_off, detail=detail)
    )
