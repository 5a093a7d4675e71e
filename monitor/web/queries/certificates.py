"""The table of certificates: its rows, and how many targets are in each state."""

from collections import Counter
from dataclasses import dataclass
from itertools import islice

from monitor.model import Severity, Snapshot, worst
from monitor.web.queries.row_sources import matching
from monitor.web.queries.rows import Row, row


@dataclass(frozen=True, slots=True)
class TargetCounts:
    """How many targets have a critical or a warning finding as their worst, and how their last probe went."""

    critical: int
    warning: int
    unreachable: int
    idle_standby: int
    not_probed: int


@dataclass(frozen=True, slots=True)
class CertificateTable:
    """Rows, earliest expiry first, and how many ``more`` were left out; the counts are of all targets."""

    rows: tuple[Row, ...]
    more: int
    counts: TargetCounts
    targets: int


def certificate_table(snapshot: Snapshot, *, words: str = "", most: int | None = None) -> CertificateTable:
    """Return the rows that contain every one of these words, at most so many (``None``: all of them)."""
    sources = matching(snapshot, words)
    rows = [row(source, snapshot.findings(source.state.target.id)) for source in islice(sources, most)]
    return CertificateTable(tuple(rows), sum(1 for _ in sources), _counts(snapshot), len(snapshot))


def _counts(snapshot: Snapshot) -> TargetCounts:
    worsts = Counter(worst(f.severity for f in snapshot.findings(state.target.id)) for state in snapshot)
    probes = Counter("standby" if state.idle_standby else state.up for state in snapshot)
    return TargetCounts(
        critical=worsts[Severity.CRITICAL],
        warning=worsts[Severity.WARNING],
        unreachable=probes[False],
        idle_standby=probes["standby"],
        not_probed=probes[None],
    )
