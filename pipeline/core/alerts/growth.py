"""How an event grew for one reader: more languages, more reports; and whether that is worth a mail of its own."""

from pipeline.core.alerts.state import News, State
from pipeline.core.text import tags
from pipeline.model import Subscription

URGENT = 2  # level from which growth is told at once; below, the digest of what also grew has it
# (of 13 updates on a dense stream of level 1, nine said only that it is now told in the reader's language)


def speaks(subscription: Subscription, language: str) -> bool:
    """Whether a language is one of the wanted ones; "zh" stands for "zh-Hant" too."""
    return any(language == x or language.startswith(f"{x}-") for x in subscription.story_languages)


def reads(subscription: Subscription, language: str) -> bool:
    """Whether a language is the reader's own, or one that they asked for: another one is never news."""
    own = tags.base(subscription.language)
    return speaks(subscription, language) or tags.base(language) == own


def is_prompt(subscription: Subscription, now: State) -> bool:
    """Whether growth is told at once: of what matters, to who asked for all, and to who gets no digest of it."""
    return now.level >= URGENT or subscription.updates == "all" or subscription.grew == "never"


def growth(subscription: Subscription, knows: State, now: State) -> News:
    """Say by how much an event grew for a reader who knows one state of it: languages, reports."""
    fresh = sorted(set(now.languages) - set(knows.languages))
    return News(
        languages=tuple(x for x in fresh if not subscription.story_languages or speaks(subscription, x)),
        reports=max(0, now.independent - knows.independent),
    )
