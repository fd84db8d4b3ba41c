"""A view as a file: Parquet, CSV or JSON lines, streamed, with the types that its header names."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa

from pipeline.errors import ConfigError, NotFoundError
from pipeline.store.sql.headers import Column, SqlFile
from pipeline.store.sql.query import BATCH, reader, typed, view
from pipeline.store.tables import Utc

FORMATS = ("parquet", "csv", "jsonl")
# A headline may begin so, and a spreadsheet would take it for a formula that reads or sends the rest of the sql_file.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # the full-width ones as well


def write(url: str, name: str, format: str, target: IO[bytes], since: datetime | None, timeout_s: float) -> int:
    """Write a view to an open file and return the number of rows; memory holds a batch, whatever the size."""
    if format not in FORMATS:
        raise ConfigError(f"--format {format}: write {', '.join(FORMATS)}")
    sql_file = view(name)
    with reader(url, timeout_s) as db:
        batches = _batches(db, sql_file, since)
        if format == "parquet":
            return _parquet(sql_file.columns, batches, target)
        if format == "csv":
            return _csv(sql_file.columns, batches, target)
        return _jsonl(sql_file.columns, batches, target)


def statement(sql_file: SqlFile, since: datetime | None) -> Any:
    """Give the select of a view, cut by the column that its header names for that."""
    chosen: Any = sa.select(*(sa.column(c.name) for c in sql_file.columns)).select_from(sa.table(sql_file.name))
    if since is None:
        return chosen
    cut = sql_file.header.get("since")
    if cut is None:
        raise NotFoundError(f"{sql_file.name} shows what stands now and has no time to start from: leave --since out")
    is_day = next(c.type for c in sql_file.columns if c.name == cut) == "date"
    value = sa.literal(since.date(), sa.Date()) if is_day else sa.literal(since, Utc())
    return chosen.where(sa.column(cut) >= value)


def _batches(db: sa.Connection, sql_file: SqlFile, since: datetime | None) -> Iterator[Sequence[sa.Row[Any]]]:
    result = db.execution_options(stream_results=True, max_row_buffer=BATCH).execute(statement(sql_file, since))
    yield from result.partitions(BATCH)


def _value(column: Column, value: Any) -> Any:
    if value is None:
        return None
    match column.type:
        case "time":
            return typed("_at", value)
        case "date":
            return typed("day", value)
        case "boolean":
            return bool(value)
        case "real":
            return float(value)
        case "integer":
            return int(value)
        case "json":
            return typed("", value)
    return str(value)


def _parquet(columns: Sequence[Column], batches: Iterator[Sequence[sa.Row[Any]]], target: IO[bytes]) -> int:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as e:
        raise ConfigError("Parquet needs pyarrow: pip install 'newswatch[parquet]', or write --format csv") from e

    types = {
        "integer": pa.int64(),
        "real": pa.float64(),
        "text": pa.string(),
        "list": pa.list_(pa.string()),
        "json": pa.string(),
        "boolean": pa.bool_(),
        "time": pa.timestamp("us", tz="UTC"),
        "date": pa.date32(),
    }
    # The column comments travel with the file, so that who opens it years later knows what it holds.
    schema = pa.schema([pa.field(c.name, types[c.type], metadata={"comment": c.what}) for c in columns])
    count = 0
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for batch in batches:
            arrays = [pa.array([_held(c, row[i]) for row in batch], type=types[c.type]) for i, c in enumerate(columns)]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            count += len(batch)
    return count


def _held(column: Column, value: Any) -> Any:
    """Give a value as Parquet holds it: a list as a list, where SQL, CSV and JSON have its words in one line."""
    made = _value(column, value)
    return made.split() if column.type == "list" and made is not None else made


def _csv(columns: Sequence[Column], batches: Iterator[Sequence[sa.Row[Any]]], target: IO[bytes]) -> int:
    text = io.TextIOWrapper(target, encoding="utf-8", newline="", write_through=True)
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow([c.name for c in columns])
    count = 0
    for batch in batches:
        lines.writerows([cell(_value(c, row[i])) for i, c in enumerate(columns)] for row in batch)
        count += len(batch)
    text.detach()
    return count


def _jsonl(columns: Sequence[Column], batches: Iterator[Sequence[sa.Row[Any]]], target: IO[bytes]) -> int:
    count = 0
    for batch in batches:
        for row in batch:
            made = {c.name: _nested(c, row[i]) for i, c in enumerate(columns)}
            target.write(json.dumps(made, ensure_ascii=False).encode() + b"\n")
        count += len(batch)
    return count


def _nested(column: Column, value: Any) -> Any:
    """Give a value as a JSON line holds it: JSON as what it is, not as a text of it."""
    made = _value(column, value)
    return json.loads(made) if column.type == "json" and made is not None else plain(made)


def cell(value: Any) -> Any:
    """Write a value for CSV: times as ISO 8601, and text that a spreadsheet would run as a formula behind a '."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return plain(value)


def plain(value: Any) -> Any:
    """Write a value for JSON and CSV: times and days as ISO 8601, the rest as it is."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def to_file(url: str, name: str, format: str, path: Path, since: datetime | None, timeout_s: float) -> int:
    """Write a view to a file that appears only when it is whole."""
    partial = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as target:
            count = write(url, name, format, target, since, timeout_s)
        partial.replace(path)
    except OSError as e:
        raise ConfigError(f"--output {path}: {e.strerror}") from e
    finally:
        partial.unlink(missing_ok=True)
    return count
