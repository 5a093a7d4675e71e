"""Rows of many targets, made again only for targets of which something changed; it makes no row itself."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Generic, TypeVar

from monitor.gc_tuning import making_what_stays
from monitor.model import Matcher, Snapshot
from monitor.web.queries.cache.row_orders import RowOrders
from monitor.web.queries.cache.target_parts import RowInput, TargetParts

__all__ = ["MAX_AGE", "Recipe", "RowIndex", "RowIndexes", "RowInput", "Rows"]

Part = TypeVar("Part")
Row = TypeVar("Row")
MAX_AGE = timedelta(seconds=10)
_MANY = 5000
"""From so many targets on rows may be as old as that."""
_MOST_KEPT = 8


@dataclass(frozen=True, slots=True)
class Rows(Generic[Row]):
    """The rows of a snapshot at an instant; ``orders`` are kept where there may be many of them."""

    rows: Sequence[Row]
    at: datetime
    snapshot: Snapshot
    orders: RowOrders[Row] | None = None


@dataclass(frozen=True, slots=True)
class Recipe(Generic[Part, Row]):
    """How rows are made: the parts of a target with the key of their row, and a row of all its parts."""

    parts: Callable[[RowInput], Iterable[tuple[Hashable, Part]]]
    fold: Callable[[Sequence[Part]], Row]


class RowIndex(Generic[Part, Row]):
    """The rows of one scope."""

    def __init__(self, recipe: Recipe[Part, Row], max_age: timedelta = MAX_AGE) -> None:
        """Start with nothing known; so old may be the rows of many targets."""
        self._max_age = max_age
        self._fold = recipe.fold
        self._parts = TargetParts(recipe.parts)
        self._folded: dict[Hashable, Row] = {}
        self._rows: Rows[Row] | None = None

    def rows(self, snapshot: Snapshot, now: datetime) -> Rows[Row]:
        """Return the rows of a snapshot; those of many targets may be some seconds old."""
        kept = self._rows
        if kept is not None and snapshot is self._parts.snapshot:
            return replace(kept, at=now)
        if kept is not None and timedelta(0) <= now - kept.at < self._max_age and len(snapshot) >= _MANY:
            return kept
        first = kept is None and len(snapshot) >= _MANY
        with making_what_stays() if first else nullcontext():
            changed = self._parts.update(snapshot, now)
            if changed or kept is None:
                rows = self._folded_anew(changed)
                self._rows = Rows(rows, now, snapshot, RowOrders(rows, kept.orders if kept else None))
            else:
                self._rows = replace(kept, at=now, snapshot=snapshot)
        return self._rows

    def _folded_anew(self, changed: set[Hashable]) -> Sequence[Row]:
        parts = self._parts.grouped(changed)
        for key in changed - parts.keys():
            self._folded.pop(key, None)
        for key, some in parts.items():
            self._folded[key] = self._fold(some)
        return list(self._folded.values())


class RowIndexes(Generic[Part, Row]):
    """The index of each scope; safe to use from several threads."""

    def __init__(self, recipe: Recipe[Part, Row], max_age: timedelta = MAX_AGE) -> None:
        """Start with none; so old may be the rows of many targets."""
        self._recipe = recipe
        self._max_age = max_age
        self._lock = Lock()
        self._kept: dict[tuple[Matcher, ...], _Locked[Part, Row]] = {}

    def of(self, snapshot: Snapshot, scope: tuple[Matcher, ...], now: datetime) -> Rows[Row]:
        """Return the rows of a snapshot that is narrowed to a scope."""
        with self._lock:
            locked = self._kept.pop(scope, None) or _Locked(RowIndex(self._recipe, self._max_age))
            self._kept[scope] = locked
            while len(self._kept) > _MOST_KEPT:
                del self._kept[next(iter(self._kept))]
        with locked.lock:  # who comes second waits for the first one's rows, instead of making others
            return locked.index.rows(snapshot, now)


@dataclass(frozen=True, slots=True)
class _Locked(Generic[Part, Row]):
    index: RowIndex[Part, Row]
    lock: Any = field(default_factory=Lock)
