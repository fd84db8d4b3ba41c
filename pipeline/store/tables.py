"""The schema: every table and column with its comment; the migrations must produce exactly this.

Bare names: on PostgreSQL the search path puts them in schema `newswatch`, on SQLite they stand in the one file.
This file is data, which is why it is longer than 300 lines.
"""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = sa.MetaData(naming_convention=NAMING)


class Utc(TypeDecorator[datetime]):
    """A timezone-aware UTC datetime; SQLite keeps it as `YYYY-MM-DD HH:MM:SS.ffffff`. Naive values are refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: every time in the store is aware and UTC")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
Text = sa.Text()


def _c(name: str, type_: Any, *args: Any, comment: str, null: bool = False, **kw: Any) -> sa.Column[Any]:
    return sa.Column(name, type_, *args, comment=comment, nullable=null, **kw)


def _id(comment: str) -> sa.Column[Any]:
    return sa.Column("id", Id, primary_key=True, autoincrement=True, comment=comment)


def _ref(name: str, target: str, comment: str, null: bool = False, **kw: Any) -> sa.Column[Any]:
    return sa.Column(
        name, Id, sa.ForeignKey(target, ondelete=kw.pop("ondelete", None)), comment=comment, nullable=null, **kw
    )


def _pending(name: str, column: sa.Column[Any], where: Any) -> sa.Index:
    """A partial index: the work that waits, and nothing of history."""
    return sa.Index(name, column, sqlite_where=where, postgresql_where=where)


_false, _true, _zero = sa.false(), sa.true(), sa.text("0")

# ------------------------------------------------------------------------------------------------ feeds and fetching

feeds = sa.Table(
    "feeds",
    metadata,
    _id("Feed number."),
    _c(
        "url",
        Text,
        comment="Address that is polled; credentials are kept in the watch folder, never here.",
        unique=True,
    ),
    _c("title", Text, comment="Name for people.", server_default=""),
    _c("language", sa.String(35), comment="BCP 47 hint from the watch folder; evidence, not truth.", null=True),
    _c("country", sa.String(2), comment="ISO 3166-1 alpha-2 of the outlet.", null=True),
    _c("host", Text, comment="Host of the address; politeness is per host.", server_default="", index=True),
    _c("tags", Json, comment="List of tags from the watch folder."),
    _c("expected_per_day", sa.Float, comment="New stories a day that the watch folder expects.", null=True),
    _c(
        "enabled",
        sa.Boolean,
        comment="False: not polled (switched off in, or gone from, the watch folder).",
        server_default=_true,
    ),
    _c(
        "origin",
        sa.String(16),
        comment="Who declared it: watch (feeds.toml), query (made from the watchlist).",
        server_default="watch",
    ),
    _c("added_at", Utc, comment="When newswatch first knew it."),
    _c("etag", Text, comment="Validator of the last stored body.", null=True),
    _c("last_modified", Text, comment="Validator of the last stored body.", null=True),
    _c("body_hash", sa.String(64), comment="SHA-256 of the last stored body.", null=True),
    _c(
        "interval_s",
        sa.Float,
        comment="Seconds between fetches, adapted to how often it brings something.",
        server_default="3600",
    ),
    _c("wait_s", sa.Float, comment="Seconds its server wishes between fetches (Cache-Control).", null=True),
    _c("ttl_s", sa.Float, comment="Seconds its document wishes (ttl, sy:updatePeriod).", null=True),
    _c("next_fetch_at", Utc, comment="When it is due; null = at once.", null=True, index=True),
    _c("claimed_by", Text, comment="Worker that is fetching it now.", null=True),
    _c("claimed_until", Utc, comment="When that claim lapses by itself.", null=True),
    _c(
        "failure_weight",
        sa.Float,
        comment="Sum of failure weights since the last success: hard 1, soft 0.5, temporary 0.25.",
        server_default="0",
    ),
    _c("failure_count", sa.Integer, comment="Failures in a row.", server_default="0"),
    _c("first_fetched_at", Utc, comment="First successful fetch: its stories are the baseline.", null=True),
    _c(
        "first_read_at",
        Utc,
        comment="Fetch of the first document with entries; until then the next one is its baseline.",
        null=True,
    ),
    _c("last_fetch_at", Utc, comment="Last attempt.", null=True),
    _c("last_success_at", Utc, comment="Last attempt that brought a body or a 304.", null=True),
    _c("last_new_at", Utc, comment="Last fetch that brought a new story.", null=True),
    _c("moved_to", Text, comment="Target of a permanent redirect that was seen but not adopted yet.", null=True),
    _c("moved_since", Utc, comment="When that redirect was first seen.", null=True),
    _c("moved_count", sa.Integer, comment="Fetches that saw it.", server_default="0"),
    _c("adopted_url", Text, comment="Target of a permanent redirect that is polled instead of url.", null=True),
    _c(
        "validators_lie",
        sa.Boolean,
        comment="The body changed under an unchanged validator: asked unconditionally.",
        server_default=_false,
    ),
    _c("unconditional_at", Utc, comment="Last request without validators.", null=True),
    _c("state", sa.String(16), comment="new, ok, quiet, slow, failing, moved, gone, lying.", server_default="new"),
    _c("state_since", Utc, comment="Since when.", null=True),
    comment="One row per URL that we poll, with the state that polling needs.",
)

_pending("ix_feeds_claimed_by", feeds.c.claimed_by, feeds.c.claimed_by.is_not(None))

hosts = sa.Table(
    "hosts",
    metadata,
    sa.Column("host", Text, primary_key=True, comment="Host name."),
    _c("not_before", Utc, comment="The host asked (429, 503) not to be asked before.", null=True),
    _c("last_start_at", Utc, comment="Last request start, for the spacing across workers.", null=True),
    _c("robots", Text, comment="Its robots.txt, for article pages.", null=True),
    _c("robots_at", Utc, comment="When that was read.", null=True),
    comment="One row per host that was asked: politeness shared by all workers.",
)

fetches = sa.Table(
    "fetches",
    metadata,
    _id("Fetch number."),
    _ref("feed_id", "feeds.id", "Feed."),
    _c("fetched_at", Utc, comment="Start of the attempt."),
    _c("outcome", sa.String(24), comment="new, unchanged, or what went wrong (pipeline.model.Outcome)."),
    _c("status", sa.Integer, comment="HTTP status, null when there was none.", null=True),
    _c("seconds", sa.Float, comment="Duration of the exchange.", server_default="0"),
    _c("size", sa.Integer, comment="Bytes of the body after decompression.", server_default="0"),
    _c("body_hash", sa.String(64), comment="SHA-256 of the body that was stored.", null=True),
    _c("error", Text, comment="One sentence on what went wrong.", null=True),
    _c("final_url", Text, comment="Address after redirects, when it differs.", null=True),
    _c("retry_after_s", sa.Float, comment="Seconds that the server asked us to wait.", null=True),
    sa.Index("ix_fetches_feed_id_fetched_at", "feed_id", "fetched_at"),
    sa.Index("ix_fetches_fetched_at", "fetched_at"),
    comment="One row per attempt to get a feed.",
)

bodies = sa.Table(
    "bodies",
    metadata,
    _id("Body number."),
    _ref("feed_id", "feeds.id", "Feed that brought it."),
    _ref("fetch_id", "fetches.id", "Fetch that brought it.", ondelete="cascade"),
    _c("hash", sa.String(64), comment="SHA-256 of the content."),
    _c("url", Text, comment="Address after redirects: base of relative links."),
    _c("headers", Json, comment="Response headers that parsing needs."),
    _c("content", sa.LargeBinary, comment="The document, zlib-compressed; null once pruned.", null=True),
    _c("size", sa.Integer, comment="Bytes before compression."),
    _c("fetched_at", Utc, comment="When it came."),
    _c("baseline", sa.Boolean, comment="First body of its feed: its stories are not alerted.", server_default=_false),
    _c("parsed_at", Utc, comment="When it was parsed; null = waits.", null=True),
    _c("format", sa.String(16), comment="rss20, rss10, atom10, json, sitemap, …", null=True),
    _c("entry_count", sa.Integer, comment="Entries found.", null=True),
    _c("new_count", sa.Integer, comment="Stories that were new.", null=True),
    _c("refused", Json, comment="Entries refused: {reason: count}.", null=True),
    _c("error", Text, comment="Why it has no entries.", null=True),
    sa.UniqueConstraint("feed_id", "hash"),
    comment="Raw feed documents, kept some days so that parsing can be run again.",
)
sa.Index("ix_bodies_fetch_id", bodies.c.fetch_id)
_pending("ix_bodies_unparsed", bodies.c.id, bodies.c.parsed_at.is_(None))

# ------------------------------------------------------------------------------------------------------------ stories

stories = sa.Table(
    "stories",
    metadata,
    _id("Story number."),
    _c(
        "url_hash",
        sa.String(32),
        comment="First 32 hex digits of the SHA-256 of canonical_url: the story's identity.",
        unique=True,
    ),
    _c("canonical_url", Text, comment="Address without tracking, AMP, mobile twins and fragment."),
    _c("url", Text, comment="Address as the feed gave it."),
    _c(
        "outlet",
        Text,
        comment="Who wrote it, not who carried it: registrable host, or a name without one; empty when unknown.",
        server_default="",
        index=True,
    ),
    _c("title", Text, comment="Headline as a person would print it: without outlet, kind and update number."),
    _c("raw_title", Text, comment="Headline as the feed has it, where it differs from title.", null=True),
    _c("kind", sa.String(60), comment="What the headline calls itself: breaking, exclusive, update, …", null=True),
    _c("update_number", sa.Integer, comment="Number of the update that the headline names.", null=True),
    _c("summary", Text, comment="Summary, plain text.", server_default=""),
    _c("text", Text, comment="Article text from the feed or its page; null once pruned.", null=True),
    _c("text_source", sa.String(32), comment="Where text comes from: feed, page:trafilatura, …", null=True),
    _c("author", Text, comment="Author as the feed names it.", null=True),
    _c("categories", Json, comment="Categories as the feed names them.", null=True),
    _c("country", sa.String(2), comment="ISO 3166-1 alpha-2 of the feed that brought it first.", null=True),
    _c("declared_language", sa.String(35), comment="Language that entry, document or feed declares.", null=True),
    _c("language", sa.String(35), comment="Detected BCP 47 tag, und when unsure, null before detection.", null=True),
    _c("language_confidence", sa.Float, comment="0..1.", null=True),
    _c("language_reason", sa.String(32), comment="Who decided: script, langdetect, prior, …", null=True),
    _c("published_at", Utc, comment="What the feed claims; null when absent or absurd.", null=True),
    _c("published_raw", Text, comment="The claim as written when it was quarantined.", null=True),
    _c("seen_at", Utc, comment="When newswatch first saw it."),
    _c("story_at", Utc, comment="The earlier of published_at and seen_at: orders and windows use it.", index=True),
    _c("updated_at", Utc, comment="When a feed last changed its words.", null=True),
    _c("words_at", Utc, comment="When these words were written, as their feed claims.", null=True),
    _ref("words_feed_id", "feeds.id", "Feed whose words stand: of several, the one that claims the latest.", null=True),
    _c(
        "change_count",
        sa.Integer,
        comment="How often its words changed; stops counting news at 24.",
        server_default="0",
    ),
    _c("content_hash", sa.String(32), comment="Hash of title and summary, to notice changes."),
    _ref("first_feed_id", "feeds.id", "Feed that carried it first.", null=True),
    _c(
        "baseline",
        sa.Boolean,
        comment="Came with the first body of its feed: never alerted alone.",
        server_default=_false,
    ),
    _c("judged_at", Utc, comment="When it was last judged; null = waits.", null=True),
    _c("enrich_after", Utc, comment="When its page may be fetched; null = not wanted or done.", null=True),
    _c("enrich_attempts", sa.Integer, comment="Page fetches tried.", server_default="0"),
    _c("enriched_at", Utc, comment="When its page text was stored.", null=True),
    _c("enrich_error", Text, comment="Why there is no page text.", null=True),
    _c("facts_version", sa.String(24), comment="Reader that its facts are of; null = not read.", null=True),
    sa.Index("ix_stories_seen_at", "seen_at"),
    comment="One article each, stored once however many feeds carry it.",
)
sa.Index(
    "ix_stories_facts_version",
    stories.c.facts_version,
    stories.c.id,
    sqlite_where=stories.c.facts_version.is_not(None),
    postgresql_where=stories.c.facts_version.is_not(None),
)
_pending("ix_stories_undetected", stories.c.id, stories.c.language.is_(None))
_pending("ix_stories_unjudged", stories.c.id, stories.c.judged_at.is_(None))
_pending("ix_stories_unenriched", stories.c.enrich_after, stories.c.enrich_after.is_not(None))

sightings = sa.Table(
    "sightings",
    metadata,
    sa.Column("story_id", Id, sa.ForeignKey("stories.id", ondelete="cascade"), primary_key=True, comment="Story."),
    sa.Column("feed_id", Id, sa.ForeignKey("feeds.id"), primary_key=True, comment="Feed that carried it."),
    _c("seen_at", Utc, comment="When it was first seen there."),
    _c(
        "guid",
        Text,
        comment="The feed's id for it; with something else of the article it tells a story whose address changed.",
        null=True,
    ),
    _c("url", Text, comment="Address as this feed gives it."),
    sa.Index("ix_sightings_feed_id_seen_at", "feed_id", "seen_at"),
    sa.Index("ix_sightings_guid", "guid"),
    comment="One row per story and feed that carried it.",
)

former_titles = sa.Table(
    "former_titles",
    metadata,
    _id("Number of the change."),
    _ref("story_id", "stories.id", "Story.", ondelete="cascade", index=True),
    _c("title", Text, comment="Headline that it had until then."),
    _c("replaced_at", Utc, comment="When another took its place.", index=True),
    _ref("feed_id", "feeds.id", "Feed whose words it was.", null=True),
    comment="Headlines that a story had before: at most 24 changes a story are taken.",
)

vectors = sa.Table(
    "vectors",
    metadata,
    sa.Column("story_id", Id, sa.ForeignKey("stories.id", ondelete="cascade"), primary_key=True, comment="Story."),
    sa.Column("encoder", sa.String(48), primary_key=True, comment="Encoder and its version."),
    _c("vector", sa.LargeBinary, comment="Unit vector, float16 little-endian."),
    comment="Sentence vectors of matched stories.",
)

# ---------------------------------------------------------------------------------------------------------- watchlist

watchlists = sa.Table(
    "watchlists",
    metadata,
    sa.Column("version", sa.String(32), primary_key=True, comment="Hash of the watchlist's meaning."),
    _c("name", Text, comment="Name from watchlist.toml."),
    _c("content", Json, comment="The whole watchlist, so that a version can be judged with again."),
    _c("created_at", Utc, comment="When it was first seen."),
    _c("is_current", sa.Boolean, comment="The one that new stories are judged with.", server_default=_false),
    comment="Versions of the watchlist.",
)

entities = sa.Table(
    "entities",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True, comment="Language-neutral key."),
    _c("name", Text, comment="Name for people."),
    _c("kind", sa.String(32), comment="company, person, partnership, fund, project, product, place."),
    _c("wikidata", sa.String(16), comment="Wikidata id where one is known.", null=True),
    _c("roles", Json, comment="subject, party, watched, context."),
    _c("is_current", sa.Boolean, comment="False: no longer in the watchlist, kept for history.", server_default=_true),
    comment="What is watched.",
)

aliases = sa.Table(
    "aliases",
    metadata,
    _id("Alias number."),
    sa.Column("entity_key", sa.ForeignKey("entities.key"), nullable=False, comment="Entity."),
    _c("text", Text, comment="Written form."),
    _c("language", sa.String(35), comment="Language or script that it belongs to; any = every one."),
    _c("is_case_sensitive", sa.Boolean, comment="Letter case counts.", server_default=_false),
    _c("is_prefix", sa.Boolean, comment="Up to four more letters may follow.", server_default=_false),
    _c("needs", Json, comment="Companions, one of which must stand in the same text.", null=True),
    sa.UniqueConstraint("entity_key", "text", "language"),
    comment="Written forms of the entities of the current watchlist.",
)

seeds = sa.Table(
    "seeds",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True, comment="Key of the seed."),
    _c("language", sa.String(35), comment="BCP 47 tag."),
    _c("title", Text, comment="Title."),
    _c("text", Text, comment="Text as it is."),
    _c("is_current", sa.Boolean, comment="False: no longer in the watch folder.", server_default=_true),
    comment="Seed articles of the current watchlist: the query by example.",
)

# ------------------------------------------------------------------------------------------------------------ matches

matches = sa.Table(
    "matches",
    metadata,
    _id("Match number."),
    _ref("story_id", "stories.id", "Story.", ondelete="cascade"),
    sa.Column(
        "watchlist_version", sa.ForeignKey("watchlists.version"), nullable=False, comment="Watchlist judged with."
    ),
    _c("matcher_version", sa.String(48), comment="Version of the judging code, its weights and encoders."),
    _c("content_hash", sa.String(32), comment="The words that were judged: title, summary and text."),
    _c(
        "level",
        sa.SmallInteger,
        comment="0..3 (DESIGN: 3 tells the seeds' happening, 2 their subject, 1 a watched entity).",
    ),
    _c("score", sa.Float, comment="0..1, calibrated probability of level >= 1."),
    _c("seed_key", sa.String(64), comment="Nearest seed.", null=True),
    _c("similarity", sa.Float, comment="Cosine to it.", null=True),
    _c("topics", Json, comment="Keys of the topics it belongs to."),
    _c("evidence", Json, comment="What decided: mentions with offsets, features, contributions."),
    _c("matched_at", Utc, comment="When."),
    _c("is_current", sa.Boolean, comment="The judgement that counts; at most one a story.", server_default=_true),
    _c("clustered_at", Utc, comment="When clustering took it in; null at level >= 1 = waits.", null=True),
    sa.UniqueConstraint("story_id", "watchlist_version", "matcher_version", "content_hash"),
    comment="One row per story, watchlist version, matcher version and wording.",
)
sa.Index(
    "uq_matches_current",
    matches.c.story_id,
    unique=True,
    sqlite_where=sa.text("is_current = 1"),  # the spelling of queries: SQLite uses a partial index for no other
    postgresql_where=matches.c.is_current,
)
sa.Index(
    "ix_matches_versions",  # what other versions judged is found without what these did
    matches.c.watchlist_version,
    matches.c.matcher_version,
    sqlite_where=sa.text("is_current = 1"),
    postgresql_where=matches.c.is_current,
)
_pending(
    "ix_matches_unclustered",
    matches.c.story_id,
    sa.and_(matches.c.is_current, matches.c.level >= 1, matches.c.clustered_at.is_(None)),
)
# Said, not bound: SQLite uses an index of some rows only where it can read that these are the rows.
OURS = sa.and_(matches.c.is_current, matches.c.level >= sa.literal_column("1"))
_pending("ix_matches_ours", matches.c.level, OURS)

match_entities = sa.Table(
    "match_entities",
    metadata,
    _ref("story_id", "stories.id", "Story.", primary_key=True, ondelete="cascade"),
    sa.Column("entity_key", sa.ForeignKey("entities.key"), primary_key=True, comment="Entity found in it."),
    _c("mention_count", sa.Integer, comment="How often."),
    _c("in_title", sa.Boolean, comment="Named in the headline.", server_default=_false),
    _c("aliases", Json, comment="Forms found, as written."),
    sa.Index("ix_match_entities_entity_key_story_id", "entity_key", "story_id"),
    comment="Entities of each story at level >= 1, by its current match.",
)

refused_entities = sa.Table(
    "refused_entities",
    metadata,
    _ref("story_id", "stories.id", "Story.", primary_key=True, ondelete="cascade"),
    sa.Column("entity_key", sa.ForeignKey("entities.key"), primary_key=True, comment="Entity found in it."),
    _c("mention_count", sa.Integer, comment="How often."),
    _c("in_title", sa.Boolean, comment="Named in the headline.", server_default=_false),
    _c("aliases", Json, comment="Forms found, as written."),
    sa.Index("ix_refused_entities_entity_key_story_id", "entity_key", "story_id"),
    comment="Entities of each story at level 0, by its current match: named, and refused all the same.",
)

facts = sa.Table(
    "facts",
    metadata,
    _id("Fact number."),
    _ref("story_id", "stories.id", "Story that says it.", ondelete="cascade", index=True),
    _c("kind", sa.String(16), comment="money, energy, power, date, count."),
    _c("value", sa.Float, comment="In base units: USD, EUR, Wh, W; dates in days since 1970-01-01."),
    _c("upper_value", sa.Float, comment="Far end of a range.", null=True),
    _c("unit", sa.String(16), comment="Unit of value: a currency, Wh, W, day, companies, …"),
    _c(
        "role", sa.String(24), comment="raised, target, valuation, invested, capacity, consumption, …; empty = unclear."
    ),
    _c("is_approximate", sa.Boolean, comment="The text says about, nearly, up to.", server_default=_false),
    _c("bound", sa.String(8), comment="most (up to), least (over) or empty.", server_default=""),
    _c("part", sa.String(8), comment="title, summary or text."),
    _c("start_offset", sa.Integer, comment="First character in that part."),
    _c("end_offset", sa.Integer, comment="One past the last character."),
    _c("written", Text, comment="As written there."),
    sa.UniqueConstraint("story_id", "part", "start_offset", "kind"),
    comment="Quantities read from stories at level >= 1.",
)

labels = sa.Table(
    "labels",
    metadata,
    _id("Label number."),
    _ref("story_id", "stories.id", "Story.", ondelete="cascade", index=True),
    _c("level", sa.SmallInteger, comment="Level that a person gave."),
    _c("labelled_by", Text, comment="Who.", server_default=""),
    _c("labelled_at", Utc, comment="When."),
    _c("note", Text, comment="Why.", server_default=""),
    comment="Analysts' corrections of levels; the newest of a story counts.",
)

# ------------------------------------------------------------------------------------------------------------- events

events = sa.Table(
    "events",
    metadata,
    _id("Event number; never changes meaning."),
    _c("title", Text, comment="English title where a story has one, else the best."),
    _c("title_language", sa.String(35), comment="Language of title."),
    _c("titles", Json, comment="{language: title} of the lead stories."),
    _c("level", sa.SmallInteger, comment="Highest level of its stories, lone outliers apart."),
    _c("first_seen_at", Utc, comment="Earliest story_at of its stories.", index=True),
    _c("last_seen_at", Utc, comment="Latest story_at of its stories."),
    _c("story_count", sa.Integer, comment="Stories, copies included."),
    _c("language_count", sa.Integer, comment="Languages told in."),
    _c(
        "independent_count",
        sa.Integer,
        comment="Outlets that tell it in words of their own; unknown ones count as one.",
    ),
    _c("outlet_count", sa.Integer, comment="Outlets that told it.", server_default="0"),
    _ref("lead_story_id", "stories.id", "Story that gives the title.", null=True),
    _c("entities", Json, comment="Entity keys, most important first."),
    _c("topics", Json, comment="Topic keys."),
    _c("baseline", sa.Boolean, comment="Made of baseline stories only: not alerted.", server_default=_false),
    _c("revision", sa.Integer, comment="Grows with every change.", server_default="1"),
    _c("alerted_revision", sa.Integer, comment="Revision that alerts were last decided for.", server_default="0"),
    _ref("merged_into", "events.id", "Older event that this one turned out to be.", null=True, index=True),
    _c("created_at", Utc, comment="When it was founded."),
    _c("updated_at", Utc, comment="When it last changed."),
    _c(
        "stated_version",
        sa.String(24),
        comment="Rule that its claims were made by; null = to be made anew.",
        null=True,
        index=True,
    ),
    comment="One row per happening.",
)
sa.Index(
    "ix_events_open",
    events.c.last_seen_at,
    sqlite_where=events.c.merged_into.is_(None),
    postgresql_where=events.c.merged_into.is_(None),
)
_pending(
    "ix_events_unalerted",
    events.c.id,
    sa.and_(events.c.revision > events.c.alerted_revision, events.c.merged_into.is_(None)),
)

event_stories = sa.Table(
    "event_stories",
    metadata,
    sa.Column(
        "story_id",
        Id,
        sa.ForeignKey("stories.id", ondelete="cascade"),
        primary_key=True,
        comment="Story; in exactly one event.",
    ),
    _ref("event_id", "events.id", "Event.", index=True),
    _ref("copy_of", "stories.id", "Story that this one repeats.", null=True),
    _c("how", sa.String(12), comment="found, join, merge, manual."),
    _c("score", sa.Float, comment="Probability that it belongs here.", null=True),
    _c("evidence", Json, comment="What decided the join: nearest story, features, contributions, vetoes."),
    _c("clusterer_version", sa.String(48), comment="Version of the clustering code and weights."),
    _c("joined_at", Utc, comment="When."),
    comment="Which story tells which event, and why.",
)
# What points to a story is looked up when pruning asks whether it may go, and by the database when it goes.
_pending("ix_event_stories_copy_of", event_stories.c.copy_of, event_stories.c.copy_of.is_not(None))
sa.Index("ix_events_lead_story_id", events.c.lead_story_id)

claims = sa.Table(
    "claims",
    metadata,
    _id("Claim number; new whenever the event is stated anew."),
    _ref("event_id", "events.id", "Event.", ondelete="cascade"),
    _c("place", sa.Integer, comment="Rank in the event: 0 is what most stories tell."),
    _c("kind", sa.String(16), comment="money, power, energy, count, date."),
    _c("unit", sa.String(16), comment="Unit of value: a currency, Wh, W, day, companies, …"),
    _c("role", sa.String(24), comment="As most outlets have it; empty = unclear."),
    _c("value", sa.Float, comment="In base units, as the first exact story has it; dates in days since 1970-01-01."),
    _c("upper_value", sa.Float, comment="Far end of a range.", null=True),
    _c("is_approximate", sa.Boolean, comment="Every story says about, nearly, up to."),
    _c("bound", sa.String(8), comment="most (up to), least (over) or empty.", server_default=""),
    _c("written", Text, comment="As that story writes it."),
    _c("story_count", sa.Integer, comment="Stories that state it."),
    _c("independent_count", sa.Integer, comment="Those that repeat no other one."),
    _c("language_count", sa.Integer, comment="Languages it is stated in."),
    _ref("first_story_id", "stories.id", "Story that states it first.", ondelete="cascade", index=True),
    _c("first_at", Utc, comment="Time of the earliest of them."),
    _c("last_at", Utc, comment="Time of the latest."),
    sa.UniqueConstraint("event_id", "place"),
    comment="What the stories of an event state: amounts and days, merged by the one rule that every surface reads.",
)

claim_stories = sa.Table(
    "claim_stories",
    metadata,
    _ref("claim_id", "claims.id", "Claim.", ondelete="cascade", primary_key=True),
    _ref("story_id", "stories.id", "Story that states it.", ondelete="cascade", primary_key=True, index=True),
    comment="Who states what.",
)

disputes = sa.Table(
    "disputes",
    metadata,
    _id("Dispute number; new whenever the event is stated anew."),
    _ref("event_id", "events.id", "Event.", ondelete="cascade", index=True),
    _ref("claim_id", "claims.id", "Claim of the earlier amount.", ondelete="cascade", index=True),
    _ref("against_claim_id", "claims.id", "Claim of the later amount.", ondelete="cascade", index=True),
    _c("role", sa.String(24), comment="Role for which both stories give their amount."),
    _c("value", sa.Float, comment="What the earlier story says."),
    _c("against_value", sa.Float, comment="What the later story says."),
    _c("written", Text, comment="As the earlier story writes it."),
    _c("against_written", Text, comment="As the later story writes it."),
    _ref("story_id", "stories.id", "Earliest story that says value.", ondelete="cascade", index=True),
    _ref("against_story_id", "stories.id", "Earliest story that says against_value.", ondelete="cascade", index=True),
    _c("disputed_at", Utc, comment="When it came up: time of the later story."),
    comment="Amounts for one role of an event that cannot both be true.",
)

event_history = sa.Table(
    "event_history",
    metadata,
    _id("History number."),
    _ref("event_id", "events.id", "Event."),
    _c("revision", sa.Integer, comment="Revision that this change made."),
    _c("at", Utc, comment="When."),
    _c("kind", sa.String(16), comment="founded, joined, level, language, copy, merged, split, left, title, fact."),
    _ref("story_id", "stories.id", "Story concerned.", null=True, ondelete="cascade"),
    _ref("other_event_id", "events.id", "Other event concerned.", null=True),
    _c("detail", Json, comment="What changed."),
    sa.Index("ix_event_history_event_id_revision", "event_id", "revision"),
    sa.Index("ix_event_history_story_id", "story_id"),
    comment="Every change of every event.",
)

links = sa.Table(
    "links",
    metadata,
    sa.Column("event_id", Id, sa.ForeignKey("events.id"), primary_key=True, comment="The later event."),
    sa.Column("follows_id", Id, sa.ForeignKey("events.id"), primary_key=True, comment="The earlier event."),
    _c("kind", sa.String(16), comment="follows."),
    _c("strength", sa.Float, comment="Probability that both belong to one thread, 0..1."),
    _c("evidence", Json, comment="What decided: features and contributions."),
    _c("linker_version", sa.String(48), comment="Version of the linking weights."),
    _c("linked_at", Utc, comment="When."),
    sa.Index("ix_links_follows_id", "follows_id"),
    comment="Which event follows which: threads, never folded; the view event_links resolves and titles them.",
)

corrections = sa.Table(
    "corrections",
    metadata,
    _id("Correction number."),
    _c("kind", sa.String(16), comment="together, apart: one happening or not; linked, unlinked: one thread or not."),
    _c("url_hash", sa.String(32), comment="A story, by identity, so that it survives replays.", index=True),
    _c("other_url_hash", sa.String(32), comment="The other story."),
    _c("corrected_by", Text, comment="Who.", server_default=""),
    _c("corrected_at", Utc, comment="When."),
    _c("note", Text, comment="Why.", server_default=""),
    sa.UniqueConstraint("kind", "url_hash", "other_url_hash"),
    comment="Analysts' corrections of events.",
)

# ------------------------------------------------------------------------------------------------------------- alerts

subscriptions = sa.Table(
    "subscriptions",
    metadata,
    _id("Subscription number."),
    _c("key", sa.String(64), comment="Key from subscriptions.toml.", unique=True),
    _c("name", Text, comment="Name for people."),
    _c("address", Text, comment="E-mail address (personal data); empty once erased."),
    _c("content", Json, comment="All other wishes as in subscriptions.toml."),
    _c("enabled", sa.Boolean, comment="False: gets nothing.", server_default=_true),
    _c("created_at", Utc, comment="Events that stood then are its baseline."),
    _c("unsubscribed_at", Utc, comment="When the reader left.", null=True),
    _c("erased_at", Utc, comment="When the address was erased.", null=True),
    _c(
        "chosen_level",
        sa.SmallInteger,
        comment="Lowest level that the reader chose by a link in a mail; the higher of it and the file's counts.",
        null=True,
    ),
    comment="Who wants what, how often.",
)

mutes = sa.Table(
    "mutes",
    metadata,
    sa.Column(
        "subscription_id",
        Id,
        sa.ForeignKey("subscriptions.id", ondelete="cascade"),
        primary_key=True,
        comment="Subscription.",
    ),
    sa.Column(
        "event_id", Id, sa.ForeignKey("events.id"), primary_key=True, comment="Event; what follows it is muted too."
    ),
    _c("muted_at", Utc, comment="When the reader said so."),
    sa.Index("ix_mutes_event_id", "event_id"),
    comment="What readers want to hear no more of, said by the links in mails.",
)

alerts = sa.Table(
    "alerts",
    metadata,
    _id("Alert number."),
    _ref("subscription_id", "subscriptions.id", "Subscription."),
    _ref("event_id", "events.id", "Event."),
    _c("reason", sa.String(16), comment="new, update, correction, grew."),
    _c("revision", sa.Integer, comment="Content version: 0 for new, the event's revision otherwise."),
    _c("state", sa.String(12), comment="pending, sent, dead, baseline (never to be sent), cancelled."),
    _c("created_at", Utc, comment="When it was decided."),
    _c("due_at", Utc, comment="When it may be sent."),
    _c("attempts", sa.Integer, comment="Deliveries tried.", server_default="0"),
    _c("message_id", Text, comment="Message-ID, the same at every attempt.", unique=True),
    _c("in_reply_to", Text, comment="Message-ID of the first mail on the event.", null=True),
    _c("batch_key", Text, comment="Digest that carries it; null = a mail of its own.", null=True, index=True),
    _c("detail", Json, comment="What is new, for the text of the mail."),
    _c("why", Text, comment="Why its reader was mailed, in one sentence of the mail's language.", null=True),
    _c(
        "evidence",
        Json,
        comment="What decided: level, topics and entities that were asked for; once sent also names, seed, news.",
        null=True,
    ),
    _c("sent_at", Utc, comment="When SMTP accepted it.", null=True),
    _c("last_error", Text, comment="Why the last attempt failed.", null=True),
    sa.UniqueConstraint("subscription_id", "event_id", "reason", "revision"),
    sa.Index("ix_alerts_event_id", "event_id"),
    comment="The outbox: one event owed to one subscription for one reason.",
)
_pending("ix_alerts_pending", alerts.c.due_at, alerts.c.state == "pending")

deliveries = sa.Table(
    "deliveries",
    metadata,
    _id("Delivery number."),
    _ref("alert_id", "alerts.id", "Alert.", index=True),
    _c("attempted_at", Utc, comment="When."),
    _c("channel", sa.String(16), comment="smtp, file, target.", server_default="smtp"),
    _c("outcome", sa.String(16), comment="accepted, temporary, permanent."),
    _c("code", sa.Integer, comment="SMTP reply code.", null=True),
    _c("error", Text, comment="What the server said.", null=True),
    comment="One row per attempt to send an alert.",
)

# --------------------------------------------------------------------------------------------------------------- runs

runs = sa.Table(
    "runs",
    metadata,
    _id("Run number."),
    _c("step", sa.String(24), comment="Step."),
    _c("started_at", Utc, comment="When."),
    _c("seconds", sa.Float, comment="Duration."),
    _c("seen", sa.Integer, comment="Things looked at."),
    _c("done", sa.Integer, comment="Things done."),
    _c("skipped", sa.Integer, comment="Things left alone on purpose."),
    _c("failed", sa.Integer, comment="Things that failed and were stored as such."),
    _c("detail", Json, comment="More counts."),
    sa.Index("ix_runs_step_started_at", "step", "started_at"),
    comment="One row per step that ran, with its tally.",
)

faults = sa.Table(
    "faults",
    metadata,
    sa.Column("step", sa.String(24), primary_key=True, comment="Step that could not work the item through."),
    sa.Column("item_kind", sa.String(16), primary_key=True, comment="story, event, subscription, alert."),
    sa.Column("item_id", Id, primary_key=True, autoincrement=False, comment="Number of that row."),
    _c("version", sa.String(64), comment="Version of the code that failed: another one tries again."),
    _c("reason", Text, comment="Kind of error, its words and where it was raised."),
    _c("attempts", sa.Integer, comment="How often this version failed at it.", server_default="1"),
    _c("first_failed_at", Utc, comment="When it failed first."),
    _c("failed_at", Utc, comment="When it failed last."),
    _c("retry_at", Utc, comment="When the same version tries again; the item is left alone until then."),
    comment="Items that broke our code: each costs itself, is told, and is tried again when the code changes.",
)

meta = sa.Table(
    "meta",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True, comment="Name."),
    _c("value", Text, comment="Value."),
    comment="Single values: the signing secret, fingerprints.",
)
