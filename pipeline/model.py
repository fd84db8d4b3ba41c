"""The nouns: frozen values that travel between doors and verbs.

Times are timezone-aware UTC datetimes, offsets count Unicode code points, vectors are unit-length float32 arrays.
Imports nothing but the standard library.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

# ---------------------------------------------------------------------------------------------- the watch folder


@dataclass(frozen=True, slots=True)
class FeedSpec:
    """One feed as the watch folder declares it."""

    url: str
    title: str
    language: str | None = None  # BCP 47; a hint, never the truth
    country: str | None = None  # ISO 3166-1 alpha-2
    tags: tuple[str, ...] = ()
    expected_per_day: float | None = None  # new stories a day; drives the health alarms
    enabled: bool = True


class Role(StrEnum):
    """What an entity is to the storyline; the matcher's features count roles, never names."""

    SUBJECT = "subject"  # what the seeds are about
    PARTY = "party"  # takes part in the subject
    WATCHED = "watched"  # ours on its own, in the seeds' field
    CONTEXT = "context"  # helps to understand, decides nothing alone


@dataclass(frozen=True, slots=True)
class Alias:
    """One written form of an entity in one language or script ("any" = everywhere)."""

    text: str
    language: str = "any"
    case: bool = False  # compare letter case too
    prefix: bool = False  # up to four letters may follow (inflection)
    needs: tuple[str, ...] = ()  # companions: entity keys or "field:KEY"; at least one in the same text


@dataclass(frozen=True, slots=True)
class Entity:
    """Something watched, under a language-neutral key."""

    key: str
    name: str
    kind: str
    roles: tuple[Role, ...]
    aliases: tuple[Alias, ...]
    wikidata: str | None = None
    whole: bool = False  # its whole business is the seeds' field: what it does is in the field by itself


@dataclass(frozen=True, slots=True)
class Topic:
    """A named group of entities that people subscribe to."""

    key: str
    titles: Mapping[str, str]
    entities: tuple[str, ...]


class FieldRole(StrEnum):
    """What the words of a field say of a story; the matcher's features count roles, never keys."""

    SEEDS = "seeds"  # the seeds' field: what makes a watched entity's story ours
    NEAR = "near"  # its neighbour (deals, money): says what happens, makes nothing ours
    OTHER = "not-ours"  # another business of the same entities


@dataclass(frozen=True, slots=True)
class WordGroup:
    """Words per language: a field ("ai", "power") or a lookalike ("physics-institute" for the entities in `of`)."""

    key: str
    words: Mapping[str, tuple[str, ...]]
    of: tuple[str, ...] = ()
    role: FieldRole = FieldRole.SEEDS  # of a field


@dataclass(frozen=True, slots=True)
class Seed:
    """A seed article: the query by example."""

    key: str
    language: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Watchlist:
    """Entities, topics, fields, lookalikes and seeds; `version` is a hash of their meaning."""

    version: str
    name: str
    entities: tuple[Entity, ...]
    topics: tuple[Topic, ...]
    fields: tuple[WordGroup, ...]
    lookalikes: tuple[WordGroup, ...]
    seeds: tuple[Seed, ...]

    def __hash__(self) -> int:
        """Let what is compiled of a watchlist be kept by it; its tables of words have no hash of their own."""
        return hash(self.version)


class Frequency(StrEnum):
    """How often a subscription's mail goes out."""

    INSTANT = "instant"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class Subscription:
    """Who wants what, how often."""

    key: str
    name: str
    address: str
    topics: tuple[str, ...] = ()  # empty: all
    entities: tuple[str, ...] = ()  # empty: all
    min_level: int = 1
    story_languages: tuple[str, ...] = ()  # empty: all
    language: str = "en"  # of the mail
    frequency: Frequency = Frequency.INSTANT
    at: str = "08:00"  # local time of daily and weekly mail
    weekday: int = 0  # of weekly mail; Monday = 0
    timezone: str = "UTC"
    quiet_hours: tuple[str, str] | None = None  # local, e.g. ("22:00", "07:00")
    max_per_day: int | None = None
    only_independent: bool = False
    min_stories: int = 1
    updates: str = "some"  # all (each new language), some (the reader's), less (no growth), none
    grew: str = "weekly"  # what also grew: never, daily, weekly
    targets: tuple[str, ...] = ()  # webhook or chat URLs
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Watch:
    """A whole watch folder, read and checked."""

    feeds: tuple[FeedSpec, ...]
    watchlist: Watchlist
    subscriptions: tuple[Subscription, ...]


# ---------------------------------------------------------------------------------------------- fetching and parsing


