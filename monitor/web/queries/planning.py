"""The index of certificates from which forecasts, timelines and calendars are made."""

from collections.abc import Hashable, Iterable
from datetime import datetime, timedelta

from monitor.model import Matcher, Snapshot
from monitor.planning import CertificateIndex, index_certificates
from monitor.planning.leaves import Chains, Leaf, LeafUse, leaf_of, leaf_uses
from monitor.web.queries.row_index import Recipe, RowIndexes
from monitor.web.queries.snapshot_cache import MAX_AGE, SnapshotCache
from monitor.web.queries.target_parts import RowInput

__all__ = ["MAX_AGE", "CertificateIndexes"]


class CertificateIndexes:
    """The last index for each scope; of targets that did not change its leaves are not found anew."""

    def __init__(self) -> None:
        """Start with none."""
        self._leaves: RowIndexes[LeafUse, Leaf] = RowIndexes(Recipe(_Uses(), leaf_of), timedelta(0))
        self._kept: SnapshotCache[CertificateIndex] = SnapshotCache(self._made)

    def of(self, snapshot: Snapshot, scope: tuple[Matcher, ...], now: datetime) -> CertificateIndex:
        """Return the index of a snapshot that is narrowed to a scope; of few targets it is always new."""
        return self._kept.of(snapshot, scope, now)

    def _made(self, snapshot: Snapshot, scope: tuple[Matcher, ...], now: datetime) -> CertificateIndex:
        found = self._leaves.of(snapshot, scope, now)
        return index_certificates(found.snapshot, found.at, found.rows)


class _Uses:
    def __init__(self) -> None:
        self._chain_of = Chains()

    def __call__(self, seen: RowInput) -> Iterable[tuple[Hashable, LeafUse]]:
        return leaf_uses(seen.state, self._chain_of)
