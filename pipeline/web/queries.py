"""The desk's questions: list the shipped queries, run one read-only, as a table, a picture or CSV."""

import csv
import io
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby, islice
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from pipeline.desk import sql
from pipeline.errors import BusyError, NotFoundError
from pipeline.web import render
from pipeline.web.charted import svg
from pipeline.web.events import settings_of
from pipeline.words import charts

router = APIRouter()
SHOWN = 200  # rows on the page; CSV has them all
MAX_ROWS = 100_000  # in one CSV from the page: 50 MB at worst; `newswatch query NAME --csv` has no bound
MAX_BARS = 30
MAX_LINES = 6
_AT_ONCE = threading.BoundedSemaphore(4)  # slow queries must not take every thread that serves pages
_WAIT_S = 5.0
Name = Annotated[str, Path(pattern=r"^[a-z0-9_]{1,80}$")]


def _sql_file(name: str) -> sql.SqlFile:
    """Give a shipped query; unlike the command line, the page never reads a file that somebody names."""
    for sql_file in sql.listed():
        if sql_file.name == name:
            return sql_file
    raise NotFoundError(f"There is no query {name}.")


@contextmanager
def turn() -> Iterator[None]:
    """Wait for a turn; BusyError where four others run."""
    if not _AT_ONCE.acquire(timeout=_WAIT_S):
        raise BusyError("Four queries run already. Try again in a minute.")
    try:
        yield
    finally:
        _AT_ONCE.release()


@contextmanager
def _ask(request: Request, sql_file: sql.SqlFile) -> Iterator[sql.QueryRows]:
    with turn(), sql.ask(settings_of(request), sql_file, given(request, sql_file)) as answer:
        yield answer


def given(request: Request, sql_file: sql.SqlFile) -> dict[str, str]:
    """Give the values that an address has for a query's parameters; an empty one stands for the default."""
    return {k: v for k, v in request.query_params.items() if k in sql.wanted(sql_file) and v}


def numeric(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[bool]:
    """Tell which columns hold numbers only."""
    return [
        all(isinstance(r[i], int | float) and not isinstance(r[i], bool) for r in rows if r[i] is not None)
        for i in range(len(columns))
    ]


@router.get("/queries.json")
@router.get("/queries")
def listed(request: Request) -> Response:
    """List the queries with the questions that they answer."""
    sql_files = sql.listed()
    groups = [
        (about, list(asked)) for about, asked in groupby(sql_files, key=lambda s: s.header.get("about", "others"))
    ]
    return render.page(request, "queries.html.j2", data=lambda _: sql_files, groups=groups)


@router.get("/queries/{name}")
@router.get("/queries/{name}.json")
def run(request: Request, name: Name) -> Response:
    """Run a query and show its first rows."""
    sql_file = _sql_file(name)
    with _ask(request, sql_file) as answer:
        rows = list(islice(answer.rows, SHOWN + 1))
        columns = answer.columns
    return render.page(
        request,
        "query.html.j2",
        data=lambda _: {"columns": columns, "rows": rows[:SHOWN], "is_cut": len(rows) > SHOWN},
        sql_file=sql_file,
        columns=columns,
        rows=rows[:SHOWN],
        more=len(rows) > SHOWN,
        numeric=numeric(columns, rows),
        params=sql.wanted(sql_file) | given(request, sql_file),
        is_drawn=bool(rows and _chart(sql_file, columns)),
    )


@router.get("/queries/{name}/rows.csv")
def download(request: Request, name: Name) -> Response:
    """Give a query's rows as CSV."""
    sql_file = _sql_file(name)
    out = io.StringIO()
    writer = csv.writer(out)
    with _ask(request, sql_file) as answer:
        writer.writerow(answer.columns)
        writer.writerows([cell(v) for v in row] for row in islice(answer.rows, MAX_ROWS))
    held = {"content-disposition": f'attachment; filename="{name}.csv"', "cache-control": "private, no-cache"}
    return Response(out.getvalue(), media_type="text/csv; charset=utf-8", headers=held)


def cell(value: Any) -> Any:
    """Write a value for CSV; text that a spreadsheet would run as a formula is quoted, as headlines are not ours."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, str) and value.lstrip()[:1] in {"=", "+", "-", "@"}:
        return "'" + value
    return value


@router.get("/queries/{name}/chart.svg")
def chart(request: Request, name: Name) -> Response:
    """Draw what the query's header asks for: `chart: bar LABEL VALUE` or `chart: line DAY VALUE [SERIES]`."""
    sql_file = _sql_file(name)
    with _ask(request, sql_file) as answer:
        rows = list(islice(answer.rows, MAX_ROWS))
        columns = answer.columns
    found = _chart(sql_file, columns)
    if found is None or not rows:
        raise NotFoundError(f"The query {name} has no picture.")
    kind, at = found
    if kind == "bar":
        listed = [r for r in rows if r[at[1]] is not None][:MAX_BARS]
        said = columns.index("title") if columns[at[0]].endswith("_id") and "title" in columns else at[0]
        return svg(charts.bars([str(r[said]) for r in listed], [float(r[at[1]]) for r in listed], sql_file.question))
    return svg(_lines(rows, at, sql_file.question, columns))


def _chart(sql_file: sql.SqlFile, columns: tuple[str, ...]) -> tuple[str, list[int]] | None:
    """Read a header's chart line: (bar or line, places of its columns); None when there is none that can be drawn."""
    kind, *names = sql_file.header.get("chart", "").split() or [""]
    if kind not in {"bar", "line"} or len(names) < 2 or not set(names) <= set(columns):
        return None
    return kind, [columns.index(n) for n in names]


def _lines(rows: list[tuple[Any, ...]], at: list[int], title: str, columns: tuple[str, ...]) -> bytes:
    """Draw one line a series, the largest few of them."""
    series: dict[str, dict[datetime, float]] = {}
    for r in rows:
        if r[at[0]] is not None and r[at[1]] is not None:
            name = str(r[at[2]]) if len(at) > 2 else columns[at[1]].replace("_", " ")
            series.setdefault(name, {})[_moment(r[at[0]])] = float(r[at[1]])
    largest = sorted(series, key=lambda n: -sum(series[n].values()))[:MAX_LINES]
    times = sorted({t for n in largest for t in series[n]})
    if columns[at[0]] == "day" and columns[at[1]].endswith("_count") and not columns[at[1]].startswith("total_"):
        span = min((times[-1] - times[0]).days, 3660) if times else 0
        times = [times[0] + timedelta(days=i) for i in range(span + 1)] if times else []
        series = {n: dict.fromkeys(times, 0.0) | series[n] for n in largest}  # a day without a row counted nothing
    return charts.lines(times, {n: [series[n].get(t) for t in times] for n in largest}, title)


def _moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    return datetime.combine(value if isinstance(value, date) else date.fromisoformat(str(value)), time(), UTC)
