"""The commands of those who correct: label stories, list and export the labels, check the watchlist, find new names."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from pipeline.cli import common
from pipeline.cli.common import DatabaseOption, JsonOption
from pipeline.cli.explained import LEVELS, say

labels = typer.Typer(no_args_is_help=True, help="What people said of stories: list it, export it, take it back.")
watchlist = typer.Typer(no_args_is_help=True, help="The watchlist: check its aliases, find new ones in stored events.")
StoryArgument = Annotated[str, typer.Argument(help="Its number, its address, or the first digits of its hash.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(label)
    app.add_typer(labels, name="labels")
    app.add_typer(watchlist, name="watchlist")


def label(
    story: StoryArgument,
    level: Annotated[int, typer.Argument(min=0, max=3, help="The level that it should have.")],
    by: Annotated[str, typer.Option("--by", help="Who says so.")] = "",
    note: Annotated[str, typer.Option("--note", help='Why; "lookalike: …" for a namesake.')] = "",
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say which level a story should have; it counts in `evaluate --from-store` and in the next fit.

    0 = not ours, 1 = a watched entity in the seeds' field, 2 = the seeds' subject, 3 = the seeds' happening.
    """
    from pipeline.steps import label as step

    found = step.run(common.load(database=database), common.now(), story, level, by, note)
    if as_json:
        common.print_json(found)
        return
    say(f"[bold]{escape(found['title'])}[/]")
    say(f"story {found['story']} · {found['language']} · {escape(found['outlet'])}")
    if found["judged"] is None:
        say("  it waits to be judged")
    else:
        agrees = "as it was judged" if found["judged"] == level else "not as it was judged"
        say(
            f"  judged level {found['judged']} ({LEVELS[found['judged']]}), score {found['score']:.3f}: "
            f"the label is {agrees}"
        )
    before = f"; said before: {', '.join(map(str, found['said_before']))}" if found["said_before"] else ""
    say(f"  label {'kept' if found['added'] else 'was there already'}: level {level} ({LEVELS[level]}){before}")


@labels.command("list")
def list_labels(
    wrong: Annotated[bool, typer.Option("--wrong", help="Only stories that are judged otherwise.")] = False,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the labelled stories, the newest label first, beside what they are judged."""
    from pipeline.steps import label as step

    found = step.listed(common.load(database=database), wrong)
    if as_json:
        common.print_json(found)
        return
    rows = [
        (r["story"], r["level"], r["judged"], r["language"], r["title"], r["by"], r["note"], common.moment(r["at"]))
        for r in found
    ]
    common.print_table(("story", "label", "judged", "language", "title", "by", "note", "when"), rows)
    say(f"{len(found)} labelled stories, {sum(r['judged'] != r['level'] for r in found)} of them judged otherwise")


@labels.command("export")
def export_labels(
    file: Annotated[Path | None, typer.Argument(help="Write there; standard output by default.")] = None,
    database: DatabaseOption = None,
) -> None:
    """Write the labels as JSON lines that `newswatch evaluate` and `benchmarks/fit_match.py --data` read."""
    from pipeline.steps import label as step

    lines = step.export(common.load(database=database))
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    if file is None:
        sys.stdout.write(text)
    else:
        file.write_text(text, encoding="utf-8")
        say(f"{len(lines)} labelled stories in {escape(str(file))}")


@labels.command("withdraw")
def withdraw_label(story: StoryArgument, database: DatabaseOption = None) -> None:
    """Take back all that was said of a story."""
    from pipeline.steps import label as step

    number, count = step.withdraw(common.load(database=database), story)
    say(f"story {number}: {count} labels withdrawn")
