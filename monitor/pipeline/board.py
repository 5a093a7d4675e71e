"""The one mutable place that holds the current snapshot; readers get an immutable value."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from monitor.model import (
    DiscoveryState,
    Finding,
    RenewalWindow,
    Revocation,
    Snapshot,
    Target,
    TargetState,
)


class Board:
    """Hold the current snapshot and replace it as a whole when something is learned."""

    def __init__(self) -> None:
        """Start with nothing known."""
        self.snapshot = Snapshot()

    def state(self, target: Target) -> TargetState:
        """Return what is known about a target, under the definition that the board has of it by now.

        It is nothing when the target is not on the board or means something else there: ``put`` then takes
        nothing either.
        """
        known = self.snapshot.states.get(target.id)
        if known is None or (known.target is not target and known.target.settings != target.settings):
            return TargetState(target)
        return known

    def put(self, states: Iterable[TargetState]) -> None:
        """Replace the states of some targets; targets that are not on the board stay off it.

        A probe may end after its target was removed or defined anew: its result must neither bring the target
        back nor undo the change.
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
        """Hold exactly these targets from now on."""
        known = {state.target.id: state for state in states}
        shared = {key: found for key, found in self.snapshot.correlated.items() if key in known}
        self.snapshot = replace(self.snapshot, states=known, correlated=shared)

    def set_correlated(self, findings: Mapping[str, tuple[Finding, ...]]) -> None:
        """Replace the findings that needed many targets."""
        if findings != self.snapshot.correlated:
            self.snapshot = replace(self.snapshot, correlated=findings)

    def set_discovered(self, states: Mapping[str, DiscoveryState]) -> None:
        """Replace what is known of the discoveries."""
        self.snapshot = replace(self.snapshot, discoveries=states)

    def set_revocations(self, known: Mapping[str, Revocation]) -> None:
        """Replace what issuers said of the standing of certificates."""
        self.snapshot = replace(self.snapshot, revocations=known)

    def set_renewals(self, known: Mapping[str, RenewalWindow]) -> None:
        """Replace when ACME CAs suggest to renew certificates."""
        self.snapshot = replace(self.snapshot, renewals=known)


def _same(one: Target, other: Target) -> bool:
    return one is other or one == other
