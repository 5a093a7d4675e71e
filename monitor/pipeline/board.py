"""The one mutable place that holds the current snapshot; readers get an immutable value."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from monitor.model import (
    DiscoveryState,
    Finding,
    ProbeRequest,
    RenewalWindow,
    Revocation,
    Snapshot,
    TargetState,
)


class Board:
    """Hold the current snapshot and replace it as a whole when something is learned."""

    def __init__(self) -> None:
        """Start with nothing known."""
        self.snapshot = Snapshot()

    def state(self, request: ProbeRequest) -> TargetState | None:
        """Return what is known about the target of a request, under its present definition.

        ``None`` when it is not on the board, or has other settings there: then it is no longer what the
        request is about.
        """
        known = self.snapshot.states.get(request.target_id)
        return known if known is not None and _same(known.target.settings, request.settings) else None

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


def _same(one: object, other: object) -> bool:
    # Nearly always it is the same object, which costs nothing to compare.
    return one is other or one == other
