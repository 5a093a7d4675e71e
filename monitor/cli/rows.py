"""The rows of the table of ``check``, one for each element, as text without colors."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.cli.report import ReportElement
from monitor.messages import Writer, english, failure_line
from monitor.model import Severity
from monitor.model.certificate import DAY
from monitor.parse import display

INDENT = 10
"""Columns before the sentences about an element."""

BEFORE_TARGET = 34
WIDEST_TARGET = 44
_LONGEST = 4096


@dataclass(frozen=True, slots=True)
class TableRow:
    """One element: its severity, the columns behind it, the last column, and the sentences below."""

    severity: Severity
    columns: str
    subject: str
    problems: list[str]


def head(column: int) -> str:
    """Return the first line; ``column`` is the width of the column of targets."""
    return f"{'SEVERITY':8}  {'DAYS':>5}  {'EXPIRES (UTC)':13}  {'TARGET':{column}}  SUBJECT"


def column_of_targets(found: Sequence[ReportElement], most: int) -> int:
    """Return the width of the column of targets; a longer target shifts only its own line."""
    longest = max((width(_clean(one.target)) for one in found), default=0)
    return max(min(longest, most), len("TARGET"))


def width(text: str) -> int:
    """Return the number of columns that a text takes on a terminal."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # noqa: PLC0415 - loads tables of Unicode

    return cell_len(text)


def rows(found: Sequence[ReportElement], now: datetime, column: int) -> Iterator[TableRow]:
    """Iterate over the rows of a table."""
    writer = english(now)
    for element in found:
        columns = _columns(element, now, column)
        yield TableRow(element.severity, columns, _subject(element), _problems(element, writer))


def _columns(element: ReportElement, now: datetime, column: int) -> str:
    expires_at, target = _expires_at(element), _clean(element.target)
    date = "-" if expires_at is None else f"{expires_at:%Y-%m-%d}"
    return f"  {_days(expires_at, now):>5}  {date:13}  {target}" + " " * max(0, column - width(target))


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


def _problems(element: ReportElement, writer: Writer) -> list[str]:
    return [_clean(failure_line(f, writer)) for f in element.failures] + [
        f"{f.check}: {_clean(writer.write(f.message))}" for f in element.findings
    ]


def _clean(text: str) -> str:
    """Return the text without terminal control characters: file names are untrusted too."""
    return display(text, _LONGEST)
