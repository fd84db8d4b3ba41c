"""A store of any size, made inside the database by arithmetic: for plans and times, not for meaning.

A tenth of the stories are ours (level 1, every fifth of these 2, every twentieth 3), five of them tell one event, half
a year lies between the first and the last, a thousand feeds bring them in twenty languages.
"""

# ruff: noqa: E501 - the lines are SQL

import sqlalchemy as sa

LANGUAGES = "en fr id de es pt ru zh ja ko ar hi tr vi pl it uk nl sv bn".split()  # noqa: SIM905 - read as a list
COUNTRIES = "US FR ID DE ES BR RU CN JP KR EG IN TR VN PL IT UA NL SE BD".split()  # noqa: SIM905 - read as a list
ENTITIES = 46
FEEDS = 1000
FEED_TONGUE = "i % 1000 / 10"  # a feed has one outlet and one language; neighbours differ, so that events have several
DAYS = 180


def _pick(values: list[str], number: str) -> str:
    cases = " ".join(f"when {i} then '{v}'" for i, v in enumerate(values))
    return f"case {number} % {len(values)} {cases} end"


def fill(
    db: sa.Connection, stories: int, *, watchlist: str = "w", matcher: str = "m", facts: str | None = None
) -> None:
    """Fill an empty store with so many stories, their matches, events, facts, fetches and alerts.

    The versions are those that judged and read; a watchlist that is there already stays as it is.
    """
    postgres = db.dialect.name == "postgresql"

    def ago(seconds: str) -> str:
        """A time so many seconds before now."""
        if postgres:
            return f"date_trunc('second', now()) - ({seconds}) * interval '1 second'"
        return f"strftime('%Y-%m-%d %H:%M:%S', 'now', '-' || cast({seconds} as integer) || ' seconds') || '.000000'"

    def numbers(first: int, last: int, step: int = 1) -> str:
        """The numbers i from first to last."""
        if postgres:
            return f"(select generate_series({first}, {last}, {step})::bigint as i) as n"
        return (
            f"(with recursive c(i) as (select {first} union all select i + {step} from c where i + {step} <= {last}) "
            "select i from c) as n"
        )

    json, read = "::jsonb" if postgres else "", f"'{facts}'" if facts else "null"
    ours, events = stories // 10, stories // 50
    at = ago(f"({stories} - i) * {DAYS * 86400.0 / stories}")
    level = "case when i % 10 <> 0 then 0 when i % 200 = 0 then 3 when i % 50 = 0 then 2 else 1 end"
    event_at = ago(f"({events} - i) * {DAYS * 86400.0 / events}")
    fetches = min(300_000, stories)
    statements = [
        f"insert into watchlists values ('{watchlist}', 'desk', '{{}}'{json}, {ago('99')}, true) on conflict do nothing",
        "insert into entities (key, name, kind, roles) "
        f"select 'e' || i, 'Entity ' || i, 'company', '[\"watched\"]'{json} from {numbers(0, ENTITIES - 1)}",
        "insert into feeds (id, url, title, host, tags, added_at, first_fetched_at, last_success_at, next_fetch_at, state) "
        f"select i, 'https://h' || i || '.example/f', 'Feed ' || i, 'h' || i || '.example', '[]'{json}, {ago('15552000')}, "
        f"{ago('15552000')}, {ago('i')}, {ago('-3600')}, 'ok' from {numbers(1, FEEDS)}",
        "insert into stories (id, url_hash, canonical_url, url, outlet, title, summary, country, language, "
        "language_confidence, published_at, seen_at, story_at, content_hash, first_feed_id, judged_at, facts_version) "
        "select i, 'hash-of-the-address-' || i, 'https://h' || (i % 1000) || '.example/story/' || i, "
        "'https://h' || (i % 1000) || '.example/story/' || i, 'h' || (i % 1000) || '.example', "
        "'A headline of about sixty letters, as headlines are, number ' || i, "
        "'A summary of some two hundred letters stands here, because the width of a row decides how many of them a page "
        "of the database holds, and so how long it takes to read all of them, number ' || i, "
        f"{_pick(COUNTRIES, FEED_TONGUE)}, {_pick(LANGUAGES, FEED_TONGUE)}, 0.99, {at}, {at}, {at}, 'content-' || i, "
        f"i % {FEEDS} + 1, {at}, case when i % 10 = 0 then {read} end from {numbers(1, stories)}",
        f"insert into sightings (story_id, feed_id, seen_at, url) select i, i % {FEEDS} + 1, {at}, 'https://x.example/' || i "
        f"from {numbers(1, stories)}",
        "insert into matches (story_id, watchlist_version, matcher_version, content_hash, level, score, topics, evidence, "
        f"matched_at, is_current, clustered_at) select i, '{watchlist}', '{matcher}', 'c', {level}, case when i % 10 = 0 then 0.9 else 0.01 end, "
        f'\'["xai"]\'{json}, \'{{"features": {{"similarity": 0.5, "lead": 1.0}}, "probabilities": {{"1": 0.9}}}}\'{json}, '
        f"{at}, true, {at} from {numbers(1, stories)}",
        "insert into match_entities (story_id, entity_key, mention_count, in_title, aliases) "
        f"select i, 'e' || (i / 10 % {ENTITIES}), 2, true, '[\"Entity\"]'{json} from {numbers(10, stories, 10)}",
        "insert into match_entities (story_id, entity_key, mention_count, in_title, aliases) "
        f"select i, 'e' || ((i / 10 + 1 + i / 50 % 20) % {ENTITIES}), 1, false, '[\"Other\"]'{json} "
        f"from {numbers(10, stories, 10)}",
        "insert into refused_entities (story_id, entity_key, mention_count, in_title, aliases) "
        f"select i + 1, 'e' || (i / 10 % {ENTITIES}), 1, true, '[\"Entity\"]'{json} from {numbers(10, stories - 10, 50)}",
        "insert into former_titles (story_id, title, replaced_at) "
        f"select i, 'A headline, number ' || i, {at} from {numbers(10, stories, 10)}",
        "insert into facts (story_id, kind, value, unit, role, part, start_offset, end_offset, written) "
        "select i, 'money', 1000000000.0 * (1 + i / 10 % 7), 'USD', case when i % 20 = 0 then 'raised' else '' end, 'title', "
        f"1, 9, '$' || (1 + i / 10 % 7) || 'bn' from {numbers(10, stories, 10)}",
        "insert into events (id, title, title_language, titles, level, first_seen_at, last_seen_at, story_count, "
        "language_count, independent_count, outlet_count, lead_story_id, entities, topics, revision, alerted_revision, "
        f"created_at, updated_at) select i, 'An event, number ' || i, 'en', '{{}}'{json}, "
        f"case when i % 20 = 0 then 3 when i % 5 = 0 then 2 else 1 end, {event_at}, {event_at}, 5, 5, 4, 5, i * 50 - 40, "
        f'\'["e1", "e2"]\'{json}, \'["xai"]\'{json}, 2, 2, {event_at}, {event_at} from {numbers(1, events)}',
        "insert into event_stories (story_id, event_id, copy_of, how, score, evidence, clusterer_version, joined_at) "
        f"select i * 10, (i - 1) / 5 + 1, case when i % 5 = 0 then i * 10 - 40 end, 'join', 0.9, '{{\"nearest\": 1}}'{json}, 'c', "
        f"{ago('60')} from {numbers(1, ours)}",
        "insert into event_history (event_id, revision, at, kind, story_id, detail) "
        f"select (i - 1) / 5 + 1, 1, {ago('60')}, 'joined', i * 10, '{{}}'{json} from {numbers(1, ours)}",
        "insert into links (event_id, follows_id, kind, strength, evidence, linker_version, linked_at) "
        f"select i, i - 1, 'follows', 0.8, '{{}}'{json}, 'l', {event_at} from {numbers(2, events)} where i % 7 > 1",
        "insert into fetches (feed_id, fetched_at, outcome, status, seconds, size) "
        f"select i % {FEEDS} + 1, {ago(f'({fetches} - i) * {14 * 86400.0 / fetches}')}, "
        "case when i % 40 = 0 then 'timeout' when i % 5 = 0 then 'new' else 'unchanged' end, 200, 0.3, 1000 "
        f"from {numbers(1, fetches)}",
        f"insert into subscriptions (id, key, name, address, content, created_at) select i, 'reader-' || i, 'n', 'a@b.example', "
        f"'{{}}'{json}, {ago('15552000')} from {numbers(1, 20)}",
        "insert into alerts (id, subscription_id, event_id, reason, revision, state, created_at, due_at, attempts, message_id, "
        f"detail, sent_at) select i, i % 20 + 1, i, 'new', 0, case when i > {events} - 3 then 'pending' else 'sent' end, "
        f"{event_at}, {event_at}, 1, 'm' || i, '{{}}'{json}, case when i > {events} - 3 then null else {event_at} end "
        f"from {numbers(1, events)}",
        "insert into deliveries (alert_id, attempted_at, outcome, code) "
        f"select i, {event_at}, 'accepted', 250 from {numbers(1, events)}",
        "insert into runs (step, started_at, seconds, seen, done, skipped, failed, detail) "
        f"select 'fetch', {ago('i * 300')}, 1.0, 1, 1, 0, 0, '{{}}'{json} from {numbers(1, min(20_000, stories))}",
    ]
    for statement in statements:
        db.exec_driver_sql(statement.replace("%", "%%") if postgres else statement)
    db.exec_driver_sql("analyze")
