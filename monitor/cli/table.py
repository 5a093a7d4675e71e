"""``check``'s findings as a table for people; plain lines where the output is no terminal."""

import math
import sys
from collections.abc import Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from monitor.cli.report import Element
from monitor.model import Severity
from monitor.model.certificate import DAY

COLOURS = {
    Severity.OK: "green",
    Severity.WARNING: "yellow",
    Severity.CRITICAL: "red",
    Severity.UNKNOWN: "magenta",
}


def print_table(found: Sequence[Element], now: datetime) -> None:
    """Print one row for each element, what is wrong below each other in the last column."""
    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else 160, highlight=False)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("SEVERITY", "DAYS", "ENDS (UTC)", "TARGET", "SUBJECT", "WHAT IS WRONG"):
        table.add_column(heading, justify="right" if heading == "DAYS" else "left", overflow="fold")
    for element in found:
        table.add_row(*_row(element, now))
    console.print(table)


def _row(element: Element, now: datetime) -> tuple[Text, ...]:
    end = element.not_after
    leaf = element.assessment.paths[0].leaf.title if element.assessment.paths else ""
    return (
        Text(element.severity, style=COLOURS[element.severity]),
        Text("-" if end is None else str(math.floor((end - now) / DAY))),
        Text("-" if end is None else f"{end:%Y-%m-%d %H:%M}"),
        Text(element.target),
        Text(leaf),
        Text("\n".join(_wrong(element))),
    )


def _wrong(element: Element) -> list[str]:
    return [f"{f.reason}: {f.detail}" for f in element.failures] + [
        f"{f.check}: {f.sentence}" for f in element.findings
    ]
