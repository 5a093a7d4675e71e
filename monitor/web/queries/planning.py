"""The index of certificates from which forecasts, timelines and calendars are made, kept for some seconds."""

from datetime import datetime, timedelta
from threading import Lock

from monitor.model import Matcher, Snapshot
from monitor.planning import CertificateIndex, index_certificates

MAX_AGE = timedelta(seconds=10)
"""So old an index of many targets may be: making it takes tenths of a second at 100,000 targets."""
_MANY = 5000
_MOST_KEPT = 8


class CertificateIndexes:
    """The last index for each scope; safe to use from several threads."""

    def __init__(self) -> None:
        """Start with none."""
        self._lock = Lock()
        self._kept: dict[tuple[Matcher, ...], CertificateIndex] = {}

    def of(self, snapshot: Snapshot, scope: tuple[Matcher, ...], now: datetime) -> CertificateIndex:
        """Return the index of a snapshot that is narrowed to a scope; of few targets it is always new."""
        if len(snapshot) < _MANY:
            return index_certificates(snapshot, now)
        with self._lock:  # who comes second waits for the first one's, instead of making another
            kept = self._kept.get(scope)
            if kept is None or not timedelta(0) <= now - kept.now < MAX_AGE:
                kept = index_certificates(snapshot, now)
                self._keep(scope, kept)
            return kept

    def _keep(self, scope: tuple[Matcher, ...], made: CertificateIndex) -> None:
        self._kept.pop(scope, None)
        self._kept[scope] = made
        while len(self._kept) > _MOST_KEPT:
            del self._kept[next(iter(self._kept))]
