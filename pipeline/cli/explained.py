"""One story told to an analyst: what it is, why it matched, what was read from it, why it is in its event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.markup import escape

from pipeline.cli.common import out
from pipeline.words.page import LEVELS, amount, feature

if TYPE_CHECKING:  # the commands that only `say` need no store
    from pipeline.desk.explain import Explanation, FactRecord, MatchRecord, StoryRecord


def show(found: Explanation) -> None:
    """Print the whole explanation."""
    story, matches = found.story, found.matches
    say(f"[bold]{escape(story.title)}[/]")
    say(f"story {story.id} · {story.outlet} · {language(story)} · {when(story)}")
    say(f"{escape(story.url)}", highlight=False)
    for seen in found.sightings:
        say(f"  seen in {escape(seen.title)} at {seen.seen_at:%Y-%m-%d %H:%M} UTC")
    if not matches:
        say("\nIt waits to be judged: run `newswatch match`.")
        return
    _match(story, matches[0], found.seeds)
    for older in matches[1:]:
        say(f"  judged before: level {older.level} by {older.matcher_version} with {older.watchlist_version}")
    for label in found.labels:
        say(f"  a person said: level {label.level} {escape(label.note)}")
    _facts(found.facts)
    _event(found)


def say(text: str, highlight: bool = False) -> None:
    """Print a line that a terminal may wrap but never cut."""
    out.print(text, soft_wrap=True, highlight=highlight)


def language(story: StoryRecord) -> str:
    """Tell the language, how sure, and who decided."""
    declared = f", declared {story.declared_language}" if story.declared_language else ""
    sure = f"{story.language_confidence or 0:.2f} by {story.language_reason}"
    return f"language {story.language or '?'} ({sure}{declared})"


def when(story: StoryRecord) -> str:
    """Tell when it was published and seen."""
    claimed = f"published {story.published_at:%Y-%m-%d %H:%M}" if story.published_at else "undated"
    return f"{claimed}, seen {story.seen_at:%Y-%m-%d %H:%M} UTC"


def _match(story: StoryRecord, match: MatchRecord, seeds: Mapping[str, str]) -> None:
    evidence = match.evidence
    level = match.level
    say(f"\n[bold]Level {level}[/]: {LEVELS[level]} · score {match.score:.3f}")
    if match.seed_key:
        nearest = seeds.get(match.seed_key, match.seed_key)
        say(f"  nearest seed: {escape(nearest)} (similarity {match.similarity:.2f})")
    if match.topics:
        say(f"  topics: {', '.join(match.topics)}")
    for m in evidence.get("mentions", []):
        say(f"  names [cyan]{m['entity']}[/] as “{escape(m['found'])}” in the {m['part']} at {m['start']}-{m['end']}")
    for key, words in evidence.get("fields", {}).items():
        say(f"  field {key}: {escape(', '.join(words))}")
    for key, hits in evidence.get("lookalikes", {}).items():
        say(f"  [yellow]lookalike {key}[/]: {escape(', '.join(sorted({h['found'] for h in hits})))}")
    chances = evidence.get("probabilities", {})
    for name, parts in evidence.get("contributions", {}).items():
        top = [(k, v) for k, v in parts.items() if k and abs(v) >= 0.05][:6]
        told = ", ".join(f"{feature(k)} {v:+.2f}" for k, v in top)
        say(
            f"  level >= {name}: probability {chances.get(name, 0):.3f}; "
            f"for and against: {told or 'nothing speaks for it'}"
        )
    say(f"  judged by {match.matcher_version} with watchlist {match.watchlist_version}")


def _facts(facts: Sequence[FactRecord]) -> None:
    for f in facts:
        role = f" [{f.role}]" if f.role else ""
        say(
            f"  fact: {f.kind} {amount(f)}{escape(role)} from “{escape(f.written)}” in the {f.part} at {f.start_offset}"
        )


def _event(found: Explanation) -> None:
    event, join = found.event, found.join
    if event is None or join is None:
        say(
            "\nIt is in no event"
            + (": only stories at level 1 and above are." if found.matches[0].level < 1 else " yet.")
        )
        return
    merged = f" (merged into {event.merged_into})" if event.merged_into else ""
    say(f"\n[bold]Event {event.id}[/]{merged}: {escape(event.title)}")
    say(f"  {event.story_count} stories, {event.independent_count} independent, {event.language_count} languages")
    if join.copy_of:
        say(f"  it repeats story {join.copy_of}")
    say(f"  {join.how}" + (f", score {join.score:.3f}" if join.score is not None else ""))
    for key, value in join.evidence.items():
        if isinstance(value, Mapping):
            told = ", ".join(f"{feature(k)} {v:+.2f}" for k, v in value.items() if isinstance(v, int | float))
            say(f"    {key}: {told or 'none'}")
        else:
            say(f"    {key.replace('_', ' ')}: {value}")
    for other in event.others[:12]:
        say(f"  with {other.id} {other.language} {other.outlet}: {escape(other.title)}")