@dataclass(frozen=True, slots=True)
class Polling:
    """What polling learnt of a feed: all that a fetch may change; the fields are columns of `feeds`."""

    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    interval_s: float = 3600.0
    wait_s: float | None = None  # what its server wishes between fetches
    ttl_s: float | None = None  # what its document wishes
    next_fetch_at: datetime | None = None
    failure_weight: float = 0.0  # hard 1, soft 0.5, temporary 0.25 a failure; 0 after a success
    failure_count: int = 0  # failures in a row
    first_fetched_at: datetime | None = None
    last_fetch_at: datetime | None = None
    last_success_at: datetime | None = None
    last_new_at: datetime | None = None  # last fetch that brought a new story
    moved_to: str | None = None  # a permanent redirect seen, not adopted yet
    moved_since: datetime | None = None
    moved_count: int = 0
    adopted_url: str | None = None  # a permanent redirect's target, polled instead of the declared address
    validators_lie: bool = False  # the ETag stayed while the body changed: ask unconditionally
    unconditional_at: datetime | None = None  # last request without validators
    state: str = "new"
    state_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """A stored feed: what is declared of it, and what polling learnt."""

    id: int
    spec: FeedSpec  # its address without credentials
    polling: Polling = field(default_factory=Polling)
    added_at: datetime | None = None
    first_read_at: datetime | None = None  # fetch of its first document with entries: parsing tells it, never a fetch


class Outcome(StrEnum):
    """How a fetch ended."""

    NEW = "new"  # a body that differs from the last one
    UNCHANGED = "unchanged"  # 304, or the same body hash
    GONE = "gone"  # 410
    HTTP_ERROR = "http-error"
    RATE_LIMITED = "rate-limited"  # 429, or 503 with Retry-After
    TIMEOUT = "timeout"
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TOO_LARGE = "too-large"
    TOO_MANY_REDIRECTS = "too-many-redirects"
    REFUSED_ADDRESS = "refused-address"  # the address guard said no
    BAD_URL = "bad-url"
    PROTOCOL = "protocol"  # broken HTTP, wrong length, broken compression
    EMPTY = "empty"  # 200 with nothing in it
    NOT_A_FEED = "not-a-feed"  # HTML or anything else
    LOCAL = "local"  # this machine could not ask: no descriptors, no network


