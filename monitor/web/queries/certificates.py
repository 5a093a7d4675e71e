"""The rows of the table of certificates."""

from dataclasses import dataclass
from itertools import islice

from monitor.model import Snapshot
from monitor.web.queries.row_sources import matching
from monitor.web.queries.rows import Row, row


@dataclass(frozen=True, slots=True)
class CertificateTable:
    """Rows, earliest expiry first, and how many ``more`` were left out; ``targets`` counts all targets."""

    rows: tuple[Row, ...]
    more: int
    targets: int


def certificate_table(snapshot: Snapshot, *, words: str = "", most: int | None = None) -> CertificateTable:
    """Return the rows that contain every one of these words, at most so many (``None``: all of them)."""
    sources = matching(snapshot, words)
    rows = [row(source, snapshot.findings(source.state.target.id)) for source in islice(sources, most)]
    return CertificateTable(tuple(rows), sum(1 for _ in sources), len(snapshot))
