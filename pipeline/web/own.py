"""SQL of one's own, for who is signed in: the statement stands in the address, so that a link to it can be kept."""

import csv
import io
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import Response

from pipeline.desk import sql
from pipeline.errors import NewswatchError
from pipeline.web import render, security
from pipeline.web.events import goto, settings_of
from pipeline.web.queries import SHOWN, cell, numeric, turn

router = APIRouter()
MAX_ROWS = 10_000  # as JSON or CSV
MAX_SECONDS = 10.0  # or NEWSWATCH_QUERY_TIMEOUT, where that is less
Text = Annotated[str, Query(alias="sql", max_length=20_000)]


@router.get("/sql")
@router.get("/sql.json")
@router.get("/sql.csv")
def asked(request: Request, text: Text = "") -> Response:
    """Ask a statement: a page of its first rows, or JSON or CSV of them all."""
    settings = settings_of(request)
    if not security.may_correct(settings):
        raise HTTPException(404)
    if security.signed_in(request) is None:
        return goto(request, "/sign-in")
    text = text.replace("\x00", "").replace("\r\n", "\n").strip()
    params = sql.wanted(sql.own(text)) if text else {}
    values = {k: v for k, v in request.query_params.items() if k in params and v}
    kind = request.url.path.rpartition(".")[2] if "." in request.url.path.rpartition("/")[2] else "html"
    columns: tuple[str, ...] = ()
    rows: list[tuple[object, ...]] = []
    fault = ""
    most = SHOWN if kind == "html" else MAX_ROWS
    if text and not [k for k, default in params.items() if default is None and k not in values]:
        try:
            seconds = min(MAX_SECONDS, settings.query_timeout)
            with turn(), sql.ask_own(settings, text, seconds, values) as answer:
                columns, rows = answer.columns, list(islice(answer.rows, most + 1))
        except NewswatchError as e:  # told to who is signed in, and to nobody else
            fault = str(e)
    is_cut = len(rows) > most
    if kind == "csv" and not fault:
        out = io.StringIO()
        csv.writer(out).writerows([columns, *([cell(v) for v in row] for row in rows[:most])])
        held = {"content-disposition": 'attachment; filename="rows.csv"', "cache-control": "private, no-store"}
        return Response(out.getvalue(), media_type="text/csv; charset=utf-8", headers=held)
    return render.page(
        request,
        "sql.html.j2",
        400 if fault else 200,
        data=lambda _: {"error": fault} if fault else {"columns": columns, "rows": rows[:most], "is_cut": is_cut},
        text=text,
        params=params | values,
        values=values,
        fault=fault,
        columns=columns,
        rows=rows[:most],
        more=is_cut,
        numeric=numeric(columns, rows),
        views=sql.views(),
    )
