"""The chain of an element in words; all text is safe for a terminal."""

from collections.abc import Iterator
from datetime import datetime

from monitor.cli.check.chain import ChainLink, Standing, chain
from monitor.cli.check.formats.sentences import clean, key_of, whole_days
from monitor.cli.check.report import ReportElement

_STANDINGS = {
    Standing.LEAF: "leaf",
    Standing.INTERMEDIATE: "intermediate",
    Standing.TRUSTED_CA: "trusted CA",
    Standing.UNTRUSTED_CA: "CA, not trusted",
    Standing.UNUSED: "not needed",
}


def chain_lines(element: ReportElement, now: datetime) -> Iterator[str]:
    """Iterate over two lines for each certificate of the chain."""
    for link in chain(element):
        yield from _link_lines(link, now, server=element.connection is not None)


def _link_lines(link: ChainLink, now: datetime, *, server: bool) -> Iterator[str]:
    certificate, standing = link.certificate, _STANDINGS[link.standing]
    if link.position is None:
        standing += ", not served" if server else ", not in the file"
    place = "-" if link.position is None else str(link.position)
    yield f"[{place}] {standing}: {clean(certificate.subject or certificate.title)}"
    validity = f"valid {certificate.not_before:%Y-%m-%d} to {certificate.not_after:%Y-%m-%d}"
    days = f"{whole_days(certificate.not_after, now)} days"
    yield f"    issued by {clean(certificate.issuer)}, {validity} ({days}), {key_of(certificate)}"