@dataclass(frozen=True, slots=True)
class Response:
    """What one HTTP exchange brought, after redirects; `error` is set when there is no usable body."""

    url: str  # as asked, credentials removed
    final_url: str
    outcome: Outcome
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)  # lower-case names
    body: bytes = b""  # decompressed
    redirects: tuple[tuple[int, str], ...] = ()  # (status, target)
    seconds: float = 0.0
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Fetch:
    """One attempt to get a feed, as stored."""

    feed_id: int
    fetched_at: datetime
    outcome: Outcome
    status: int | None = None
    seconds: float = 0.0
    size: int = 0
    body_hash: str | None = None  # set when a body was stored
    error: str | None = None
    final_url: str | None = None
    retry_after_s: float | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """A raw feed document with what parsing needs of its response."""

    hash: str
    feed_id: int
    fetch_id: int
    url: str
    content: bytes
    headers: Mapping[str, str]
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a feed document, cleaned, not stored yet."""

    url: str  # absolute, as the feed gives it
    canonical_url: str
    title: str
    summary: str = ""
    text: str = ""  # full content when the feed carries it
    author: str | None = None
    guid: str | None = None
    language: str | None = None  # declared by entry or document
    published_at: datetime | None = None  # None when absent or absurd
    published_raw: str | None = None
    updated_at: datetime | None = None  # a later date than published_at, when the feed has both
    categories: tuple[str, ...] = ()
    outlet: str | None = None  # who told it; None: the host of the address; "": a carrier's, and nobody says whose
    told_by: str = ""  # the outlet's name as the feed prints it
    raw_title: str = ""  # as the feed prints it, where that is not the title
    kind: str = ""  # what the title says of itself: "breaking", "exclusive update", "opinion", …
    update: int | None = None  # the number of an update ("UPDATE 2-", "종합2보")


@dataclass(frozen=True, slots=True)
class Refusal:
    """An entry that cannot become a story, and why; counted, never silent."""

    reason: str  # "no-link", "bad-link", "no-text", "too-many", …
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed feed document."""

    format: str  # rss20, rss10, atom10, json, sitemap, …, "" when unknown
    title: str = ""
    language: str | None = None
    entries: tuple[Entry, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    ttl_s: float | None = None  # the feed's own wish: ttl, sy:updatePeriod
    error: str | None = None  # why there are no entries
    bozo: str | None = None  # what was malformed though entries were found


# ---------------------------------------------------------------------------------------------- stories and matches


@dataclass(frozen=True, slots=True)
class Language:
    """A detected language: BCP 47 tag or "und", how sure (0..1), and who decided."""

    tag: str
    confidence: float
    reason: str  # "script", "langdetect", "prior", "too-short", …


@dataclass(frozen=True, slots=True)
class Story:
    """One article, stored once however many feeds carry it."""

    id: int
    canonical_url: str
    url: str
    title: str
    summary: str
    text: str = ""
    language: str = "und"
    language_confidence: float = 0.0
    published_at: datetime | None = None
    seen_at: datetime | None = None
    outlet: str = ""  # registrable host, the publisher as far as we know
    country: str | None = None
    declared_language: str | None = None
    baseline: bool = False  # came with the first fetch of a feed: never alerted

    @property
    def at(self) -> datetime | None:
        """The story's time for orders and windows: the earlier of published and seen."""
        times = [t for t in (self.published_at, self.seen_at) if t is not None]
        return min(times) if times else None


@dataclass(frozen=True, slots=True)
class Mention:
    """One alias found in a text; offsets point into the original text of `part`."""

    entity: str
    alias: str
    part: str  # "title", "summary" or "text"
    start: int
    end: int
    found: str  # as written there


@dataclass(frozen=True, slots=True)
class Fact:
    """A quantity read from a text."""

    kind: str  # money, energy, power, date, count
    value: float  # in base units of `unit`; dates as days since 1970-01-01
    unit: str  # USD, EUR, Wh, W, day, companies, …
    role: str  # raised, target, valuation, invested, capacity, consumption, …, ""
    start: int
    end: int
    text: str = ""  # as written
    part: str = "text"
    approximate: bool = False
    upper: float | None = None  # the far end of a range, same unit
    bound: str = ""  # "most" (up to, less than), "least" (over, at least), "" (neither)


class Level(IntEnum):
    """How much a story is ours (DESIGN.md)."""

    NONE = 0
    FIELD = 1
    SUBJECT = 2
    SEED = 3


_readable = json.JSONEncoder(ensure_ascii=False).encode  # made once: json.dumps makes one for each value


class Written(Mapping[str, Any]):
    """A JSON object that is written already: between processes and for the store it is one text."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    @classmethod
    def of(cls, value: Any) -> "Written":
        """Write so that an analyst can read it in a SQLite file: letters as they are, not as escapes."""
        text = _readable(value)
        try:
            text.encode()
        except UnicodeEncodeError:  # a lone surrogate cannot be stored as text
            text = json.dumps(value)
        return cls(text)

    def __getitem__(self, key: str) -> Any:
        return json.loads(self.text)[key]

    def __iter__(self) -> Iterator[str]:
        return iter(json.loads(self.text))

    def __len__(self) -> int:
        return len(json.loads(self.text))


@dataclass(frozen=True, slots=True)
class Match:
    """A story judged against the watchlist."""

    story_id: int
    watchlist_version: str
    matcher_version: str
    level: Level
    score: float  # 0..1, the calibrated probability of level >= 1
    seed_key: str | None  # the nearest seed
    similarity: float | None  # to that seed, -1..1
    topics: tuple[str, ...]
    mentions: tuple[Mention, ...]
    facts: tuple[Fact, ...]
    evidence: Mapping[str, Any]  # features, contributions, level probabilities; JSON


# ---------------------------------------------------------------------------------------------- events


@dataclass(frozen=True, slots=True)
class Member:
    """A matched story as clustering sees it."""

    story: Story
    level: int
    entities: Mapping[str, int]  # entity key -> mentions
    facts: tuple[Fact, ...]
    vectors: Mapping[str, Any]  # "e5" of title and summary, "title" of the title -> unit vector, where one was made
    event_id: int | None = None
    copy_of: int | None = None
    topics: tuple[str, ...] = ()
    written: tuple[str, ...] = ()  # the forms in which its entities are named
    placed_by: str | None = None  # the version of clustering that put it into its event


@dataclass(frozen=True, slots=True)
class Event:
    """One happening; the cluster of its stories, in all languages."""

    id: int
    title: str
    level: int
    first_seen_at: datetime
    last_seen_at: datetime
    story_count: int
    language_count: int
    independent_count: int
    revision: int = 1
    merged_into: int | None = None
    entities: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    baseline: bool = False


# ---------------------------------------------------------------------------------------------- alerts


@dataclass(frozen=True, slots=True)
class Alert:
    """One event owed to one subscription for one reason: an outbox row."""

    id: int
    subscription_key: str
    event_id: int
    reason: str  # new, update, correction, grew
    revision: int
    state: str  # pending, sent, dead, baseline, cancelled
    created_at: datetime
    due_at: datetime
    attempts: int
    message_id: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    evidence: Mapping[str, Any] = field(default_factory=dict)
    in_reply_to: str | None = None  # Message-ID of the first mail on the event


@dataclass(frozen=True, slots=True)
class Tally:
    """What one step did; adds up."""

    step: str
    seen: int = 0
    done: int = 0
    skipped: int = 0
    failed: int = 0
    seconds: float = 0.0
    detail: Mapping[str, Any] = field(default_factory=dict)
