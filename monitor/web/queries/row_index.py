"""Rows of many targets, made again only for targets of which something changed; it makes no row itself.

Most probes see what was seen before, and 100,000 targets take a second to become rows. What is found in each
target is kept beside its state, and the rows are put together anew only when some of it differs.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Generic, TypeVar, cast

from monitor.alerts.summarize import targets_in_need
from monitor.gc_tuning import making_what_stays
from monitor.model import Finding, Matcher, Snapshot, TargetState

Part = TypeVar("Part")
Row = TypeVar("Row")
MAX_AGE = timedelta(seconds=10)
_MANY = 5000
"""From so many targets on rows may be as old as that."""
_MOST_KEPT = 8


@dataclass(frozen=True, slots=True)
class RowInput:
    """One target with everything from which its parts of rows are made."""

    state: TargetState
    findings: Sequence[Finding]
    needs: bool
    now: datetime


@dataclass(frozen=True, slots=True)
class Rows(Generic[Row]):
    """The rows of a snapshot at an instant."""

    rows: Sequence[Row]
    at: datetime
    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class Recipe(Generic[Part, Row]):
    """How rows are made: the parts of a target with the key of their row, and a row of all its parts.

    Without ``fold`` each part is a row.
    """

    parts: Callable[[RowInput], Iterable[tuple[Hashable, Part]]]
    fold: Callable[[Sequence[Part]], Row] | None = None


class RowIndex(Generic[Part, Row]):
    """The rows of one scope."""

    def __init__(self, recipe: Recipe[Part, Row]) -> None:
        """Start with nothing known."""
        self._recipe = recipe
        self._snapshot = Snapshot()
        self._needing: frozenset[str] = frozenset()
        self._parts: dict[str, tuple[tuple[Hashable, Part], ...]] = {}
        self._folded: dict[Hashable, tuple[Sequence[Part], Row]] = {}
        self._rows: Rows[Row] | None = None

    def rows(self, snapshot: Snapshot, now: datetime) -> Rows[Row]:
        """Return the rows of a snapshot; those of many targets may be some seconds old."""
        kept = self._rows
        if kept is not None and snapshot is self._snapshot:
            return replace(kept, at=now)
        if kept is not None and timedelta(0) <= now - kept.at < MAX_AGE and len(snapshot) >= _MANY:
            return kept
        first = kept is None and len(snapshot) >= _MANY
        with making_what_stays() if first else nullcontext():
            changed = self._update(snapshot, now)
            self._rows = Rows(self._fold() if changed or kept is None else kept.rows, now, snapshot)
        return self._rows

    def _update(self, snapshot: Snapshot, now: datetime) -> bool:
        """Make the parts of what changed; return whether any part differs."""
        needing = targets_in_need(snapshot.alerts)
        touched = needing ^ self._needing | _differing(snapshot.correlated, self._snapshot.correlated)
        gone = self._parts.keys() - snapshot.states.keys()
        for target_id in gone:
            del self._parts[target_id]
        changed, before = bool(gone), self._snapshot.states
        for target_id, state in snapshot.states.items():
            old = before.get(target_id)
            if old is not None and (old is state or _same(old, state)) and target_id not in touched:
                continue
            seen = RowInput(state, snapshot.findings(target_id), target_id in needing, now)
            parts = tuple(self._recipe.parts(seen))
            if self._parts.get(target_id) != parts:
                self._parts[target_id] = parts
                changed = True
        self._snapshot, self._needing = snapshot, needing
        return changed

    def _fold(self) -> Sequence[Row]:
        fold = self._recipe.fold
        if fold is None:
            return [cast("Row", part) for parts in self._parts.values() for _, part in parts]
        grouped: dict[Hashable, list[Part]] = {}
        for parts in self._parts.values():
            for key, part in parts:
                grouped.setdefault(key, []).append(part)
        before, self._folded = self._folded, {}
        for key, some in grouped.items():
            known = before.get(key)
            same = known is not None and known[0] == some
            self._folded[key] = known if known is not None and same else (some, fold(some))
        return [row for _, row in self._folded.values()]


class RowIndexes(Generic[Part, Row]):
    """The index of each scope; safe to use from several threads."""

    def __init__(self, recipe: Recipe[Part, Row]) -> None:
        """Start with none."""
        self._recipe = recipe
        self._lock = Lock()
        self._kept: dict[tuple[Matcher, ...], RowIndex[Part, Row]] = {}

    def of(self, snapshot: Snapshot, scope: tuple[Matcher, ...], now: datetime) -> Rows[Row]:
        """Return the rows of a snapshot that is narrowed to a scope."""
        with self._lock:  # who comes second waits for the first one's rows, instead of making others
            index = self._kept.pop(scope, None) or RowIndex(self._recipe)
            self._kept[scope] = index
            while len(self._kept) > _MOST_KEPT:
                del self._kept[next(iter(self._kept))]
            return index.rows(snapshot, now)


def _same(old: TargetState, new: TargetState) -> bool:
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
