"""The results of ``check`` as a table: a line for each element, with its problems indented below.

On a terminal long sentences are wrapped; elsewhere lines are not wrapped, for grep.
"""

import io
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from monitor.cli.report import ReportElement
from monitor.messages import Writer, english, failure_line
from monitor.model import Severity
from monitor.model.certificate import DAY
from monitor.parse import display

COLOURS = {
    Severity.OK: "green",
    Severity.WARNING: "yellow",
    Severity.CRITICAL: "red",
    Severity.UNKNOWN: "magenta",
}
INDENT = 10
BEFORE_TARGET = 34
WIDEST_TARGET = 44
LONGEST = 4096


def table(found: Sequence[ReportElement], now: datetime) -> str:
    """Return the table, with colors if standard output is a terminal that supports them."""
    written = io.StringIO()
    terminal = Console(file=sys.stdout)
    # Written to memory first: only ``say`` handles a closed standard output.
    console = Console(
        file=written, force_terminal=terminal.is_terminal, width=terminal.width, highlight=False
    )
    column = _column(found, console)
    head = f"{'SEVERITY':8}  {'DAYS':>5}  {'EXPIRES (UTC)':13}  {'TARGET':{column}}  SUBJECT"
    console.print(Text(head, style="bold"), soft_wrap=True)
    for element in found:
        for line in _lines(element, now, column, console):
            line.rstrip()
            console.print(line, soft_wrap=True)
    return written.getvalue().rstrip("\n")


def _column(found: Sequence[ReportElement], console: Console) -> int:
    """Return the width of the column of targets; a longer target shifts only its own line."""
    most = (console.width - BEFORE_TARGET) // 2 if console.is_terminal else WIDEST_TARGET
    longest = max((cell_len(_clean(one.target)) for one in found), default=0)
    return max(min(longest, most), len("TARGET"))


def _lines(element: ReportElement, now: datetime, column: int, console: Console) -> Iterator[Text]:
    row, subject = _row(element, now, column), _subject(element)
    wrong = _wrong(element, english(now))
    fits = not console.is_terminal or cell_len(row.plain) + 2 + cell_len(subject) <= console.width
    yield row.append(f"  {subject}") if fits else row
    below = wrong if fits else [subject, *wrong]
    for sentence in below:
        text = Text(sentence)
        for piece in text.wrap(console, max(20, console.width - INDENT)) if console.is_terminal else [text]:
            yield Text(" " * INDENT) + piece


def _row(element: ReportElement, now: datetime, column: int) -> Text:
    expires_at, target = _expires_at(element), _clean(element.target)
    date = "-" if expires_at is None else f"{expires_at:%Y-%m-%d}"
    row = Text(f"{element.severity:8}", style=COLOURS[element.severity])
    row.append(f"  {_days(expires_at, now):>5}  {date:13}  {target}", style="default")
    return row.append(" " * max(0, column - cell_len(target)))


def _days(expires_at: datetime | None, now: datetime) -> str:
    """Return whole days left, or whole days since expiry with a minus: -0 expired less than a day ago."""
    if expires_at is None:
        return "-"
    return str((expires_at - now) // DAY) if expires_at > now else f"-{(now - expires_at) // DAY}"


def _expires_at(element: ReportElement) -> datetime | None:
    """Return the earliest expiry of certificates, or of CRLs if there are no certificates."""
    return element.not_after if element.assessment.paths else element.next_update


def _subject(element: ReportElement) -> str:
    """Return the name of the certificate that expires first, and the number of others."""
    paths = element.assessment.paths
    if not paths:
        return _listed([f"CRL of {one.issuer}" for one in element.lists])
    first = min(paths, key=lambda path: path.not_after).leaf.title
    return _listed([first] * len(paths))


def _listed(names: Sequence[str]) -> str:
    return "".join(names[:1]) if len(names) < 2 else f"{names[0]} (and {len(names) - 1} more)"


def _wrong(element: ReportElement, writer: Writer) -> list[str]:
    return [_clean(failure_line(f, writer)) for f in element.failures] + [
        f"{f.check}: {_clean(writer.write(f.message))}" for f in element.findings
    ]


def _clean(text: str) -> str:
    """Return the text without terminal control characters: file names are untrusted too."""
    return display(text, LONGEST)
