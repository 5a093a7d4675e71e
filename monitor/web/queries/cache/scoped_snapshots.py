"""The last narrowed snapshot of each scope, from which the next one is made."""

from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from monitor.model import AlertGroup, Matcher, Snapshot, TargetState
from monitor.web.queries.cache.target_parts import shows_the_same
from monitor.web.queries.scope import TargetScope, narrowed, scoped

_MOST_KEPT = 8


@dataclass(slots=True)
class _Kept:
    """A snapshot, and what a scope lets through of it."""

    scope: TargetScope
    whole: Snapshot = field(default_factory=Snapshot)
    part: Snapshot = field(default_factory=Snapshot)
    lock: Any = field(default_factory=Lock)

    def of(self, snapshot: Snapshot) -> Snapshot:
        with self.lock:
            if snapshot is not self.whole:
                states = {key: one for key, one in snapshot.states.items() if self._allows(key, one)}
                self.part = narrowed(snapshot, states, self._alerts(snapshot, states))
                self.whole = snapshot
            return self.part

    def _allows(self, target_id: str, state: TargetState) -> bool:
        """Return whether a target may be seen; of one that did not change this is known."""
        old = self.whole.states.get(target_id)
        if old is not None and old.target is state.target:
            return target_id in self.part.states
        return self.scope.allows(state.target)

    def _alerts(self, snapshot: Snapshot, states: dict[str, TargetState]) -> tuple[AlertGroup, ...] | None:
        """Return the alerts where nothing differs of which they are made."""
        whole, before = self.whole, self.part.states
        if snapshot.alerts is not whole.alerts or snapshot.correlated is not whole.correlated:
            return None
        if states.keys() != before.keys():
            return None
        pairs = ((before[key], one) for key, one in states.items())
        return self.part.alerts if all(old is new or shows_the_same(old, new) for old, new in pairs) else None


class ScopedSnapshots:
    """Narrows snapshots to scopes; safe to use from several threads."""

    def __init__(self) -> None:
        """Start with none."""
        self._lock = Lock()
        self._kept: dict[tuple[Matcher, ...], _Kept] = {}

    def of(self, snapshot: Snapshot, matchers: tuple[Matcher, ...]) -> Snapshot:
        """Return a snapshot as if nothing were watched but what matches; it is the same for the same one."""
        scope = TargetScope(matchers)
        if scope.everything:
            return scoped(snapshot, scope)
        with self._lock:
            kept = self._kept.pop(matchers, None) or _Kept(scope)
            self._kept[matchers] = kept
            while len(self._kept) > _MOST_KEPT:
                del self._kept[next(iter(self._kept))]
        return kept.of(snapshot)
