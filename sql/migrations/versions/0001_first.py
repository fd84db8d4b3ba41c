"""The first schema."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "corrections",
        sa.Column("id", ID, autoincrement=True, nullable=False, comment="Correction number."),
        sa.Column(
            "kind",
            sa.String(length=16),
            nullable=False,
            comment="together (these stories are one happening) or apart (they are not).",
        ),
        sa.Column(
            "url_hash",
            sa.String(length=32),
            nullable=False,
            comment="A story, by identity, so that it survives replays.",
        ),
        sa.Column("other_url_hash", sa.String(length=32), nullable=False, comment="The other story."),
        sa.Column("corrected_by", sa.Text(), server_default="", nullable=False, comment="Who."),
        sa.Column("corrected_at", UTC, nullable=False, comment="When."),
        sa.Column("note", sa.Text(), server_default="", nullable=False, comment="Why."),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
        sa.UniqueConstraint(
            "kind", "url_hash", "other_url_hash", name=op.f("uq_corrections_kind_url_hash_other_url_hash")
        ),
        comment="Analysts' corrections of events.",
    )
    op.create_index(op.f("ix_corrections_url_hash"), "corrections", ["url_hash"], unique=False)
    op.create_table(
        "entities",
        sa.Column("key", sa.String(length=64), nullable=False, comment="Language-neutral key."),
        sa.Column("name", sa.Text(), nullable=False, comment="Name for people."),
        sa.Column(
            "kind",
            sa.String(length=32),
            nullable=False,
            comment="company, person, partnership, fund, project, product, place.",
        ),
        sa.Column("wikidata", sa.String(length=16), nullable=True, comment="Wikidata id where one is known."),
        sa.Column("roles", JSON, nullable=False, comment="subject, party, watched, context."),
        sa.Column(
            "is_current",
            sa.Boolean(),
            server_default=sa.true(),
            nullable=False,
            comment="False: no longer in the watchlist, kept for history.",
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_entities")),
        comment="What is watched.",
    )
    op.create_table(
        "feeds",
        sa.Column("id", ID, autoincrement=True, nullable=False, comment="Feed number."),
        sa.Column(
            "url",
            sa.Text(),
            nullable=False,
            comment="Address that is polled; credentials are kept in the watch folder, never here.",
        ),
        sa.Column("title", sa.Text(), server_default="", nullable=False, comment="Name for people."),
        sa.Column(
            "language",
            sa.String(length=35),
            nullable=True,
            comment="BCP 47 hint from the watch folder; evidence, not truth.",
        ),
        sa.Column("country", sa.String(length=2), nullable=True, comment="ISO 3166-1 alpha-2 of the outlet."),
        sa.Column(
            "host", sa.Text(), server_default="", nullable=False, comment="Host of the address; politeness is per host."
        ),
        sa.Column("tags", JSON, nullable=False, comment="List of tags from the watch folder."),
        sa.Column(
            "expected_per_day", sa.Float(), nullable=True, comment="New stories a day that the watch folder expects."
        ),
        sa.Column(
            "enabled",
            sa.Boolean(),
            server_default=sa.true(),
            nullable=False,
            comment="False: not polled (switched off in, or gone from, the watch folder).",
        ),
        sa.Column(
            "origin",
            sa.String(length=16),
            server_default="watch",
            nullable=False,
            comment="Who declared it: watch (feeds.toml), query (made from the watchlist).",
        ),
        sa.Column("added_at", UTC, nullable=False, comment="When newswatch first knew it."),
        sa.Column("etag", sa.Text(), nullable=True, comment="Validator of the last stored body."),
        sa.Column("last_modified", sa.Text(), nullable=True, comment="Validator of the last stored body."),
        sa.Column("body_hash", sa.String(length=64), nullable=True, comment="SHA-256 of the last stored body."),
        sa.Column(
            "interval_s",
            sa.Float(),
            server_default="3600",
            nullable=False,
            comment="Seconds between fetches, adapted to how often it brings something.",
        ),
        sa.Column(
            "wait_s", sa.Float(), nullable=True, comment="Seconds its server wishes between fetches (Cache-Control)."
        ),
        sa.Column("ttl_s", sa.Float(), nullable=True, comment="Seconds its document wishes (ttl, sy:updatePeriod)."),
        sa.Column("next_fetch_at", UTC, nullable=True, comment="When it is due; null = at once."),
        sa.Column("claimed_by", sa.Text(), nullable=True, comment="Worker that is fetching it now."),
        sa.Column("claimed_until", UTC, nullable=True, comment="When that claim lapses by itself."),
        sa.Column(
            "failure_weight",
            sa.Float(),
            server_default="0",
            nullable=False,
            comment="Sum of failure weights since the last success: hard 1, soft 0.5, temporary 0.25.",
        ),
        sa.Column("failure_count", sa.Integer(), server_default="0", nullable=False, comment="Failures in a row."),
        sa.Column(
            "first_fetched_at", UTC, nullable=True, comment="First successful fetch: its stories are the baseline."
        ),
        sa.Column("last_fetch_at", UTC, nullable=True, comment="Last attempt."),
        sa.Column("last_success_at", UTC, nullable=True, comment="Last attempt that brought a body or a 304."),
        sa.Column("last_new_at", UTC, nullable=True, comment="Last fetch that brought a new story."),
        sa.Column(
            "moved_to",
            sa.Text(),
            nullable=True,
            comment="Target of a permanent redirect that was seen but not adopted yet.",
        ),
        sa.Column("moved_since", UTC, nullable=True, comment="When that redirect was first seen."),
        sa.Column("moved_count", sa.Integer(), server_default="0", nullable=False, comment="Fetches that saw it."),
        sa.Column(
            "adopted_url",
            sa.Text(),
            nullable=True,
            comment="Target of a permanent redirect that is polled instead of url.",
        ),
        sa.Column(
            "validators_lie",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="The body changed under an unchanged validator: asked unconditionally.",
        ),
        sa.Column("unconditional_at", UTC, nullable=True, comment="Last request without validators."),
        sa.Column(
            "state",
            sa.String(length=16),
            server_default="new",
            nullable=False,
            comment="new, ok, quiet, slow, failing, moved, gone, lying.",
        ),
        sa.Column("state_since", UTC, nullable=True, comment="Since when."),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feeds")),
        sa.UniqueConstraint("url", name=op.f("uq_feeds_url")),
        comment="One row per URL that we poll, with the state that polling needs.",
    )
    op.create_index(
        "ix_feeds_claimed_by",
        "feeds",
        ["claimed_by"],
        unique=False,
        sqlite_where=sa.text("claimed_by IS NOT NULL"),
        postgresql_where=sa.text("claimed_by IS NOT NULL"),
    )
    op.create_index(op.f("ix_feeds_host"), "feeds", ["host"], unique=False)
    op.create_index(op.f("ix_feeds_next_fetch_at"), "feeds", ["next_fetch_at"], unique=False)
    op.create_table(
        "hosts",
        sa.Column("host", sa.Text(), nullable=False, comment="Host name."),
        sa.Column("not_before", UTC, nullable=True, comment="The host asked (429, 503) not to be asked before."),
        sa.Column("last_start_at", UTC, nullable=True, comment="Last request start, for the spacing across workers."),
        sa.Column("robots", sa.Text(), nullable=True, comment="Its robots.txt, for article pages."),
        sa.Column("robots_at", UTC, nullable=True, comment="When that was read."),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_hosts")),
        comment="One row per host that was asked: politeness shared by all workers.",
    )
    op.create_table(
        "meta",
        sa.Column("key", sa.String(length=64), nullable=False, comment="Name."),
        sa.Column("value", sa.Text(), nullable=False, comment="Value."),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_meta")),
        comment="Single values: the signing secret, fingerprints.",
    )
    op.create_table(
        "runs",
        sa.Column("id", ID, autoincrement=True, nullable=False, comment="Run number."),
        sa.Column("step", sa.String(length=24), nullable=False, comment="Step."),
        sa.Column("started_at", UTC, nullable=False, comment="When."),
        sa.Column("seconds", sa.Float(), nullable=False, comment="Duration."),
        sa.Column("seen", sa.Integer(), nullable=False, comment="Things looked at."),
        sa.Column("done", sa.Integer(), nullable=False, comment="Things done."),
        sa.Column("skipped", sa.Integer(), nullable=False, comment="Things left alone on purpose."),
        sa.Column("failed", sa.Integer(), nullable=False, comment="Things that failed and were stored as such."),
        sa.Column("detail", JSON, nullable=False, comment="More counts."),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
        comment="One row per step that ran, with its tally.",
    )
    op.create_index("ix_runs_step_started_at", "runs", ["step", "started_at"], unique=False)
    op.create_table(
        "seeds",
        sa.Column("key", sa.String(length=64), nullable=False, comment="Key of the seed."),
        sa.Column("language", sa.String(length=35), nullable=False, comment="BCP 47 tag."),
        sa.Column("title", sa.Text(), nullable=False, comment="Title."),
        sa.Column("text", sa.Text(), nullable=False, comment="Text as it is."),
        sa.Column(
            "is_current",
            sa.Boolean(),
            server_default=sa.true(),
            nullable=False,
            comment="False: no longer in the watch folder.",
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_seeds")),
        comment="Seed articles of the current watchlist: the query by example.",
    )
    op.create_table(
        "subscriptions",
        sa.Column("id", ID, autoincrement=True, nullable=False, comment="Subscription number."),
        sa.Column("key", sa.String(length=64), nullable=False, comment="Key from subscriptions.toml."),
        sa.Column("name", sa.Text(), nullable=False, comment="Name for people."),
        sa.Column("address", sa.Text(), nullable=False, comment="E-mail address (personal data); empty once erased."),
        sa.Column("content", JSON, nullable=False, comment="All other wishes as in subscriptions.toml."),
        sa.Column("enabled", sa.Boolean(), server_default=sa.true(), nullable=False, comment="False: gets nothing."),
        sa.Column("created_at", UTC, nullable=False, comment="Events that stood then are its baseline."),
        sa.Column("unsubscribed_at", UTC, nullable=True, comment="When the reader left."),
        sa.Column("erased_at", UTC, nullable=True, comment="When the address was erased."),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
        sa.UniqueConstraint("key", name=op.f("uq_subscriptions_key")),
        comment="Who wants what, how often.",
    )
    op.create_table(
        "watchlists",
        sa.Column("version", sa.String(length=32), nullable=False, comment="Hash of the watchlist's meaning."),
        sa.Column("name", sa.Text(), nullable=False, comment="Name from watchlist.toml."),
        sa.Column(
            "content", JSON, nullable=False, comment="The whole watchlist, so that a version can be judged with again."
        ),
        sa.Column("created_at", UTC, nullable=False, comment="When it was first seen."),
        sa.Column(
            "is_current",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="The one that new stories are judged with.",
        ),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_watchlists")),
        comment="Versions of the watchlist.",
    )
    op.create_table(
        "aliases",
        sa.Column("id", ID, autoincrement=True, nullable=False, comment="Alias number."),
        sa.Column("entity_key", sa.String(length=64), nullable=False, comment="Entity."),
        sa.Column("text", sa.Text(), nullable=False, comment="Written form."),
        sa.Column(
            "language",
            sa.String(length=35),
            nullable=False,
            comment="Language or script that it belongs to; any = every one.",
        ),
        sa.Column(
            "is_case_sensitive", sa.Boolean(), server_default=sa.false(), nullable=False, comment="Letter case counts."
        ),
        sa.Column(
            "is_prefix",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="Up to four more letters may follow.",
        ),
        sa.Column("needs", JSON, nullable=True, comment="Companions, one of which must stand in the same text."),
        sa.ForeignKeyConstraint(["entity_key"], ["entities.key"], name=op.f("fk_aliases_entity_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aliases")),
        sa.UniqueConstraint("entity_key", "text", "language", name=op.f("uq_aliases_entity_key_text_language")),
        comment="Written forms of the entities of the current watchlist.",
    )
    op.create_table(
        "fetches",
        sa.Column("id", ID, autoincrement=True, nullable=False, comment="Fetch number."),
        sa.Column("feed_id", ID, nullable=False, comment="Feed."),
        sa.Column("fetched_at", UTC, nullable=False, comment="Start of the attempt."),
        sa.Column(
            "outcome",
            sa.String(length=24),
            nullable=False,
            comment="new, unchanged, or what went wrong (pipeline.model.Outcome).",
        ),
        sa.Column("status", sa.Integer(), nullable=True, comment="HTTP status, null when there was none."),
        sa.Column("seconds", sa.Float(), server_default="0", nullable=False, comment="Duration of the exchange."),
        sa.Column(
            "size", sa.Integer(), server_default="0", nullable=False, comment="Bytes of the body after decompression."
        ),
        sa.Column("body_hash", sa.String(length=64), nullable=True, comment="SHA-256 of the body that was stored."),
        sa.Column("error", sa.Text(), nullable=True, comment="One sentence on what went wrong."),
        sa.Column("final_url", sa.Text(), nullable=True, comment="Address after redirects, when it differs."),
        sa.Column("retry_after_s", sa.Float(), nullable=True, comment="Seconds that the server asked us to wait."),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name=op.f("fk_fetches_feed_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fetches")),
        comment="One row per attempt to get a feed.",
    )
    op.create_index("ix_fetches_feed_id_fetched_at", "fetches", ["feed_id", "fetched_at"], unique=False)
    op.create_index("ix_fetches_fetched_at", "fetches", ["fetched_at"], unique=False)
    op.create_table(
        "stories",
        sa.Column("id", ID, autoincrement=True, nullable=False, comment="Story number."),
        sa.Column(
            "url_hash",
            sa.String(length=32),
            nullable=False,
            comment="First 32 hex digits of the SHA-256 of canonical_url: the story's identity.",
        ),
        sa.Column(
            "canonical_url",
            sa.Text(),
            nullable=False,
            comment="Address without tracking, AMP, mobile twins and fragment.",
        ),
        sa.Column("url", sa.Text(), nullable=False, comment="Address as the feed gave it."),
        sa.Column(
            "outlet",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="Publisher as far as the address tells: registrable host.",
        ),
        sa.Column("title", sa.Text(), nullable=False, comment="Headline, plain text."),
        sa.Column("summary", sa.Text(), server_default="", nullable=False, comment="Summary, plain text."),
        sa.Column(
            "text", sa.Text(), nullable=True, comment="Article text from the feed or its page; null once pruned."
        ),
        sa.Column(
            "text_source",
            sa.String(length=32),
            nullable=True,
            comment="Where text comes from: feed, page:trafilatura, …",
        ),
        sa.Column("author", sa.Text(), nullable=True, comment="Author as the feed names it."),
        sa.Column("categories", JSON, nullable=True, comment="Categories as the feed names them."),
        sa.Column(
            "country",
            sa.String(length=2),
            nullable=True,
            comment="ISO 3166-1 alpha-2 of the feed that brought it first.",
        ),
        sa.Column(
            "declared_language",
            sa.String(length=35),
            nullable=True,
            comment="Language that entry, document or feed declares.",
        ),
        sa.Column(
            "language",
            sa.String(length=35),
            nullable=True,
            comment="Detected BCP 47 tag, und when unsure, null before detection.",
        ),
        sa.Column("language_confidence", sa.Float(), nullable=True, comment="0..1."),
        sa.Column(
            "language_reason", sa.String(length=32), nullable=True, comment="Who decided: script, langdetect, prior, …"
        ),
        sa.Column("published_at", UTC, nullable=True, comment="What the feed claims; null when absent or absurd."),
        sa.Column("published_raw", sa.Text(), nullable=True, comment="The claim as written when it was quarantined."),
        sa.Column("seen_at", UTC, nullable=False, comment="When newswatch first saw it."),
        sa.Column(
            "story_at",
            UTC,
            nullable=False,
            comment="The earlier of published_at and seen_at: orders and windows use it.",
        ),
        sa.Column("updated_at", UTC, nullable=True, comment="When a feed last changed its words."),
        sa.Column("words_at", UTC, nullable=True, comment="When these words were written, as their feed claims."),
        sa.Column(
            "words_feed_id",
            ID,
            nullable=True,
            comment="Feed whose words stand: of several, the one that claims the latest.",
        ),
        sa.Column(
            "change_count",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="How often its words changed; stops counting news at 24.",
        ),
        sa.Column(
            "content_hash",
            sa.String(length=32),
            nullable=False,
            comment="Hash of title and summary, to notice changes.",
        ),
        sa.Column("first_feed_id", ID, nullable=True, comment="Feed that carried it first."),
        sa.Column(
            "baseline",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="Came with the first body of its feed: never alerted alone.",
        ),
        sa.Column("judged_at", UTC, nullable=True, comment="When it was last judged; null = waits."),
        sa.Column(
            "enrich_after", UTC, nullable=True, comment="When its page may be fetched; null = not wanted or done."
        ),
        sa.Column("enrich_attempts", sa.Integer(), server_default="0", nullable=False, comment="Page fetches tried."),
        sa.Column("enriched_at", UTC, nullable=True, comment="When its page text was stored."),
        sa.Column("enrich_error", sa.Text(), nullable=True, comment="Why there is no page text."),
        sa.ForeignKeyConstraint(["first_feed_id"], ["feeds.id"], name=op.f("fk_stories_first_feed_id")),
        sa.ForeignKeyConstraint(["words_feed_id"], ["feeds.id"], name=op.f("fk_stories_words_feed_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stories")),
        sa.UniqueConstraint("url_hash", name=op.f("uq_stories_url_hash")),
        comment="One article each, stored once however many feeds carry it.",
    )
    op.create_index(op.f("ix_stories_outlet"), "stories", ["outlet"], unique=False)
    op.create_index("ix_stories_seen_at", "stories", ["seen_at"], unique=False)
    op.create_index(op.f("ix_stories_story_at"), "stories", ["story_at"], unique=False)
    op.create_index(
        "ix_stories_undetected",
        "stories",
        ["id"],
        unique=False,
        sqlite_where=sa.text("language IS NULL"),
        postgresql_where=sa.text("language IS NULL"),
    )
    op.create_index(
        "ix_stories_unenriched",
        "stories",
        ["enrich_after"],
        unique=False,
        sqlite_where=sa.text("enrich_after IS NOT NULL"),
        postgresql_where=sa.text("enrich_after IS NOT NULL"),
    )
    op.create_index(
        "ix_stories_unjudged",
        "stories",
        ["id"],
        unique=False,
        sqlite_where=sa.text("judged_at IS NULL"),
        postgresql_where=sa.text("judged_at IS NULL"),
    )
    op.create_table(
        "bodies",
        sa.Column("id", ID, autoincrement=True, nullable=False, comment="Body number."),
        sa.Column("feed_id", ID, nullable=False, comment="Feed that brought it."),
        sa.Column("fetch_id", ID, nullable=False, comment="Fetch that brought it."),
        sa.Column("hash", sa.String(length=64), nullable=False, comment="SHA-256 of the content."),
        sa.Column("url", sa.Text(), nullable=False, comment="Address after redirects: base of relative links."),
        sa.Column("headers", JSON, nullable=False, comment="Response headers that parsing needs."),
        sa.Column(
            "content", sa.LargeBinary(), nullable=True, comment="The document, zlib-compressed; null once pruned."
        ),
        sa.Column("size", sa.Integer(), nullable=False, comment="Bytes before compression."),
        sa.Column("fetched_at", UTC, nullable=False, comment="When it came."),
        sa.Column(
            "baseline",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="First body of its feed: its stories are not alerted.",
        ),
        sa.Column("parsed_at", UTC, nullable=True, comment="When it was parsed; null = waits."),
        sa.Column("format", sa.String(length=16), nullable=True, comment="rss20, rss10, atom10, json, sitemap, …"),
        sa.Column("entry_count", sa.Integer(), nullable=True, comment="Entries found."),
        sa.Column("new_count", sa.Integer(), nullable=True, comment="Stories that were new."),
        sa.Column("refused", JSON, nullable=True, comment="Entries refused: {reason: count}."),
        sa.Column("error", sa.Text(), nullable=True, comment="Why it has no entries."),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name=op.f("fk_bodies_feed_id")),
        sa.ForeignKeyConstraint(["fetch_id"], ["fetches.id"], name=op.f("fk_bodies_fetch_id"), ondelete="cascade"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bodies")),
        sa.UniqueConstraint("feed_id", "hash", name=op.f("uq_bodies_feed_id_hash")),
        comment="Raw feed documents, kept some days so that parsing can be run again.",
    )
    op.create_index("ix_bodies_fetch_id", "bodies", ["fetch_id"], unique=False)
    op.create_index(
        "ix_bodies_unparsed",
        "bodies",
        ["id"],
        unique=False,
        sqlite_where=sa.text("parsed_at IS NULL"),
        postgresql_where=sa.text("parsed_at IS NULL"),
    )
    op.create_table(
        "events",
        sa.Column("id", ID, autoincrement=True, nullable=False, comment="Event number; never changes meaning."),
        sa.Column("title", sa.Text(), nullable=False, comment="English title where a story has one, else the best."),
        sa.Column("title_language", sa.String(length=35), nullable=False, comment="Language of title."),
        sa.Column("titles", JSON, nullable=False, comment="{language: title} of the lead stories."),
        sa.Column(
            "level", sa.SmallInteger(), nullable=False, comment="Highest level of its stories, lone outliers apart."
        ),
        sa.Column("first_seen_at", UTC, nullable=False, comment="Earliest story_at of its stories."),
        sa.Column("last_seen_at", UTC, nullable=False, comment="Latest story_at of its stories."),
        sa.Column("story_count", sa.Integer(), nullable=False, comment="Stories, copies included."),
        sa.Column("language_count", sa.Integer(), nullable=False, comment="Languages told in."),
        sa.Column(
            "independent_count",
            sa.Integer(),
            nullable=False,
            comment="Stories that say something on their own: copies counted once.",
        ),
        sa.Column("outlet_count", sa.Integer(), server_default="0", nullable=False, comment="Outlets that told it."),
        sa.Column("lead_story_id", ID, nullable=True, comment="Story that gives the title."),
        sa.Column("entities", JSON, nullable=False, comment="Entity keys, most important first."),
        sa.Column("topics", JSON, nullable=False, comment="Topic keys."),
        sa.Column(
            "baseline",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="Made of baseline stories only: not alerted.",
        ),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False, comment="Grows with every change."),
        sa.Column(
            "alerted_revision",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="Revision that alerts were last decided for.",
        ),
        sa.Column("merged_into", ID, nullable=True, comment="Older event that this one turned out to be."),
        sa.Column("created_at", UTC, nullable=False, comment="When it was founded."),
        sa.Column("updated_at", UTC, nullable=False, comment="When it last changed."),
        sa.ForeignKeyConstraint(["lead_story_id"], ["stories.id"], name=op.f("fk_events_lead_story_id")),
        sa.ForeignKeyConstraint(["merged_into"], ["events.id"], name=op.f("fk_events_merged_into")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        comment="One row per happening.",
    )
    op.create_index(op.f("ix_events_first_seen_at"), "events", ["first_seen_at"], unique=False)
    op.create_index("ix_events_lead_story_id", "events", ["lead_story_id"], unique=False)
    op.create_index(op.f("ix_events_merged_into"), "events", ["merged_into"], unique=False)
    op.create_index(
        "ix_events_open",
        "events",
        ["last_seen_at"],
        unique=False,
        sqlite_where=sa.text("merged_into IS NULL"),
        postgresql_where=sa.text("merged_into IS NULL"),
    )
    op.create_index(
        "ix_events_unalerted",
        "events",
        ["id"],
        unique=False,
        sqlite_where=sa.text("revision > alerted_revision AND merged_into IS NULL"),
        postgresql_where=sa.text("revision > alerted_revision AND merged_into IS NULL"),
    )
    op.create_table(
        "facts",
        sa.Column("id", ID, autoincrement=True, nullable=False, comment="Fact number."),
        sa.Column("story_id", ID, nullable=False, comment="Story that says it."),
        sa.Column("kind", sa.String(length=16), nullable=False, comment="money, energy, power, date, count."),
        sa.Column(
            "value",
            sa.Float(),
            nullable=False,
            comment="In base units: USD, EUR, Wh, W; dates in days since 1970-01-01.",
        ),
        sa.Column("upper_value", sa.Float(), nullable=True, comment="Far end of a range."),
        sa.Column(
            "unit", sa.String(length=16), nullable=False, comment="Unit of value: a currency, Wh, W, day, companies, …"
        ),
        sa.Column(
            "role",
            sa.String(length=24),
            nullable=False,
            comment="raised, target, valuation, invested, capacity, consumption, …; empty = unclear.",
        ),
        sa.Column(
            "is_approximate",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="The text says about, nearly, up to.",
        ),
        sa.Column("part", sa.String(length=8), nullable=False, comment="title, summary or text."),
        sa.Column("start_offset", sa.Integer(), nullable=False, comment="First character in that part."),
        sa.Column("end_offset", sa.Integer(), nullable=False, comment="One past the last character."),
        sa.Column("written", sa.Text(), nullable=False, comment="As written there."),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_facts_story_id"), ondelete="cascade"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facts")),
        sa.UniqueConstraint(
            "story_id", "part", "start_offset", "kind", name=op.f("uq_facts_story_id_part_start_offset_kind")
        ),
        comment="Quantities read from stories at level >= 1.",
    )
    op.create_index(op.f("ix_facts_story_id"), "facts", ["story_id"], unique=False)
    op.create_table(
        "labels",
        sa.Column("id", ID, autoincrement=True, nullable=False, comment="Label number."),
        sa.Column("story_id", ID, nullable=False, comment="Story."),
        sa.Column("level", sa.SmallInteger(), nullable=False, comment="Level that a person gave."),
        sa.Column("labelled_by", sa.Text(), server_default="", nullable=False, comment="Who."),
        sa.Column("labelled_at", UTC, nullable=False, comment="When."),
        sa.Column("note", sa.Text(), server_default="", nullable=False, comment="Why."),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_labels_story_id"), ondelete="cascade"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_labels")),
        comment="Analysts' corrections of levels; the newest of a story counts.",
    )
    op.create_index(op.f("ix_labels_story_id"), "labels", ["story_id"], unique=False)
    op.create_table(
        "match_entities",
        sa.Column("story_id", ID, nullable=False, comment="Story."),
        sa.Column("entity_key", sa.String(length=64), nullable=False, comment="Entity found in it."),
        sa.Column("mention_count", sa.Integer(), nullable=False, comment="How often."),
        sa.Column(
            "in_title", sa.Boolean(), server_default=sa.false(), nullable=False, comment="Named in the headline."
        ),
        sa.Column("aliases", JSON, nullable=False, comment="Forms found, as written."),
        sa.ForeignKeyConstraint(["entity_key"], ["entities.key"], name=op.f("fk_match_entities_entity_key")),
        sa.ForeignKeyConstraint(
            ["story_id"], ["stories.id"], name=op.f("fk_match_entities_story_id"), ondelete="cascade"
        ),
        sa.PrimaryKeyConstraint("story_id", "entity_key", name=op.f("pk_match_entities")),
        comment="Entities of each story at level >= 1, by its current match.",
    )
    op.create_index("ix_match_entities_entity_key_story_id", "match_entities", ["entity_key", "story_id"], unique=False)
    op.create_table(
        "matches",
        sa.Column("id", ID, autoincrement=True, nullable=False, comment="Match number."),
        sa.Column("story_id", ID, nullable=False, comment="Story."),
        sa.Column("watchlist_version", sa.String(length=32), nullable=False, comment="Watchlist judged with."),
        sa.Column(
            "matcher_version",
            sa.String(length=48),
            nullable=False,
            comment="Version of the judging code, its weights and encoders.",
        ),
        sa.Column(
            "content_hash",
            sa.String(length=32),
            nullable=False,
            comment="The words that were judged: title, summary and text.",
        ),
        sa.Column(
            "level",
            sa.SmallInteger(),
            nullable=False,
            comment="0..3 (DESIGN: 3 tells the seeds' happening, 2 their subject, 1 a watched entity).",
        ),
        sa.Column("score", sa.Float(), nullable=False, comment="0..1, calibrated probability of level >= 1."),
        sa.Column("seed_key", sa.String(length=64), nullable=True, comment="Nearest seed."),
        sa.Column("similarity", sa.Float(), nullable=True, comment="Cosine to it."),
        sa.Column("topics", JSON, nullable=False, comment="Keys of the topics it belongs to."),
        sa.Column(
            "evidence", JSON, nullable=False, comment="What decided: mentions with offsets, features, contributions."
        ),
        sa.Column("matched_at", UTC, nullable=False, comment="When."),
        sa.Column(
            "is_current",
            sa.Boolean(),
            server_default=sa.true(),
            nullable=False,
            comment="The judgement that counts; at most one a story.",
        ),
        sa.Column(
            "clustered_at", UTC, nullable=True, comment="When clustering took it in; null at level >= 1 = waits."
        ),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_matches_story_id"), ondelete="cascade"),
        sa.ForeignKeyConstraint(
            ["watchlist_version"], ["watchlists.version"], name=op.f("fk_matches_watchlist_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matches")),
        sa.UniqueConstraint(
            "story_id",
            "watchlist_version",
            "matcher_version",
            "content_hash",
            name=op.f("uq_matches_story_id_watchlist_version_matcher_version_content_hash"),
        ),
        comment="One row per story, watchlist version, matcher version and wording.",
    )
    op.create_index(
        "ix_matches_ours",
        "matches",
        ["level"],
        unique=False,
        sqlite_where=sa.text("is_current = 1 AND level >= 1"),
        postgresql_where=sa.text("is_current AND level >= 1"),
    )
    op.create_index(
        "ix_matches_unclustered",
        "matches",
        ["story_id"],
        unique=False,
        sqlite_where=sa.text("is_current = 1 AND level >= 1 AND clustered_at IS NULL"),
        postgresql_where=sa.text("is_current AND level >= 1 AND clustered_at IS NULL"),
    )
    op.create_index(
        "uq_matches_current",
        "matches",
        ["story_id"],
        unique=True,
        sqlite_where=sa.text("is_current = 1"),
        postgresql_where="is_current",
    )
    op.create_table(
        "sightings",
        sa.Column("story_id", ID, nullable=False, comment="Story."),
        sa.Column("feed_id", ID, nullable=False, comment="Feed that carried it."),
        sa.Column("seen_at", UTC, nullable=False, comment="When it was first seen there."),
        sa.Column("guid", sa.Text(), nullable=True, comment="The feed's id for it; a hint only."),
        sa.Column("url", sa.Text(), nullable=False, comment="Address as this feed gives it."),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name=op.f("fk_sightings_feed_id")),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_sightings_story_id"), ondelete="cascade"),
        sa.PrimaryKeyConstraint("story_id", "feed_id", name=op.f("pk_sightings")),
        comment="One row per story and feed that carried it.",
    )
    op.create_index("ix_sightings_feed_id_seen_at", "sightings", ["feed_id", "seen_at"], unique=False)
    op.create_table(
        "vectors",
        sa.Column("story_id", ID, nullable=False, comment="Story."),
        sa.Column("encoder", sa.String(length=48), nullable=False, comment="Encoder and its version."),
        sa.Column("vector", sa.LargeBinary(), nullable=False, comment="Unit vector, float16 little-endian."),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_vectors_story_id"), ondelete="cascade"),
        sa.PrimaryKeyConstraint("story_id", "encoder", name=op.f("pk_vectors")),
        comment="Sentence vectors of matched stories.",
    )
    op.create_table(
        "alerts",
        sa.Column("id", ID, autoincrement=True, nullable=False, comment="Alert number."),
        sa.Column("subscription_id", ID, nullable=False, comment="Subscription."),
        sa.Column("event_id", ID, nullable=False, comment="Event."),
        sa.Column("reason", sa.String(length=16), nullable=False, comment="new, update, correction."),
        sa.Column(
            "revision",
            sa.Integer(),
            nullable=False,
            comment="Content version: 0 for new, the event's revision otherwise.",
        ),
        sa.Column(
            "state",
            sa.String(length=12),
            nullable=False,
            comment="pending, sent, dead, baseline (never to be sent), cancelled.",
        ),
        sa.Column("created_at", UTC, nullable=False, comment="When it was decided."),
        sa.Column("due_at", UTC, nullable=False, comment="When it may be sent."),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False, comment="Deliveries tried."),
        sa.Column("message_id", sa.Text(), nullable=False, comment="Message-ID, the same at every attempt."),
        sa.Column("in_reply_to", sa.Text(), nullable=True, comment="Message-ID of the first mail on the event."),
        sa.Column("batch_key", sa.Text(), nullable=True, comment="Digest that carries it; null = a mail of its own."),
        sa.Column("detail", JSON, nullable=False, comment="What is new, for the text of the mail."),
        sa.Column("sent_at", UTC, nullable=True, comment="When SMTP accepted it."),
        sa.Column("last_error", sa.Text(), nullable=True, comment="Why the last attempt failed."),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_alerts_event_id")),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscriptions.id"], name=op.f("fk_alerts_subscription_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint("message_id", name=op.f("uq_alerts_message_id")),
        sa.UniqueConstraint(
            "subscription_id",
            "event_id",
            "reason",
            "revision",
            name=op.f("uq_alerts_subscription_id_event_id_reason_revision"),
        ),
        comment="The outbox: one event owed to one subscription for one reason.",
    )
    op.create_index(op.f("ix_alerts_batch_key"), "alerts", ["batch_key"], unique=False)
    op.create_index("ix_alerts_event_id", "alerts", ["event_id"], unique=False)
    op.create_index(
        "ix_alerts_pending",
        "alerts",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_table(
        "event_history",
        sa.Column("id", ID, autoincrement=True, nullable=False, comment="History number."),
        sa.Column("event_id", ID, nullable=False, comment="Event."),
        sa.Column("revision", sa.Integer(), nullable=False, comment="Revision that this change made."),
        sa.Column("at", UTC, nullable=False, comment="When."),
        sa.Column(
            "kind",
            sa.String(length=16),
            nullable=False,
            comment="founded, joined, level, language, copy, merged, split, left, title, fact.",
        ),
        sa.Column("story_id", ID, nullable=True, comment="Story concerned."),
        sa.Column("other_event_id", ID, nullable=True, comment="Other event concerned."),
        sa.Column("detail", JSON, nullable=False, comment="What changed."),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_event_history_event_id")),
        sa.ForeignKeyConstraint(["other_event_id"], ["events.id"], name=op.f("fk_event_history_other_event_id")),
        sa.ForeignKeyConstraint(
            ["story_id"], ["stories.id"], name=op.f("fk_event_history_story_id"), ondelete="cascade"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_history")),
        comment="Every change of every event.",
    )
    op.create_index("ix_event_history_event_id_revision", "event_history", ["event_id", "revision"], unique=False)
    op.create_index("ix_event_history_story_id", "event_history", ["story_id"], unique=False)
    op.create_table(
        "event_stories",
        sa.Column("story_id", ID, nullable=False, comment="Story; in exactly one event."),
        sa.Column("event_id", ID, nullable=False, comment="Event."),
        sa.Column("copy_of", ID, nullable=True, comment="Story that this one repeats."),
        sa.Column("how", sa.String(length=12), nullable=False, comment="found, join, merge, manual."),
        sa.Column("score", sa.Float(), nullable=True, comment="Probability that it belongs here."),
        sa.Column(
            "evidence",
            JSON,
            nullable=False,
            comment="What decided the join: nearest story, features, contributions, vetoes.",
        ),
        sa.Column(
            "clusterer_version",
            sa.String(length=48),
            nullable=False,
            comment="Version of the clustering code and weights.",
        ),
        sa.Column("joined_at", UTC, nullable=False, comment="When."),
        sa.ForeignKeyConstraint(["copy_of"], ["stories.id"], name=op.f("fk_event_stories_copy_of")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_event_stories_event_id")),
        sa.ForeignKeyConstraint(
            ["story_id"], ["stories.id"], name=op.f("fk_event_stories_story_id"), ondelete="cascade"
        ),
        sa.PrimaryKeyConstraint("story_id", name=op.f("pk_event_stories")),
        comment="Which story tells which event, and why.",
    )
    op.create_index(
        "ix_event_stories_copy_of",
        "event_stories",
        ["copy_of"],
        unique=False,
        sqlite_where=sa.text("copy_of IS NOT NULL"),
        postgresql_where=sa.text("copy_of IS NOT NULL"),
    )
    op.create_index(op.f("ix_event_stories_event_id"), "event_stories", ["event_id"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column("id", ID, autoincrement=True, nullable=False, comment="Delivery number."),
        sa.Column("alert_id", ID, nullable=False, comment="Alert."),
        sa.Column("attempted_at", UTC, nullable=False, comment="When."),
        sa.Column(
            "channel", sa.String(length=16), server_default="smtp", nullable=False, comment="smtp, file, target."
        ),
        sa.Column("outcome", sa.String(length=16), nullable=False, comment="accepted, temporary, permanent."),
        sa.Column("code", sa.Integer(), nullable=True, comment="SMTP reply code."),
        sa.Column("error", sa.Text(), nullable=True, comment="What the server said."),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_deliveries_alert_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        comment="One row per attempt to send an alert.",
    )
    op.create_index(op.f("ix_deliveries_alert_id"), "deliveries", ["alert_id"], unique=False)
