"""What one alert tells its reader at the moment when its mail leaves: the event as it is, and what is new in it."""

from dataclasses import replace

from pipeline.core.alerts import decide, growth
from pipeline.core.alerts.content import Dossier, EventNews
from pipeline.core.alerts.state import NOTHING_NEW, AlertedEvent, State
from pipeline.model import Alert, Subscription


def item(alert: Alert, dossier: Dossier, event: AlertedEvent, reader: Subscription) -> EventNews | None:
    """Give the item of a mail; None when nothing is left to say. Stories unlike what was told come first."""
    since = alert.detail.get("since")
    news = NOTHING_NEW
    fresh: tuple[int, ...] = ()
    joined: tuple[int, ...] = ()
    is_later = alert.reason != "new" or "stories" in alert.detail  # a happening of its own in an event that was told
    if since is not None and is_later:
        knows = State.read(since)
        news = decide.news(reader, knows, event.state(), event.history)
        if alert.reason == "grew":
            grown = growth.growth(reader, knows, event.state())
            news = replace(news, languages=grown.languages, reports=grown.reports)
        if alert.reason in {"new", "update"}:
            heard = alert.detail.get("heard") or ()
            fresh = tuple(p.story_id for p in decide.strange(reader, event, knows, heard))
        if alert.reason in {"new", "update", "grew"}:
            came = [p for p in event.parts if p.revision > knows.revision and not p.is_copy]
            joined = tuple(p.story_id for p in came if p.story_id not in fresh)
    news = replace(
        news,
        stories=len(fresh),
        merged=tuple(alert.detail.get("merged") or ()),
        split=tuple(alert.detail.get("split") or ()),
        revived=alert.detail.get("why") == "revived",
    )
    if is_later and alert.reason in {"new", "update", "grew"} and not news:
        return None
    return EventNews(dossier, alert.reason, news, fresh, joined)
