"""The queries that a desk, a dashboard and the page ask all day, and how to read their plans."""

import sqlalchemy as sa

from pipeline import store

DAY_AGO, WEEK_AGO = "datetime('now', '-1 days')", "datetime('now', '-7 days')"


def main_queries(event: int, story: int) -> dict[str, str]:
    """Give the main queries by name, on an event and a story."""
    return {
        "one event": f"select * from event_overview where event_id = {event}",
        "its stories": f"select * from event_stories_flat where event_id = {event} order by story_at",
        "its days": f"select * from event_timeline where event_id = {event} order by day",
        "its facts": f"select * from event_facts where event_id = {event}",
        "its contradictions": f"select * from fact_contradictions where event_id = {event}",
        "its copies": f"select * from copies where event_id = {event}",
        "who was first": f"select * from source_speed where event_id = {event} order by place",
        "its history": f"select * from event_changes where event_id = {event} order by change_id",
        "its alerts": f"select * from alert_log where alerted_event_id = {event}",
        "one story": f"select * from story_matches where story_id = {story}",
        "newest events": "select * from event_overview where merged_into is null order by first_seen_at desc limit 50",
        "today's stories for us": f"select * from story_matches where level >= 2 and story_at >= {DAY_AGO}",
        "an entity's week": f"select * from story_entities where entity_key = 'e5' and story_at >= {WEEK_AGO}",
        "its delays": f"select * from story_delays where event_id = {event}",
        "who was refused": f"select * from refused_stories where entity_key = 'e5' and story_at >= {WEEK_AGO}",
        "its changed headlines": f"select * from title_changes where story_id = {story}",
        "feed health": "select * from feed_health where feed_id = 17",
    }


def plan(url: str, sql: str) -> list[str]:
    """Give the plan of a query, one line a node, on either database."""
    with store.read(url) as db:
        if db.dialect.name == "postgresql":
            return [r[0] for r in db.execute(sa.text(f"explain {sql}"))]
        return [r.detail for r in db.execute(sa.text(f"explain query plan {sql}"))]
