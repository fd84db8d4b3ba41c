"""What is unlike all that was told: by meaning, with another day or other figures; by words without vectors."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from pipeline.core.alerts import unlike
from pipeline.core.alerts.state import AlertedStory
from pipeline.core.events.threads import default_linker

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
LINKER = default_linker()
QUITE, ACROSS, SOMEWHAT, HARDLY = 0.30, 0.40, 0.48, 0.70  # cosine to what was told


def part(number: int, text: str, cosine: float | None = 1.0, hours: float = 0, language: str = "en") -> AlertedStory:
    vector: Any = None
    if cosine is not None:
        vector = np.zeros(384, np.float32)
        vector[0], vector[1] = cosine, np.sqrt(1 - cosine**2)
        vector = vector + LINKER.means.get(language, LINKER.means[""])
    at = NOW + timedelta(hours=hours)
    return AlertedStory(number, language, 3, at, at=at, text=text, vector=vector)


def odd(new: AlertedStory, *told: AlertedStory) -> bool:
    return unlike.find([new], told or [part(1, "xAI raises $20 billion")], LINKER) == (new,)


@pytest.mark.parametrize(
    ("new", "is_odd"),
    [
        (part(2, "xAI to build a site in Mississippi", QUITE), True),
        (part(2, "xAI schließt Runde über 20 Milliarden ab", HARDLY, language="de"), False),
        (part(2, "xAI says who invested", SOMEWHAT), False),
        (part(2, "xAI says who invested", SOMEWHAT, hours=20), True),  # another day
        (part(2, "xAI gets 4.2 billion loan", SOMEWHAT), True),  # a figure that nobody told
        (part(2, "xAI, 20 billion richer, thanks investors", SOMEWHAT), False),  # the same figure
        (part(2, "xAI 融资 200 亿美元", SOMEWHAT, language="zh"), False),
        (part(2, "xAI builds for 4.2 billion", HARDLY, hours=48), False),  # told again, with more
        (part(2, "Musk perd son procès contre OpenAI", QUITE, language="fr"), True),
        (part(2, "xAI baut in Mississippi", ACROSS, language="de"), False),  # a retelling may be as little alike
        (part(2, "xAI baut in Mississippi", ACROSS, hours=20, language="de"), False),
        (part(2, "xAI baut für 4,2 Milliarden", ACROSS, language="de"), False),
        (part(2, "xAI baut für 4,2 Milliarden", ACROSS, hours=20, language="de"), True),
        (part(2, "xAI to build a site in Mississippi", ACROSS), True),
    ],
)
def test_meaning_first_then_day_and_figures(new: AlertedStory, is_odd: bool) -> None:
    """One number of another kind does not make news of a retelling, and a retelling two days later is none."""
    assert odd(new) is is_odd


@pytest.mark.parametrize(
    ("text", "hours", "language", "is_odd"),
    [
        ("Judge throws out Musk's suit", 30, "en", True),
        ("Judge throws out Musk's suit", 1, "en", False),  # nothing but other words
        ("Judge awards 4.2 million", 1, "en", True),
        ("xAI raises $20 billion, sources say", 30, "en", False),
        ("Musk verliert vor Gericht 4,2 Millionen", 30, "de", False),  # no vector, another language: nobody can tell
    ],
)
def test_without_vectors_words_of_one_language_tell(text: str, hours: float, language: str, is_odd: bool) -> None:
    """It says less than it could rather than alarm about every translation."""
    assert odd(part(2, text, None, hours, language), part(1, "xAI raises $20 billion", None)) is is_odd


def test_it_is_measured_against_everything_that_was_told() -> None:
    """One story alike among many is enough; copies count for nothing."""
    new = part(9, "xAI to build a site in Mississippi", QUITE)
    assert not odd(new, part(1, "a", 1.0), part(2, "b", QUITE))
    assert unlike.find([], [part(1, "a")], LINKER) == unlike.find([new], [], LINKER) == ()


def weighed(meaning: float | None = 0.65, acts: float = 0.3, hours: float = 30, one_language: bool = True) -> bool:
    return unlike.Strangeness(meaning, acts, 0.3 if one_language else None, timedelta(hours=hours), False).is_sequel


def test_the_next_step_of_a_saga_is_news_in_the_words_of_the_last() -> None:
    """Rule: another act a day later, however alike the words; not the same act, not at once, not without vectors."""
    assert weighed(hours=48)
    assert not weighed(hours=48, acts=0.97)  # told again
    assert not weighed(hours=0)
    assert not weighed(None, hours=48)
    assert not weighed(0.95, hours=20)


def test_it_takes_more_to_be_the_next_step_in_another_language() -> None:
    """Rule: a retelling in another language, days later, is as little alike as the next step in the same one."""
    least = next(h for h in range(1, 500) if weighed(hours=h))
    assert not weighed(hours=least, one_language=False)
    assert weighed(hours=400, one_language=False)


def test_a_story_without_a_time_is_no_next_step() -> None:
    """Rule: nobody knows that it is later."""
    (found,) = unlike.weigh([replace(part(2, "xAI sued", HARDLY), at=None)], [part(1, "xAI raises")], LINKER)
    assert found.later < timedelta(0) and not found.is_later
