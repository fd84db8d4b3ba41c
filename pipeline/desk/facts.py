"""Read the quantities of one text, as `newswatch facts` shows them."""

from pipeline.core import facts
from pipeline.core.facts import explain as why
from pipeline.model import Fact


def read(text: str, language: str | None = None) -> tuple[Fact, ...]:
    """Return the facts of a text, in order; `language` is a hint."""
    return facts.read(text, language)


def explain(text: str, language: str | None = None) -> list[why.ExplainedFact]:
    """Return the facts of a text, each with the words that made it and the rule of its role."""
    return why.explain(text, language)
