"""The feeds by hand: list them, check their health, add one, exchange lists with other readers."""

import asyncio
import json
import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline import catalog, http, store
from pipeline.core.feeds import discover, health, opml, parse, poll, report
from pipeline.core.text import url
from pipeline.errors import ConfigError, NotFoundError
from pipeline.model import FeedSpec, Outcome, Response
from pipeline.settings import Settings
from pipeline.store import feeds
from pipeline.store.rows import feeds as numbers

MAX_PROBES = 8  # addresses tried on one site


@dataclass(frozen=True, slots=True)
class FoundFeed:
    """A feed that discovery has read: what would be declared, and what it brings."""

    spec: FeedSpec
    format: str
    entries: int
    newest: str = ""  # title of the first entry


@dataclass(frozen=True, slots=True)
class FeedState:
    """A stored feed as `feeds list` tells it; "off" is one that is not polled, `error` the last while it fails."""

    id: int
    title: str
    url: str  # the address that is asked
    language: str | None
    state: str
    since: datetime | None
    last_success_at: datetime | None
    last_new_at: datetime | None
    next_fetch_at: datetime | None
    interval_s: float
    error: str | None


def overview(settings: Settings, only: str | None = None) -> list[FeedState]:
    """List the stored feeds with their state, as rows for a table; `only` keeps one state."""
    with store.read(settings.database_url) as db:
        found = feeds.every(db)
        errors = numbers.last_errors(db)
    return [
        FeedState(
            id=feed.id,
            title=feed.spec.title,
            url=poll.address(feed),
            language=feed.spec.language,
            state=feed.polling.state if feed.spec.enabled else "off",
            since=feed.polling.state_since,
            last_success_at=feed.polling.last_success_at,
            last_new_at=feed.polling.last_new_at,
            next_fetch_at=feed.polling.next_fetch_at,
            interval_s=feed.polling.interval_s,
            error=errors.get(feed.id),
        )
        for feed in found
        if only is None or only == (feed.polling.state if feed.spec.enabled else "off")
    ]


def declared(settings: Settings) -> list[FeedSpec]:
    """Read the feeds of the watch folder; raise CatalogError for the first wrong line."""
    return list(catalog.load(settings.watch_dir or catalog.default_dir()).feeds)


def check(settings: Settings, now: datetime) -> list[health.Alarm]:
    """Look at every feed and language; return what a person should see, [] when all is well."""
    with store.read(settings.database_url) as db:
        found = numbers.feed_numbers(db, now)
        last_day, before = numbers.languages(db, now)
        why = numbers.unanswered(db).alarm()
    all_of_them = [health.Alarm("all", "feeds", why)] if why else []
    return all_of_them + health.feed_alarms(found) + health.language_alarms(last_day, before)


def ask_now(settings: Settings, feed_id: int, now: datetime) -> None:
    """Make a feed due now; NotFoundError where there is none that is polled. What its host asked for still holds."""
    with store.begin(settings.database_url) as db:
        is_there = feeds.make_due(db, feed_id, now)
    if not is_there:
        raise NotFoundError(f"There is no feed {feed_id} that is polled.")


def contact_note(settings: Settings) -> str | None:
    """Say that nobody can be reached at our contact; None when somebody may be."""
    return report.nameless(settings.contact)


def cut_off(settings: Settings) -> str | None:
    """Say that half of the feeds and more failed since any answered, why, and what cures it; None when all is well."""
    with store.read(settings.database_url) as db:
        return numbers.unanswered(db).alarm()


def find(settings: Settings, address: str) -> list[FoundFeed]:
    """Read an address: the feed that it is, or the feeds that its page declares, best first; raise NotFoundError."""
    return asyncio.run(_find(settings, _complete(address)))


def add(settings: Settings, address: str, now: datetime) -> FoundFeed:
    """Find the feed at an address and declare it in the watch folder; raise NotFoundError or ConfigError."""
    folder = _own_folder(settings)
    found = find(settings, address)[0]
    declare(folder, [found.spec])
    return found


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a list's lines: counts, and a sentence on each line that was not taken."""

    added: int
    known: int
    refused: tuple[str, ...] = ()


def import_opml(settings: Settings, path: Path) -> Imported:
    """Declare the good feeds of an OPML file in the watch folder and say of the others, line by line, why not."""
    folder = _own_folder(settings)
    try:
        listed = opml.lines(path.read_bytes())
    except (OSError, ValueError) as e:
        raise ConfigError(f"{path}: {e}") from e
    refused = [f"{path.name}, line {line.number}: {line.text}: {line.why}" for line in listed if line.feed is None]
    good = [line for line in listed if line.feed]
    known = {_same(feed.url) for feed in catalog.load(folder).feeds}
    new: list[opml.Outline] = []
    for line in good:
        if line.feed and _same(line.feed.url) not in known:
            known.add(_same(line.feed.url))
            new.append(line)
    try:
        declare(folder, [line.feed for line in new if line.feed])
        taken = len(new)
    except ConfigError:  # one of them is not liked: each alone, so that it costs itself only
        taken = 0
        for line in new:
            try:
                declare(folder, [line.feed] if line.feed else [])
                taken += 1
            except ConfigError as e:
                why = str(e).rpartition("feeds.toml, ")[2]
                refused.append(f"{path.name}, line {line.number}: {line.text}: {why}")
    if refused and not taken and not good:
        raise ConfigError("no feed was taken:\n" + "\n".join(refused))
    return Imported(taken, len(good) - len(new), tuple(refused))


