"""Read the quantities of one text, as `newswatch facts` shows them."""

from dataclasses import asdict
from typing import Any

from pipeline.core import facts
from pipeline.core.facts import explain as why


def read(text: str, language: str | None = None) -> list[dict[str, Any]]:
    """Return the facts of a text as {"kind", "value", "unit", "role", "start", "end"}, with what else is known.

    `language` is a hint. Beside the six: "text" as written, "approximate", and "upper" where there is a far end.
    """
    rows = []
    for fact in facts.read(text, language):
        row: dict[str, Any] = {
            "kind": fact.kind,
            "value": fact.value,
            "unit": fact.unit,
            "role": fact.role,
            "start": fact.start,
            "end": fact.end,
            "text": fact.text,
            "approximate": fact.approximate,
            "bound": fact.bound,
        }
        if fact.upper is not None:
            row["upper"] = fact.upper
        rows.append(row)
    return rows


def explain(text: str, language: str | None = None) -> list[dict[str, Any]]:
    """Return the facts of a text as `read` does, each with "words" (word, table, key, files) and "rule"."""
    made = why.explain(text, language)
    return [
        row | {"words": [asdict(w) for w in known], "rule": rule}
        for row, (_, known, rule) in zip(read(text, language), made, strict=True)
    ]
