"""Look for rows that are wrong: every file of `sql/checks` gives none on a sound store."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline import log
from pipeline.model import Tally
from pipeline.settings import Settings
from pipeline.store.sql import query
from pipeline.store.sql.headers import SqlFile

SHOWN = 20  # rows of a check that are kept: enough to see what is wrong


@dataclass(frozen=True, slots=True)
class Finding:
    """One check that found wrong rows."""

    check: str
    wrong: str  # what such a row means
    do: str  # what to try
    count: int
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]  # the first of them


def look(settings: Settings) -> list[Finding]:
    """Run every check and give those that found something."""
    return [found for sql_file in query.shipped("checks") if (found := _look(settings, sql_file)) is not None]


def _look(settings: Settings, sql_file: SqlFile) -> Finding | None:
    with query.ask(settings.database_url, sql_file, settings.query_timeout) as answer:
        rows: list[tuple[Any, ...]] = []
        count = 0
        for row in answer.rows:
            count += 1
            if count <= SHOWN:
                rows.append(row)
        columns = answer.columns
    if not count:
        return None
    return Finding(
        sql_file.name, sql_file.header.get("wrong", ""), sql_file.header.get("do", ""), count, columns, tuple(rows)
    )


def run(settings: Settings, now: datetime) -> Tally:
    """Run every check; `failed` counts the red ones, the detail says how many rows each found."""
    found = look(settings)
    for finding in found:
        log.get().warning("check", check=finding.check, rows=finding.count, wrong=finding.wrong, do=finding.do)
    total = len(query.shipped("checks"))
    return log.tally(
        Tally(
            "checks",
            seen=total,
            done=total - len(found),
            failed=len(found),
            detail={f.check: f.count for f in found},
        )
    )
