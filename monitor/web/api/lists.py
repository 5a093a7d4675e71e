"""The lists of the pages for programs: the same filters and fields, page by page with a cursor."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from fastapi import FastAPI, Request, Response

from monitor.web.api.answers import answer, encoded
from monitor.web.pages.frame import Pages, Reader
from monitor.web.pages.lists.kind import ListKind, R, RowSource
from monitor.web.pages.lists.writing import for_programs
from monitor.web.problems import problem
from monitor.web.queries.lists.listing import ALL, FEW, ordered, select
from monitor.web.queries.lists.selection import read_selection
from monitor.web.services.view import WebView

MOST = 1000
"""Items of one answer, unless a request asks for fewer."""
_NEAR = 200
"""So far from its place an item is looked for."""
_FARTHEST = 10**9
"""No list has so many items."""
_OWN = ("limit", "cursor")
_OF_PAGES = ("page", "per_page", "format")
_INVALID_CURSOR = "cursor must be the next of an earlier answer with the same filters"


def add_api_lists(app: FastAPI, view: WebView, pages: Pages, kinds: Sequence[ListKind[Any]]) -> None:
    """Answer every list."""
    for kind in kinds:
        _add(app, view, pages, kind)


def _add(app: FastAPI, view: WebView, pages: Pages, kind: ListKind[Any]) -> None:
    @app.api_route(f"/api/v1{kind.path}", methods=["GET", "HEAD"], response_model=None)
    async def listed(request: Request) -> Response:
        parameters = request.query_params.multi_items()
        source = await kind.source(view, parameters)

        def made(reader: Reader) -> Response:
            return _answered(request, kind, source, parameters, reader)

        return await pages.on_thread(request, made)


def _answered(
    request: Request,
    kind: ListKind[R],
    source: RowSource[R],
    parameters: list[tuple[str, str]],
    reader: Reader,
) -> Response:
    given = dict(parameters)
    filters = [(name, value) for name, value in parameters if name not in _OWN]
    if wrong := [name for name, _ in filters if name in _OF_PAGES]:
        return problem(400, [f"{wrong[0]} is for pages; the API has limit and cursor"])
    # Programs get everything that they do not filter out.
    defaults = [(one.name, ALL) for one in kind.listing.facets if one.default and one.name not in given]
    writer = for_programs(reader.writer)
    reading = read_selection(kind.listing, [*filters, *defaults], writer.now, writer.zone)
    if reading.problems:
        return problem(400, [writer.write(one) for one in reading.problems])
    limit = _read_limit(given.get("limit", str(MOST)))
    if limit is None:
        return problem(400, [f"limit must be a number from 1 to {MOST}"])
    every = source.make(reader)
    reader = replace(reader, snapshot=every.snapshot)
    cursor = _read_cursor(given.get("cursor", ""))
    if cursor is None:
        return problem(400, [_INVALID_CURSOR])
    stop = cursor[0] + _NEAR + limit
    orders = every.orders if stop > FEW else None
    selected = select(kind.listing, every.rows, reading.selection, orders).rows
    found = selected if orders else ordered(kind.listing, selected, reading.selection, stop)
    inorder = list(islice(found, stop))
    start = _start(*cursor, inorder, source, reader)
    items = [source.fields(row, reader) for row in islice(inorder, start, start + limit)]
    end = start + len(items)
    following = _cursor(end, _identity(items[-1])) if end < len(selected) else None
    content = {"items": items, "total": len(selected), "next": following}
    return answer(request, *encoded(content))


def _read_limit(text: str) -> int | None:
    """Return the requested number of items, ``None`` where it is invalid."""
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(MOST))):
        return None
    return int(text) if 1 <= int(text) <= MOST else None


def _cursor(offset: int, last: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([offset, last]).encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[int, str] | None:
    """Return the position after an item and the item, ``None`` for an invalid cursor."""
    if not cursor:
        return 0, ""
    try:
        offset, last = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError, RecursionError):
        return None
    known = isinstance(offset, int) and isinstance(last, str) and 0 < offset <= _FARTHEST
    return (offset, last) if known else None


def _start(offset: int, last: str, inorder: Sequence[R], source: RowSource[R], reader: Reader) -> int:
    """Return where the items after a cursor begin.

    The item that it names may have moved meanwhile; where it is gone, its old place counts.
    """
    if not last:
        return min(offset, len(inorder))
    middle = min(offset, len(inorder)) - 1
    around = range(max(middle - _NEAR, 0), min(middle + _NEAR, len(inorder)))
    near = sorted(around, key=lambda index: abs(index + 1 - offset))[:_NEAR]
    found = (index + 1 for index in near if _identity(source.fields(inorder[index], reader)) == last)
    return next(found, min(offset, len(inorder)))


def _identity(fields: Mapping[str, Any]) -> str:
    return str(fields.get("id") or fields["sha256"])
