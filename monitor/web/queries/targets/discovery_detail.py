"""Everything known of one discovery: how its list was fetched, the targets that it gave, and its alerts."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.model import AlertGroup, DiscoveryState, Scope, Snapshot, TargetState
from monitor.web.queries.overview import NEW_WITHIN


@dataclass(frozen=True, slots=True)
class DiscoveryDetail:
    """One discovery with its targets, in their order.

    ``kinds`` and ``components`` count its targets, the most frequent first. ``new`` are those that were
    first probed within a week, the last one first; ``alerts`` are about the discovery itself.
    """

    discovery: DiscoveryState
    targets: Sequence[TargetState]
    kinds: Sequence[tuple[str, int]] = ()
    components: Sequence[tuple[str, int]] = ()
    new: Sequence[TargetState] = ()
    alerts: Sequence[AlertGroup] = ()


def discovery_detail(snapshot: Snapshot, discovery_id: str, now: datetime) -> DiscoveryDetail | None:
    """Return all about a discovery, ``None`` where it does not exist or may not be seen."""
    found = snapshot.discoveries.get(discovery_id)
    if found is None:
        return None
    targets = [state for state in snapshot if state.target.origin == discovery_id]
    return DiscoveryDetail(
        found,
        targets,
        _counted(targets, lambda state: state.target.kind),
        _counted(targets, lambda state: state.target.label("component")),
        _new(targets, now),
        [one for one in snapshot.alerts if _about(one, discovery_id)],
    )


def _counted(targets: Iterable[TargetState], of: Callable[[TargetState], str]) -> list[tuple[str, int]]:
    counted = Counter(value for state in targets if (value := of(state)))
    return sorted(counted.items(), key=lambda one: (-one[1], one[0].casefold()))


def _new(targets: Iterable[TargetState], now: datetime) -> list[TargetState]:
    dated = [(at, state) for state in targets if (at := state.watched_since) and now - at <= NEW_WITHIN]
    return [state for _, state in sorted(dated, key=lambda one: one[0], reverse=True)]


def _about(group: AlertGroup, discovery_id: str) -> bool:
    return any(key.scope is Scope.DISCOVERY and key.scope_id == discovery_id for key in group.alerts)
