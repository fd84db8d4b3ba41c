"""The commands about what is told: events, subscriptions, alerts."""

import typer


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
