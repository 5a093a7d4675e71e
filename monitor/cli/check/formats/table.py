"""The results of ``check`` as a table: a line for each element, with its problems indented below.

On a terminal long sentences are wrapped (``terminal``); elsewhere lines are not wrapped, for grep.
"""

import os
import sys
from collections.abc import Iterator

from monitor.cli.check.formats.rows import INDENT, Table, table_of
from monitor.cli.check.formats.sentences import CheckReport


def as_table(report: CheckReport) -> str:
    """Return the table, with colors if standard output is a terminal; nothing when quiet without problems."""
    table = table_of(report)
    if not table.rows:
        return table.total
    if sys.stdout.isatty() or not os.environ.keys().isdisjoint(("FORCE_COLOR", "TTY_COMPATIBLE")):
        from monitor.cli.check.formats.terminal import drawn  # noqa: PLC0415 - loads a library that draws

        return drawn(table)
    return "\n".join(_lines(table))


def _lines(table: Table) -> Iterator[str]:
    yield table.head
    for row in table.rows:
        yield f"{row.severity:8}{row.columns}{row.certificate}".rstrip()
        yield from ((" " * INDENT + line).rstrip() for line in row.below)
    if table.total:
        yield table.total
