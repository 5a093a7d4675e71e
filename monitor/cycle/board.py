"""The one mutable place that holds the current snapshot; readers get an immutable value."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from monitor.model import DiscoveryState, Finding, Snapshot, Target, TargetState


class Board:
    """Hold the current snapshot and replace it as a whole when something is learned."""

    def __init__(self) -> None:
        """Start with nothing known."""
        self.snapshot = Snapshot()

    def state(self, target: Target) -> TargetState:
        """Return what is known about a target, under the target's present definition."""
        known = self.snapshot.states.get(target.id)
        return known if known is not None and known.target is target else _redefined(known, target)

    def put(self, states: Iterable[TargetState]) -> None:
        """Replace the states of some targets; targets that are not on the board stay off it.

        A look may end after its target was removed: its result must not bring the target back.
        """
        known = self.snapshot.states
        fresh = {state.target.id: state for state in states if state.target.id in known}
        if fresh:
            self.snapshot = replace(self.snapshot, states={**known, **fresh})

    def replace(self, states: Iterable[TargetState]) -> None:
        """Hold exactly these targets from now on."""
        known = {state.target.id: state for state in states}
        shared = {key: found for key, found in self.snapshot.correlated.items() if key in known}
        self.snapshot = replace(self.snapshot, states=known, correlated=shared)

    def correlated(self, findings: Mapping[str, tuple[Finding, ...]]) -> None:
        """Replace the findings that needed many targets."""
        if findings != self.snapshot.correlated:
            self.snapshot = replace(self.snapshot, correlated=findings)

    def discovered(self, states: Mapping[str, DiscoveryState]) -> None:
        """Replace what is known of the discoveries."""
        self.snapshot = replace(self.snapshot, discoveries=states)


def _redefined(known: TargetState | None, target: Target) -> TargetState:
    if known is None:
        return TargetState(target)
    # What was found under another policy says nothing about when this one would find something else.
    return replace(known, target=target, assessment=replace(known.assessment, next_change_at=None))
