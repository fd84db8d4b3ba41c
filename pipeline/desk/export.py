"""Write a view as a file."""

from datetime import datetime
from pathlib import Path
from typing import IO

from pipeline.settings import Settings
from pipeline.store.sql import export

FORMATS = export.FORMATS
cell, plain = export.cell, export.plain


def run(
    settings: Settings,
    view: str,
    format: str = "parquet",
    since: datetime | None = None,
    output: Path | IO[bytes] | None = None,
) -> int:
    """Write a view to a file (which appears only when it is whole) or an open stream; return the number of rows.

    The time limit of queries does not count here: an export of everything may take its time.
    """
    target = output if output is not None else Path(f"{view}.{format}")
    if isinstance(target, Path):
        return export.to_file(settings.database_url, view, format, target, since, HOURS_S)
    return export.write(settings.database_url, view, format, target, since, HOURS_S)


HOURS_S = 6 * 3600.0
