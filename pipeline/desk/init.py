"""Write the default watch folder for somebody to edit."""

from pathlib import Path

from pipeline import catalog


def run(directory: Path) -> list[Path]:
    """Copy the default watch folder into a new or empty folder; return the files written."""
    catalog.copy_default(directory)
    return sorted(p for p in directory.rglob("*") if p.is_file())
