"""The board: the only mutable reference to the current snapshot; readers get an immutable value."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from monitor.model import (
    AlertGroup,
    DiscoveryState,
    Finding,
    ProbeRequest,
    RenewalWindow,
    Revocation,
    Snapshot,
    TargetState,
)


class Board:
    """The current snapshot, replaced as a whole on each change."""

    def __init__(self) -> None:
        """Start with an empty snapshot."""
        self.snapshot = Snapshot()

    def state(self, request: ProbeRequest) -> TargetState | None:
        """Return the state of the target of a request.

        ``None`` when the target is not on the board, or has other settings there by now.
        """
        known = self.snapshot.states.get(request.target_id)
        return known if known is not None and _same(known.target.settings, request.settings) else None

    def put(self, states: Iterable[TargetState]) -> None:
        """Replace the states of some targets; targets that are not on the board stay off it.

        A probe may finish after its target was removed or reconfigured: its result must neither restore the
        target nor undo the change.
        """
        known = self.snapshot.states
        fresh = {
            state.target.id: state
            for state in states
            if (old := known.get(state.target.id)) is not None and _same(old.target, state.target)
        }
        if fresh:
            self.snapshot = replace(self.snapshot, states={**known, **fresh})

    def replace(self, states: Iterable[TargetState]) -> None:
        """Replace the states of all targets; others are removed."""
        known = {state.target.id: state for state in states}
        shared = {key: found for key, found in self.snapshot.correlated.items() if key in known}
        self.snapshot = replace(self.snapshot, states=known, correlated=shared)

    def set_correlated(self, findings: Mapping[str, tuple[Finding, ...]]) -> None:
        """Replace the findings from correlating targets."""
        if findings != self.snapshot.correlated:
            self.snapshot = replace(self.snapshot, correlated=findings)

    def set_alerts(self, groups: tuple[AlertGroup, ...]) -> None:
        """Replace the alerts."""
        if groups != self.snapshot.alerts:
            self.snapshot = replace(self.snapshot, alerts=groups)

    def set_discovered(self, states: Mapping[str, DiscoveryState]) -> None:
        """Replace the states of discoveries."""
        self.snapshot = replace(self.snapshot, discoveries=states)

    def set_revocations(self, known: Mapping[str, Revocation]) -> None:
        """Replace the revocation status of certificates."""
        self.snapshot = replace(self.snapshot, revocations=known)

    def set_renewals(self, known: Mapping[str, RenewalWindow]) -> None:
        """Replace the renewal windows of certificates."""
        self.snapshot = replace(self.snapshot, renewals=known)


def _same(one: object, other: object) -> bool:
    # Nearly always it is the same object, which is cheap to compare.
    return one is other or one == other
