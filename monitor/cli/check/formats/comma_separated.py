"""The results of ``check`` as comma-separated values (RFC 4180), safe to open in a spreadsheet.

The columns are published: new ones come last.
"""

import csv
import io
import os
import re
from collections.abc import Iterator
from datetime import datetime

from monitor.cli.check.chain import ChainLink, chain, first_leaf
from monitor.cli.check.formats.sentences import CheckReport, clean, problems
from monitor.cli.check.report import ReportElement
from monitor.model.certificate import DAY

COLUMNS = (
    "target",
    "host",
    "port",
    "protocol",
    "tls_version",
    "severity",
    "days_to_expiry",
    "not_before",
    "not_after",
    "subject",
    "issuer",
    "serial",
    "sha1",
    "sha256",
    "key_type",
    "key_bits",
    "location",
    "position",
    "standing",
    "dns_names",
    "ip_addresses",
    "owner",
    "note",
    "problems",
)

# A spreadsheet calculates what begins with one of these (OWASP, CSV injection); some take a semicolon for
# the separator, whatever is quoted.
_FORMULA = re.compile("(^|;)(\\s*[=+\\-@\uff1d\uff0b\uff0d\uff20])")
_BETWEEN_PROBLEMS = " / "


def as_csv(report: CheckReport) -> str:
    """Return a line for each element below the names of the columns, or for each certificate with chains."""
    written = io.StringIO()
    # On Windows the stream that prints it adds the carriage return.
    table = csv.writer(written, lineterminator="\r\n" if os.linesep == "\n" else "\n")
    table.writerow(COLUMNS)
    for element in report.shown:
        for link in _links(element, report):
            table.writerow([*_row(element, link, report)])
    return written.getvalue().removesuffix("\n")  # printing adds it


def _links(element: ReportElement, report: CheckReport) -> list[ChainLink | None]:
    links: list[ChainLink | None] = [*chain(element)] if report.with_chain else [first_leaf(element)]
    return links or [None]


def _row(element: ReportElement, link: ChainLink | None, report: CheckReport) -> Iterator[str]:
    connection = element.connection
    yield _safe(element.target)
    yield _safe(connection.host) if connection else ""
    yield str(connection.port) if connection else ""
    yield connection.protocol if connection else ""
    yield connection.tls_version if connection else ""
    yield element.severity
    yield "" if element.expires_at is None else f"{(element.expires_at - report.now) / DAY:.1f}"
    yield from _of_list(element) if link is None else _of_certificate(link)
    yield _safe(element.location)
    yield "" if link is None or link.position is None else str(link.position)
    yield "" if link is None else link.standing
    yield _safe(" ".join(link.certificate.dns_names)) if link else ""
    yield " ".join(link.certificate.ip_addresses) if link else ""
    yield _safe(element.owner)
    yield _safe(element.note)
    yield _safe(_BETWEEN_PROBLEMS.join(problems(element, report.writer)))


def _of_certificate(link: ChainLink) -> Iterator[str]:
    one = link.certificate
    yield from (_instant(one.not_before), _instant(one.not_after))
    yield from (_safe(one.subject), _safe(one.issuer))
    yield from (one.serial, one.sha1, one.sha256)
    yield from (_safe(one.key_type), str(one.key_bits or ""))


def _of_list(element: ReportElement) -> Iterator[str]:
    """Iterate over the dates and the issuer of a CRL where there are no certificates."""
    one = element.first_list
    if one is None:
        yield from [""] * 9
        return
    yield from (_instant(one.this_update), _instant(one.next_update))
    yield from ("", _safe(one.issuer), "", "", one.sha256, "", "")


def _safe(text: str) -> str:
    """Return one line of text that a spreadsheet takes for text: an apostrophe goes before a formula."""
    return _FORMULA.sub(r"\1'\2", clean(text))


def _instant(instant: datetime | None) -> str:
    return "" if instant is None else instant.isoformat(timespec="seconds").replace("+00:00", "Z")
