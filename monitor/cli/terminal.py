"""The table of ``check`` drawn on a terminal: in color, with long sentences wrapped."""

import io
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime

from rich.console import Console
from rich.text import Text

from monitor.cli.report import ReportElement
from monitor.cli.rows import (
    BEFORE_TARGET,
    INDENT,
    WIDEST_TARGET,
    TableRow,
    column_of_targets,
    head,
    rows,
    width,
)
from monitor.model import Severity

COLOURS = {
    Severity.OK: "green",
    Severity.WARNING: "yellow",
    Severity.CRITICAL: "red",
    Severity.UNKNOWN: "magenta",
}


def drawn(found: Sequence[ReportElement], now: datetime) -> str:
    """Return the table, with colors if standard output supports them."""
    written = io.StringIO()
    terminal = Console(file=sys.stdout)
    # Written to memory first: only ``say`` handles a closed standard output.
    console = Console(
        file=written, force_terminal=terminal.is_terminal, width=terminal.width, highlight=False
    )
    most = (console.width - BEFORE_TARGET) // 2 if console.is_terminal else WIDEST_TARGET
    column = column_of_targets(found, most)
    console.print(Text(head(column), style="bold"), soft_wrap=True)
    for row in rows(found, now, column):
        for line in _lines(row, console):
            line.rstrip()
            console.print(line, soft_wrap=True)
    return written.getvalue().rstrip("\n")


def _lines(row: TableRow, console: Console) -> Iterator[Text]:
    line = Text(f"{row.severity:8}", style=COLOURS[row.severity]).append(row.columns, style="default")
    fits = not console.is_terminal or width(line.plain) + 2 + width(row.subject) <= console.width
    yield line.append(f"  {row.subject}") if fits else line
    for sentence in row.problems if fits else [row.subject, *row.problems]:
        text = Text(sentence)
        for piece in text.wrap(console, max(20, console.width - INDENT)) if console.is_terminal else [text]:
            yield Text(" " * INDENT) + piece
