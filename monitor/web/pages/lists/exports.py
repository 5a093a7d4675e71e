"""All rows of a list as CSV or JSON, in pieces that are made one at a time."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from monitor.web.pages.lists.safe_cells import cell

TYPES = {"csv": "text/csv; charset=utf-8; header=present", "json": "application/json"}
_AT_ONCE = 50
_MARK = b"\xef\xbb\xbf"
"""Excel reads a CSV file without this mark in the code page of its machine."""

Fields = Iterable[Mapping[str, Any]]


def json_pieces(rows: Fields, total: int) -> Iterator[bytes]:
    """Yield an object with every row; ``next`` is null, because nothing follows."""
    rows = iter(rows)
    before = '{"items": ['
    while some := list(islice(rows, _AT_ONCE)):
        yield (before + ",\n".join(json.dumps(one) for one in some)).encode()
        before = ",\n"
    start = before if before != ",\n" else ""
    yield f'{start}], "total": {total}, "next": null}}\n'.encode()


def csv_pieces(rows: Fields, names: Sequence[str]) -> Iterator[bytes]:
    """Yield a table (RFC 4180) in UTF-8 with a byte order mark, the names of the fields first."""
    rows = iter(rows)
    yield _MARK + _lines([names])
    while some := list(islice(rows, _AT_ONCE)):
        yield _lines([cell(row[name]) for name in names] for row in some)


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    # File names may hold lone surrogates, which no encoding has.
    return out.getvalue().encode("utf-8", "backslashreplace")
