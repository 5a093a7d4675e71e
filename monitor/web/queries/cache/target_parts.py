"""What is found in each target, kept beside its state and made again only where something changed.

Most probes see what was seen before, and reading 100,000 targets anew takes a second.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from monitor.alerts.summarize import targets_in_need
from monitor.model import Finding, Snapshot, TargetState

Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class RowInput:
    """One target with everything from which its parts of rows are made."""

    state: TargetState
    findings: Sequence[Finding]
    needs: bool
    now: datetime


class TargetParts(Generic[Part]):
    """The parts of every target of a snapshot, each with the key of what it is a part of."""

    def __init__(self, parts: Callable[[RowInput], Iterable[tuple[Hashable, Part]]]) -> None:
        """Start with nothing known."""
        self._make = parts
        self._needing: frozenset[str] = frozenset()
        self._parts: dict[str, tuple[tuple[Hashable, Part], ...]] = {}
        self.snapshot = Snapshot()

    def update(self, snapshot: Snapshot, now: datetime) -> set[Hashable]:
        """Make the parts of what changed; return the keys of which any part differs."""
        needing = targets_in_need(snapshot.alerts)
        touched = needing ^ self._needing | _differing(snapshot.correlated, self.snapshot.correlated)
        changed: set[Hashable] = set()
        for target_id in self._parts.keys() - snapshot.states.keys():
            changed.update(key for key, _ in self._parts.pop(target_id))
        before = self.snapshot.states
        for target_id, state in snapshot.states.items():
            old = before.get(target_id)
            if old is not None and (old is state or shows_the_same(old, state)) and target_id not in touched:
                continue
            seen = RowInput(state, snapshot.findings(target_id), target_id in needing, now)
            made, known = tuple(self._make(seen)), self._parts.get(target_id)
            if known != made:
                self._parts[target_id] = made
                changed.update(_keys_that_differ(known or (), made))
        self.snapshot, self._needing = snapshot, needing
        return changed

    def grouped(self, keys: set[Hashable]) -> Mapping[Hashable, list[Part]]:
        """Return the parts of some keys, in the order of targets; a key without any is not among them."""
        found: dict[Hashable, list[Part]] = {}
        for parts in self._parts.values():
            for key, part in parts:
                if key in keys:
                    found.setdefault(key, []).append(part)
        return found


def _keys_that_differ(
    old: Sequence[tuple[Hashable, Part]], new: Sequence[tuple[Hashable, Part]]
) -> Iterable[Hashable]:
    if not old or not new:
        return (key for key, _ in (*old, *new))
    before, after = _by_key(old), _by_key(new)
    return (key for key in before.keys() | after.keys() if before.get(key) != after.get(key))


def _by_key(parts: Sequence[tuple[Hashable, Part]]) -> dict[Hashable, list[Part]]:
    found: dict[Hashable, list[Part]] = {}
    for key, part in parts:
        found.setdefault(key, []).append(part)
    return found


def shows_the_same(old: TargetState, new: TargetState) -> bool:
    """Return whether nothing differs that a row may show; a quiet probe gives the same objects again."""
    return (
        old.assessment is new.assessment
        and old.sightings is new.sightings
        and old.target is new.target
        and old.failed_probes == new.failed_probes
        and old.lists == new.lists
        and old.unreachable == new.unreachable
        and old.failures == new.failures
        and (old.probed_at is None) == (new.probed_at is None)
        and old.encrypted == new.encrypted
    )


def _differing(new: Mapping[str, Any], old: Mapping[str, Any]) -> set[str]:
    if new is old:
        return set()
    return {key for key in new.keys() | old.keys() if new.get(key) != old.get(key)}