def _same(address: str) -> str:
    """Give what two addresses of one feed share: the watch folder's rule."""
    rest = url.without_credentials(address).partition("://")[2]
    return rest.removeprefix("www.").rstrip("/").lower()


def export_opml(settings: Settings) -> bytes:
    """Write the watch folder's feeds as OPML; credentials stay at home."""
    watch = catalog.load(settings.watch_dir or catalog.default_dir())
    safe = [FeedSpec(url.without_credentials(f.url), f.title, f.language, tags=f.tags) for f in watch.feeds]
    return opml.write(safe, watch.watchlist.name)


def declare(folder: Path, specs: Sequence[FeedSpec]) -> None:
    """Append feeds to a watch folder's feeds.toml, whole or not at all; what stands there stays byte for byte.

    The changed folder is read whole before it takes the old file's place; CatalogError names what it would not like.
    """
    if not specs:
        return
    path = folder / catalog.FEEDS
    known = {url.without_credentials(feed.url) for feed in catalog.load(folder).feeds}
    for spec in specs:
        if url.without_credentials(spec.url) in known:
            raise ConfigError(f"{url.without_credentials(spec.url)} is declared in {path} already")
    old = path.read_text(encoding="utf-8")
    text = old + ("" if not old or old.endswith("\n") else "\n") + "".join(_table(spec) for spec in specs)
    with tempfile.TemporaryDirectory() as scratch:
        trial = Path(scratch) / folder.name
        shutil.copytree(folder, trial)
        (trial / catalog.FEEDS).write_text(text, encoding="utf-8")
        catalog.load(trial)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=folder, prefix=".feeds-", delete=False) as new:
        new.write(text)
        new.flush()
        os.fsync(new.fileno())
    shutil.copymode(path, new.name)
    Path(new.name).replace(path)


def _table(spec: FeedSpec) -> str:
    lines = ["[[feeds]]", f"url = {_quoted(spec.url)}"]
    lines.append(f"title = {_quoted(' '.join(spec.title.split()) or spec.url)}")
    if spec.language and (tag := _tag(spec.language)):
        lines.append(f"language = {_quoted(tag)}")
    if spec.country:
        lines.append(f"country = {_quoted(spec.country)}")
    if spec.tags:
        lines.append(f"tags = [{', '.join(map(_quoted, spec.tags))}]")
    return "\n" + "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Write a TOML string: JSON's, whose escapes TOML shares, but for one character that only TOML escapes."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _tag(language: str) -> str | None:
    """Write a language tag as watch folders want it ("EN-us" is "en-US"); None when it is none."""
    parts = language.strip().replace("_", "-").split("-")
    if not re.fullmatch(r"[A-Za-z]{2,3}", parts[0]):
        return None
    kept = [parts[0].lower()]
    for part in parts[1:]:
        if re.fullmatch(r"[A-Za-z]{4}", part):
            kept.append(part.title())
        elif re.fullmatch(r"[A-Za-z]{2}", part):
            kept.append(part.upper())
    return "-".join(kept)


def _own_folder(settings: Settings) -> Path:
    if settings.watch_dir is None:
        raise ConfigError(
            "the watch folder that ships with newswatch is not written to; "
            "make your own with `newswatch init DIR --example`, then use --watch DIR or NEWSWATCH_WATCH_DIR"
        )
    return settings.watch_dir


def _complete(address: str) -> str:
    address = address.strip()
    return address if "://" in address else f"https://{address}"


async def _find(settings: Settings, address: str) -> list[FoundFeed]:
    async with http.Client(settings) as client:
        response = await client.get(address)
        if response.outcome is not Outcome.NEW:
            reason = response.error or response.outcome.value
            if response.outcome is Outcome.REFUSED_ADDRESS:
                reason += "; open your own network with NEWSWATCH_ALLOW_ADDRESSES"
            raise NotFoundError(f"{http.clean_url(address)} cannot be read: {reason}")
        if found := _read(settings, address, response):
            return [found]
        html = response.body.decode("utf-8", "replace")
        declared = discover.links(html, response.final_url)
        for candidates in (declared, discover.guesses(response.final_url)):
            read = [(c, await client.get(c)) for c in candidates[:MAX_PROBES]]
            feeds_found = [f for c, r in read if r.outcome is Outcome.NEW and (f := _read(settings, c, r))]
            if feeds_found:  # what carries articles first, whatever the page named first
                return sorted(
                    feeds_found, key=lambda f: (discover.is_of_comments(f.spec.title, f.spec.url), not f.entries)
                )
    raise NotFoundError(f"{http.clean_url(address)} is no feed, and no feed is declared there")


def _read(settings: Settings, address: str, response: Response) -> FoundFeed | None:
    at = datetime.fromisoformat("2000-01-01T00:00:00+00:00")  # only dates depend on it, and none is used
    document = parse.document(response.body, response.headers, response.final_url, at, settings.max_entries)
    if document.error or not document.format:
        return None
    stays = response.redirects and all(status in {301, 308} for status, _ in response.redirects)
    spec = FeedSpec(
        url=response.final_url if stays else address,
        title=document.title or http.host_of(response.final_url),
        language=document.language,
    )
    return FoundFeed(
        spec, document.format, len(document.entries), document.entries[0].title if document.entries else ""
    )
