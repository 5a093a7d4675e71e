"""The rows of a list in the orders that were asked for, so that a page far from its beginning is a slice.

An order is made from the one before: of 100,000 rows few change, and sorting all takes a tenth of a second.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge
from threading import Lock
from typing import Any, Generic, TypeVar

Row = TypeVar("Row")
AT_ONCE = 5000
"""So many rows are sorted at once: one big sort would hold the interpreter, and the event loop with it."""
_MOST_UNUSED = 100
"""So many times an order is handed on without being asked for."""


@dataclass(frozen=True, slots=True)
class RowOrder(Generic[Row]):
    """The rows with a value by that value, and those without."""

    dated: Sequence[Row]
    rest: Sequence[Row]

    def rows(self, *, descending: bool) -> Sequence[Row]:
        """Return all of them; those without a value come last in both directions."""
        return [*(reversed(self.dated) if descending else self.dated), *self.rest]


class RowOrders(Generic[Row]):
    """The orders of rows that never change; safe to use from several threads."""

    def __init__(self, rows: Sequence[Row], before: "RowOrders[Row] | None" = None) -> None:
        """Take the rows, and the orders of those before them."""
        self._rows = rows
        self._lock = Lock()
        self._made: dict[str, RowOrder[Row]] = {}
        self._hints: Mapping[str, tuple[int, RowOrder[Row]]] = before.hints() if before else {}

    def hints(self) -> Mapping[str, tuple[int, RowOrder[Row]]]:
        """Return the orders that the next ones can be made from, and how long each has been unused."""
        with self._lock:
            unused = {name: (count + 1, one) for name, (count, one) in self._hints.items()}
            kept = {name: known for name, known in unused.items() if known[0] <= _MOST_UNUSED}
            return {**kept, **{name: (0, one) for name, one in self._made.items()}}

    def of(self, name: str, key: Callable[[Row], Any]) -> RowOrder[Row]:
        """Return the order by a key; ``name`` is that of the key."""
        with self._lock:
            known = self._made.get(name)
            if known is None:
                _, hint = self._hints.get(name, (0, None))
                known = self._made[name] = ordered_rows(self._rows, key, hint)
            return known


def ordered_rows(
    rows: Sequence[Row], key: Callable[[Row], Any], before: RowOrder[Row] | None = None
) -> RowOrder[Row]:
    """Return rows in order, made from an order in which most of them are already."""
    dated = [row for row in rows if key(row) is not None]
    rest = [row for row in rows if key(row) is None] if len(dated) < len(rows) else []
    if before is None:
        return RowOrder(_sorted(dated, key), rest)
    known = before.dated
    # Rows are compared as objects; those of the order before are all still there, so no number is used twice.
    new, old = set(map(id, dated)), set(map(id, known))
    added = [row for row in dated if id(row) not in old]
    if len(added) * 4 > len(dated):
        return RowOrder(_sorted(dated, key), rest)
    return RowOrder(_inserted([row for row in known if id(row) in new], _sorted(added, key), key), rest)


def _sorted(rows: Sequence[Row], key: Callable[[Row], Any]) -> list[Row]:
    parts = [sorted(rows[start : start + AT_ONCE], key=key) for start in range(0, len(rows), AT_ONCE)]
    return list(merge(*parts, key=key)) if len(parts) > 1 else [one for part in parts for one in part]


def _inserted(rows: list[Row], added: Sequence[Row], key: Callable[[Row], Any]) -> list[Row]:
    """Return rows with others among them, both in order."""
    found: list[Row] = []
    start = 0
    for row in added:
        end = bisect_right(rows, key(row), start, key=key)
        found += rows[start:end]
        found.append(row)
        start = end
    return [*found, *rows[start:]]
