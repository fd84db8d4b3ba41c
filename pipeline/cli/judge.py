"""The commands about judging: explain, evaluate, facts, label, rematch."""

import typer


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
