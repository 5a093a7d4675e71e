"""Everything known of one discovery: how its list was fetched, and the targets that it gave."""

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.model import DiscoveryState, Snapshot, TargetState


@dataclass(frozen=True, slots=True)
class DiscoveryDetail:
    """One discovery with its targets, in their order."""

    discovery: DiscoveryState
    targets: Sequence[TargetState]


def discovery_detail(snapshot: Snapshot, discovery_id: str) -> DiscoveryDetail | None:
    """Return what is known of a discovery, ``None`` for one that there is not or that may not be seen."""
    found = snapshot.discoveries.get(discovery_id)
    if found is None:
        return None
    return DiscoveryDetail(found, [state for state in snapshot if state.target.origin == discovery_id])
