"""The index of certificates from which forecasts, timelines and calendars are made."""

from collections.abc import Hashable, Iterable
from datetime import datetime, timedelta
from threading import Lock

from monitor.model import Matcher, Snapshot
from monitor.planning import CertificateIndex, index_again, index_certificates
from monitor.planning.leaves import Chains, Leaf, LeafUse, leaf_of, leaf_uses
from monitor.web.queries.cache.row_index import Recipe, RowIndexes
from monitor.web.queries.cache.snapshots import MAX_AGE, SnapshotCache
from monitor.web.queries.cache.target_parts import RowInput

__all__ = ["MAX_AGE", "CertificateIndexes"]
_MOST_KEPT = 8


class CertificateIndexes:
    """The last index for each scope; of targets that did not change its leaves are not found anew."""

    def __init__(self) -> None:
        """Start with none."""
        self._leaves: RowIndexes[LeafUse, Leaf] = RowIndexes(Recipe(_Uses(), leaf_of), timedelta(0))
        self._lock = Lock()
        self._last: dict[tuple[Matcher, ...], CertificateIndex] = {}
        self._kept: SnapshotCache[CertificateIndex] = SnapshotCache(self._made)

    def of(self, snapshot: Snapshot, scope: tuple[Matcher, ...], now: datetime) -> CertificateIndex:
        """Return the index of a snapshot that is narrowed to a scope; of few targets it is always new."""
        return self._kept.of(snapshot, scope, now)

    def prepare(self, snapshot: Snapshot, now: datetime) -> None:
        """Make the index of everything with what forecasts need; what follows from its leaves is kept."""
        index = self.of(snapshot, (), now)
        _ = index.renewals, index.ca_renewals

    def _made(self, snapshot: Snapshot, scope: tuple[Matcher, ...], now: datetime) -> CertificateIndex:
        found = self._leaves.of(snapshot, scope, now)
        with self._lock:
            before = self._last.pop(scope, None)
        if before is not None and before.leaves is found.rows:
            index = index_again(before, found.snapshot, found.at)
        else:
            index = index_certificates(found.snapshot, found.at, found.rows)
        with self._lock:
            self._last[scope] = index
            while len(self._last) > _MOST_KEPT:
                del self._last[next(iter(self._last))]
        return index


class _Uses:
    def __init__(self) -> None:
        self._chain_of = Chains()

    def __call__(self, seen: RowInput) -> Iterable[tuple[Hashable, LeafUse]]:
        return leaf_uses(seen.state, self._chain_of)
