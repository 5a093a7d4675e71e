"""What is made of a whole snapshot, kept for some seconds where there are many targets."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar

from monitor.model import Matcher, Snapshot

T = TypeVar("T")
MAX_AGE = timedelta(seconds=10)
"""So old it may be: making it takes tenths of a second at 100,000 targets."""
_MANY = 5000
_MOST_KEPT = 8


class SnapshotCache(Generic[T]):
    """What was made last for each scope; safe to use from several threads."""

    def __init__(self, make: Callable[[Snapshot, tuple[Matcher, ...], datetime], T]) -> None:
        """Take the function that makes the value from a snapshot, narrowed to a scope, at an instant."""
        self._make = make
        self._lock = Lock()
        self._kept: dict[tuple[Matcher, ...], tuple[datetime, T]] = {}

    def of(self, snapshot: Snapshot, scope: tuple[Matcher, ...], now: datetime) -> T:
        """Return it for a snapshot that is narrowed to a scope; of few targets it is always new."""
        if len(snapshot) < _MANY:
            return self._make(snapshot, scope, now)
        with self._lock:  # who comes second waits for the first one's, instead of making another
            at, made = self._kept.get(scope, (None, None))
            if at is None or made is None or not timedelta(0) <= now - at < MAX_AGE:
                made = self._make(snapshot, scope, now)
                self._keep(scope, now, made)
            return made

    def _keep(self, scope: tuple[Matcher, ...], now: datetime, made: T) -> None:
        self._kept.pop(scope, None)
        self._kept[scope] = now, made
        while len(self._kept) > _MOST_KEPT:
            del self._kept[next(iter(self._kept))]
