"""The results of ``check`` as a table: a line for each element, with its problems indented below.

On a terminal long sentences are wrapped (``terminal``); elsewhere lines are not wrapped, for grep.
"""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from monitor.cli.report import ReportElement
from monitor.cli.rows import INDENT, WIDEST_TARGET, TableRow, column_of_targets, head, rows


def table(found: Sequence[ReportElement], now: datetime) -> str:
    """Return the table, with colors if standard output is a terminal that supports them."""
    if sys.stdout.isatty() or not os.environ.keys().isdisjoint(("FORCE_COLOR", "TTY_COMPATIBLE")):
        from monitor.cli.terminal import drawn  # noqa: PLC0415 - loads a library that draws

        return drawn(found, now)
    column = column_of_targets(found, WIDEST_TARGET)
    return "\n".join((head(column), *_lines(rows(found, now, column))))


def _lines(listed: Iterable[TableRow]) -> Iterator[str]:
    for row in listed:
        yield f"{row.severity:8}{row.columns}  {row.subject}".rstrip()
        yield from ((" " * INDENT + problem).rstrip() for problem in row.problems)
