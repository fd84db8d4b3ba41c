"""The commands about judging: explain, evaluate, facts, label, rematch."""

from typing import Annotated

import typer

from pipeline.cli import common
from pipeline.cli.common import DatabaseOption, JsonOption


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(explain)


def explain(
    story: Annotated[str, typer.Argument(help="Its number, its address, or the first digits of its hash.")],
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell why a story matched and why it joined its event, with the evidence."""
    from pipeline.cli import explained
    from pipeline.steps import explain as step

    found = step.run(common.load(database=database), story)
    if as_json:
        common.print_json(found)
    else:
        explained.show(found)
