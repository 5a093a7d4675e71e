"""The rows of the table of ``check``, one for each element, as text without colors.

They are named tuples, which load in a third of the time of dataclasses.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from monitor.cli.check.formats.sentences import CheckReport, clean, counts, key_of, problems, whole_days
from monitor.cli.check.report import ReportElement, by_urgency
from monitor.model import Severity

INDENT = 10
"""Columns before the sentences about an element."""

_GAP = 2
_WIDEST = {"target": 44, "subject": 32, "issuer": 32}
"""Longer texts shift what follows in their own line."""

_NAMES_PORT = re.compile(r":[0-9]+(?: \(|$)")
"""At the end of an address, or before a key type as in ``host:443 (RSA)``."""

_HEADS = ("SEVERITY", "DAYS", "EXPIRES", "TLS", "KEY", "TARGET", "SUBJECT", "ISSUER")


class TableRow(NamedTuple):
    """One element: its severity, the columns behind it, and the lines below.

    ``columns`` end with the target, ``certificate`` are subject and issuer in columns of their own, and
    ``in_words`` the same as a line below for a terminal that is not wide enough.
    """

    severity: Severity
    columns: str
    certificate: str
    in_words: str
    below: list[str]


class _Cells(NamedTuple):
    days: str
    expires: str
    tls: str
    key: str
    target: str
    subject: str
    issuer: str


class Table(NamedTuple):
    """A table: its head in both widths, its rows, and the total below, empty for a single element."""

    head: str
    narrow_head: str
    rows: list[TableRow]
    total: str


def table_of(report: CheckReport) -> Table:
    """Return the table, the most urgent element first."""
    found = by_urgency(report.shown)
    cells = [_cells(element, report) for element in found]
    head = _Cells(*_HEADS[1:])
    widths = {name: _width_of(name, [head, *cells]) for name in _Cells._fields}
    rows = [
        TableRow(
            element.severity,
            _columns(one, widths),
            _certificate(one, widths),
            ", issued by ".join(filter(None, (one.subject, one.issuer))),
            list(_below(element, report)),
        )
        for element, one in zip(found, cells, strict=True)
    ]
    narrow = f"{_HEADS[0]:8}{_columns(head, widths)}"
    return Table(f"{narrow}{_certificate(head, widths)}".rstrip(), narrow.rstrip(), rows, _total(report))


def width(text: str) -> int:
    """Return the number of columns that a text takes on a terminal."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # noqa: PLC0415 - loads tables of Unicode

    return cell_len(text)


def _width_of(name: str, cells: Sequence[_Cells]) -> int:
    return min(max(width(getattr(one, name)) for one in cells), _WIDEST.get(name, 1 << 10))


def _padded(text: str, column: int) -> str:
    return text + " " * max(0, column - width(text))


def _columns(cells: _Cells, widths: dict[str, int]) -> str:
    gap = " " * _GAP
    days = " " * (max(widths["days"], 5) - width(cells.days)) + cells.days
    rest = (_padded(getattr(cells, name), widths[name]) for name in ("expires", "tls", "key", "target"))
    return gap + gap.join((days, *rest))


def _certificate(cells: _Cells, widths: dict[str, int]) -> str:
    return f"{' ' * _GAP}{_padded(cells.subject, widths['subject'])}{' ' * _GAP}{cells.issuer}"


def _cells(element: ReportElement, report: CheckReport) -> _Cells:
    expires_at, path = element.expires_at, element.first_path
    version = element.connection.tls_version if element.connection else ""
    return _Cells(
        days=whole_days(expires_at, report.now),
        expires="-" if expires_at is None else f"{expires_at:%Y-%m-%d}",
        tls=version.removeprefix("TLS ") or "-",
        key=key_of(path.leaf) if path else "-",
        target=_target(element),
        subject=clean(_subject(element)),
        issuer=clean(path.leaf.issuer_cn or path.leaf.issuer) if path else "",
    )


def _target(element: ReportElement) -> str:
    """Return the target as typed, a server always with its port and without what follows it in a URL."""
    connection, text = element.connection, clean(element.target)
    if connection is None:
        return text
    scheme, separator, rest = text.partition("://")
    address = re.split("[/?#]", rest if separator else text, maxsplit=1)[0]
    if not _NAMES_PORT.search(address):
        address += f":{connection.port}"
    return f"{scheme}{separator}{address}" if separator else address


def _subject(element: ReportElement) -> str:
    """Return the name of the certificate that expires first, and the number of others."""
    if element.first_path is None:
        return _listed([f"CRL of {one.issuer}" for one in element.lists])
    return _listed([element.first_path.leaf.title] * len(element.assessment.paths))


def _listed(names: Sequence[str]) -> str:
    return "".join(names[:1]) if len(names) < 2 else f"{names[0]} (and {len(names) - 1} more)"


def _below(element: ReportElement, report: CheckReport) -> Iterator[str]:
    yield from problems(element, report.writer)
    if report.with_chain:
        from monitor.cli.check.formats.chain_lines import chain_lines  # noqa: PLC0415 - seldom asked for

        yield from chain_lines(element, report.now)


def _total(report: CheckReport) -> str:
    """Return the line that counts, for several elements."""
    if report.quiet or len(report.found) == 1:
        return ""
    return f"{len(report.found)} targets: {counts(report.found)}" if report.found else "0 targets"
