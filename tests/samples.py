"""A part of the sample feeds, for tests that do the whole job and need not do all of it."""

from pathlib import Path

from pipeline.desk import sample

FEW = 7  # of 21 feeds: 64 stories in seven languages


def write_few(folder: Path, port: int, weeks: int = 0) -> None:
    """Write the sample's watch folder with its first FEW feeds."""
    sample.write_watch(folder, port, weeks)
    path = folder / "feeds.toml"
    head, *blocks = path.read_text(encoding="utf-8").split("[[feeds]]")
    path.write_text("[[feeds]]".join([head, *blocks[:FEW]]), encoding="utf-8")
