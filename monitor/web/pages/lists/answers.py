"""Answer one list as a page, as CSV or as JSON, from the parameters of its address."""

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response, StreamingResponse

from monitor.model import Message
from monitor.web import list_texts as texts
from monitor.web.pages.frame import Pages, Reader
from monitor.web.pages.lists.addresses import Addresses
from monitor.web.pages.lists.choices import choices
from monitor.web.pages.lists.exports import TYPES, csv_pieces, json_pieces
from monitor.web.pages.lists.kind import ListKind, R, RowSource
from monitor.web.problems import problem
from monitor.web.queries.lists.listing import is_far, ordered, page_of, select
from monitor.web.queries.lists.selection import names, read_selection
from monitor.web.services.view import WebView

Parameters = list[tuple[str, str]]
_LENGTHS = (7, 30, 90, 365)
_WORTH_SAYING = timedelta(seconds=1)


def add_list(app: FastAPI, view: WebView, pages: Pages, kind: ListKind[R]) -> None:
    """Answer ``GET`` of a list; see ``docs/web.md`` for the parameters."""

    @app.api_route(kind.path, methods=["GET", "HEAD"], response_model=None)
    async def listed(request: Request) -> Response:
        parameters = request.query_params.multi_items()
        source = await kind.source(view, parameters)
        form = request.query_params.get("format", "")
        if not form:
            return await pages.answer(
                request, kind.template, lambda reader: list_values(kind, source, parameters, reader)
            )
        problems, pieces = await pages.on_thread(
            request, lambda reader: export(kind, source, parameters, reader)
        )
        if problems:
            return problem(400, problems)
        name = kind.path.strip("/")
        headers = {"content-type": TYPES[form], "vary": "accept-language, cookie"}
        if form == "csv":
            headers["content-disposition"] = f'attachment; filename="{name}.csv"'
        if request.method == "HEAD":
            return Response(headers=headers)
        return StreamingResponse(_streamed(pages, pieces), headers=headers)


def list_values(
    kind: ListKind[R], source: RowSource[R], parameters: Parameters, reader: Reader
) -> Mapping[str, Any]:
    """Return the values of the page."""
    writer, listing = reader.writer, kind.listing
    reading = read_selection(listing, parameters, writer.now, writer.zone)
    selection, problems = reading.selection, reading.problems
    every = source.make(reader)
    orders = every.orders if is_far(selection) else None
    selected = select(listing, every.rows, selection, orders)
    # Rows that no filter was meant to keep would pass for an answer.
    rows = () if problems else selected.rows
    page = page_of(listing, rows, selection, in_order=orders is not None)
    return {
        "title": kind.title,
        "kind": kind,
        "listing": listing,
        "problems": problems,
        "selection": selection,
        "given": dict(parameters),
        "page": page,
        "facets": choices(kind, selected.counts, selection, writer),
        "addresses": Addresses(kind.path, parameters, names(listing)),
        "words": texts,
        "lengths": _LENGTHS,
        "default_sort": next(iter(listing.sorts)),
        "as_of": every.at if writer.now - every.at >= _WORTH_SAYING else None,
        **source.shown(page.rows, replace(reader, snapshot=every.snapshot)),
    }


def export(
    kind: ListKind[R], source: RowSource[R], parameters: Parameters, reader: Reader
) -> tuple[list[str], Iterator[bytes]]:
    """Return what is wrong with the parameters, in words, or all rows in pieces."""
    reading = read_selection(kind.listing, parameters, reader.writer.now, reader.writer.zone)
    form = dict(parameters)["format"]
    problems: list[Message] = list(reading.problems)
    if form not in TYPES:
        problems.append(texts.unknown_value(name="format", value=form, known=tuple(TYPES)))
    if problems:
        return [reader.writer.write(one) for one in problems], iter(())
    every = source.make(reader)
    then = replace(reader, snapshot=every.snapshot)
    selected = select(kind.listing, every.rows, reading.selection).rows
    found = (source.fields(row, then) for row in ordered(kind.listing, selected, reading.selection))
    if form == "csv":
        return [], csv_pieces(found, kind.csv)
    return [], json_pieces(found, len(selected))


async def _streamed(pages: Pages, pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while piece := await pages.next(pieces):
        yield piece
