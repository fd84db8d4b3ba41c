"""The commands on the watch folder: init, feeds."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli import common

feeds = typer.Typer(no_args_is_help=True, help="The feeds: list them, check their health, add one.")


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(init)
    app.add_typer(feeds, name="feeds")


def init(directory: Annotated[Path, typer.Argument(help="A new or empty folder.")]) -> None:
    """Write the default watch folder there, to edit: feeds, watchlist, seeds, subscriptions."""
    from pipeline.steps import init as step

    for path in step.run(directory):
        common.out.print(f"  {path}", highlight=False, soft_wrap=True)
    common.out.print(f"Edit them, then: newswatch run --watch {directory}", soft_wrap=True)
