"""The table of ``check`` drawn on a terminal: in color, with long sentences wrapped."""

import io
import sys
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from monitor.cli.check.formats.rows import INDENT, Table, TableRow, width
from monitor.model import Severity

COLORS = {
    Severity.OK: "green",
    Severity.WARNING: "yellow",
    Severity.CRITICAL: "red",
    Severity.UNKNOWN: "magenta",
}
_NARROWEST = 20


def drawn(table: Table) -> str:
    """Return the table, with colors if standard output supports them."""
    written = io.StringIO()
    terminal = Console(file=sys.stdout)
    # Written to memory first: only ``say`` handles a closed standard output.
    console = Console(
        file=written, force_terminal=terminal.is_terminal, width=terminal.width, highlight=False
    )
    for line in _lines(table, console):
        line.rstrip()
        console.print(line, soft_wrap=True)
    return written.getvalue().rstrip("\n")


def _lines(table: Table, console: Console) -> Iterator[Text]:
    wide = [_fits(row, console) for row in table.rows]
    yield Text(table.head if any(wide) else table.narrow_head, style="bold")
    for row, fits in zip(table.rows, wide, strict=True):
        yield from _row(row, console, fits=fits)
    if table.total:
        yield Text(table.total, style="bold")


def _fits(row: TableRow, console: Console) -> bool:
    return not console.is_terminal or 8 + width(row.columns) + width(row.certificate) <= console.width


def _row(row: TableRow, console: Console, *, fits: bool) -> Iterator[Text]:
    line = Text(f"{row.severity:8}", style=COLORS[row.severity]).append(row.columns, style="default")
    yield line.append(row.certificate) if fits else line
    for sentence in row.below if fits else filter(None, (row.in_words, *row.below)):
        indent = INDENT + len(sentence) - len(sentence.lstrip())
        text = Text(sentence.lstrip())
        room = max(_NARROWEST, console.width - indent)
        for piece in text.wrap(console, room) if console.is_terminal else [text]:
            yield Text(" " * indent) + piece
