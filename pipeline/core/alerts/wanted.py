"""Whether an event is what a subscription asks for, and what decided it."""

from collections.abc import Sequence
from typing import Any

from pipeline.core.alerts.growth import speaks
from pipeline.core.alerts.state import AlertedEvent, Reader, State
from pipeline.model import Subscription


def wants(subscription: Subscription, event: AlertedEvent, state: State) -> bool:
    """Whether an event that says `state` is what this subscription asks for."""
    weight = state.independent if subscription.only_independent else state.stories
    return (
        state.stories > 0
        and state.level >= subscription.min_level
        and weight >= subscription.min_stories
        and _meets(subscription.topics, event.topics)
        and _meets(subscription.entities, event.entities)
        and (not subscription.story_languages or any(speaks(subscription, x) for x in state.languages))
    )


def is_muted(reader: Reader, event: AlertedEvent) -> bool:
    """Whether a reader wants to hear no more of an event: of itself, what merged into it, or what it follows."""
    return not reader.muted.isdisjoint((event.event_id, *event.relatives, *event.follows))


def because(subscription: Subscription, event: AlertedEvent) -> dict[str, Any]:
    """Say what decided that an event is wanted: its level, and which topics and entities of it were asked for.

    Of a subscription that asks for all of them, those that the event has.
    """
    return {
        "level": event.level,
        "min_level": subscription.min_level,
        "topics": [x for x in event.topics if not subscription.topics or x in subscription.topics],
        "entities": [x for x in event.entities if not subscription.entities or x in subscription.entities],
    }


def _meets(wanted: Sequence[str], there: Sequence[str]) -> bool:
    return not wanted or not set(wanted).isdisjoint(there)
