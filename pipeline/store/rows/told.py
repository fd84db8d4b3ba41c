"""What mails told: the events of the alerts that were sent at one time, with the stories that they held then."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from pipeline.store.tables import alerts, event_stories, events, match_entities, matches, stories


@dataclass(frozen=True, slots=True)
class SentAlert:
    """What one alert told; stories are canonical addresses."""

    mail: str  # the mail that held it
    reason: str
    title: str
    head: str | None  # the headline's story
    stories: list[str]


def sent_at(db: sa.Connection, at: datetime) -> list[SentAlert]:
    """Give the alerts sent at `at`, in the order of their making.

    Ask it in the run that sent them: an event says what it says now.
    """
    lead = stories.alias()
    query = (
        sa.select(alerts.c.event_id, alerts.c.reason, alerts.c.message_id, alerts.c.detail, events.c.title)
        .add_columns(lead.c.canonical_url.label("head"))
        .join(events, events.c.id == alerts.c.event_id)
        .outerjoin(lead, lead.c.id == events.c.lead_story_id)
        .where(alerts.c.state == "sent", alerts.c.sent_at == at)
        .order_by(alerts.c.id)
    )
    found = []
    for r in db.execute(query):
        held = (
            sa.select(stories.c.canonical_url)
            .join(event_stories, event_stories.c.story_id == stories.c.id)
            .where(event_stories.c.event_id == r.event_id)
            .order_by(stories.c.story_at, stories.c.url_hash)
        )
        mail = (r.detail or {}).get("mail_id") or r.message_id
        own = (r.detail or {}).get("head")  # a story unlike what was told: its headline was the mail's
        said = db.execute(sa.select(stories.c.canonical_url, stories.c.title).where(stories.c.id == own)).one_or_none()
        title, head = (said.title, said.canonical_url) if said is not None else (r.title, r.head)
        found.append(SentAlert(mail, r.reason, title, head, list(db.scalars(held))))
    return found


def judged(db: sa.Connection) -> dict[str, tuple[int, list[str]]]:
    """Give every story's level and the entities that it names, most often named first: {address: (level, keys)}."""
    names: dict[int, list[str]] = {}
    named = sa.select(match_entities).order_by(
        match_entities.c.in_title.desc(), match_entities.c.mention_count.desc(), match_entities.c.entity_key
    )
    for r in db.execute(named):
        names.setdefault(r.story_id, []).append(r.entity_key)
    query = sa.select(stories.c.id, stories.c.canonical_url, matches.c.level).join(
        matches, sa.and_(matches.c.story_id == stories.c.id, matches.c.is_current)
    )
    return {r.canonical_url: (r.level, names.get(r.id, [])) for r in db.execute(query)}
