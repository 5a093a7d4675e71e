"""Lists: the rows that a selection keeps, in order, and how many rows each further choice would keep; pure.

Rows are counted and sorted in slices: the event loop waits for the interpreter as well, and one big sort
would hold it for a tenth of a second.
"""

import heapq
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice
from operator import attrgetter
from typing import Any, Generic, TypeVar

from monitor.web.queries.cache.row_orders import RowOrders
from monitor.web.queries.lists.searching import finder

R = TypeVar("R")
ALL = "all"
"""The choice of everything, for a facet that has a default."""
_AT_ONCE = 5000
FEW = 500
"""So many of the first rows are picked without sorting the others."""


@dataclass(frozen=True, slots=True)
class Facet(Generic[R]):
    """Something to filter by; ``of`` returns the values that a row has.

    ``known`` are all values that there can be, in their order; empty where the rows say. ``default`` is
    chosen where a selection does not choose.
    """

    name: str
    of: Callable[[R], Collection[str]]
    known: tuple[str, ...] = ()
    default: str = ""


OF_TARGETS: tuple[Facet[Any], ...] = (
    Facet("site", attrgetter("sites")),
    Facet("component", attrgetter("components")),
    Facet("owner", attrgetter("owners")),
    Facet("kind", attrgetter("kinds")),
    Facet("issuer", attrgetter("issuers")),
)
"""What rows that are about targets are filtered by, beside their own state."""


@dataclass(frozen=True, slots=True)
class Listing(Generic[R]):
    """What the rows of one list can be filtered and sorted by.

    ``text`` returns what words are searched in, casefolded. ``sorts`` maps names to keys, ``None`` sorts
    last; the first one is the order without a choice. ``expires_at`` is ``None`` where rows have no expiry.
    """

    facets: tuple[Facet[R], ...]
    sorts: Mapping[str, Callable[[R], Any]]
    text: Callable[[R], str]
    expires_at: Callable[[R], datetime | None] | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows, in which order, and which of its pages; ``expires_to`` is the first instant after."""

    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    words: str = ""
    expires_from: datetime | None = None
    expires_to: datetime | None = None
    sort: str = ""
    descending: bool = False
    page: int = 1
    per_page: int = 50


@dataclass(frozen=True, slots=True)
class Selected(Generic[R]):
    """The rows that a selection keeps, not sorted; ``counts`` has the rows of each choice of each facet."""

    rows: Sequence[R]
    counts: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class ListPage(Generic[R]):
    """One page: its rows, its number, and of how many pages and rows it is one."""

    rows: tuple[R, ...]
    page: int
    pages: int
    total: int


def select(
    listing: Listing[R], rows: Sequence[R], selection: Selection, orders: RowOrders[R] | None = None
) -> Selected[R]:
    """Return the rows that are kept; each facet counts what the other choices keep.

    Where rows come with ``orders`` those that are kept are in order.
    """
    if orders is not None:
        rows = orders.of(*_sort(listing, selection)).rows(descending=selection.descending)
    base = _within(listing, _containing(listing, rows, selection.words), selection)
    tests = [(one, wanted) for one in listing.facets if (wanted := _wanted(one, selection))]
    kept, nearly = _kept(base, tests)
    return Selected(
        kept, {one.name: _counts(one, (kept, nearly.get(one.name, ()))) for one in listing.facets}
    )


def is_far(selection: Selection) -> bool:
    """Return whether a page is so far from the beginning that all rows before it have to be in order."""
    return selection.page * selection.per_page > FEW


def page_of(
    listing: Listing[R], rows: Sequence[R], selection: Selection, *, in_order: bool = False
) -> ListPage[R]:
    """Return one page of these rows in order, the last one where there are fewer."""
    size = selection.per_page
    pages = max(-(-len(rows) // size), 1)
    page = min(selection.page, pages)
    first = (page - 1) * size
    found = rows if in_order else ordered(listing, rows, selection, first + size)
    shown = islice(found, first, first + size)
    return ListPage(tuple(shown), page, pages, len(rows))


def ordered(
    listing: Listing[R], rows: Sequence[R], selection: Selection, stop: int | None = None
) -> Iterator[R]:
    """Yield the rows in order, with ``stop`` only so many; rows without a value come last."""
    _, key = _sort(listing, selection)
    dated = [row for row in rows if key(row) is not None]
    rest = (row for row in rows if key(row) is None) if len(dated) < len(rows) else iter(())
    if stop is not None and stop <= FEW:
        pick = heapq.nlargest if selection.descending else heapq.nsmallest
        return chain(pick(stop, dated, key=key), rest)
    parts = [sorted(part, key=key, reverse=selection.descending) for part in _slices(dated)]
    return chain(heapq.merge(*parts, key=key, reverse=selection.descending), rest)


def _sort(listing: Listing[R], selection: Selection) -> tuple[str, Callable[[R], Any]]:
    name = selection.sort or next(iter(listing.sorts))
    return name, listing.sorts[name]


def _containing(listing: Listing[R], rows: Sequence[R], words: str) -> Sequence[R]:
    found = finder(words)
    return rows if found is None else [row for row in rows if found(listing.text(row))]


def _within(listing: Listing[R], rows: Sequence[R], selection: Selection) -> Sequence[R]:
    start, end, expires_at = selection.expires_from, selection.expires_to, listing.expires_at
    if expires_at is None or (start is None and end is None):
        return rows
    dated = ((row, at) for row in rows if (at := expires_at(row)) is not None)
    return [row for row, at in dated if (start is None or at >= start) and (end is None or at < end)]


def _wanted(facet: Facet[R], selection: Selection) -> frozenset[str]:
    """Return the values of a facet that are kept, none for all."""
    chosen = selection.chosen.get(facet.name) or ((facet.default,) if facet.default else ())
    return frozenset() if ALL in chosen and facet.default else frozenset(chosen)


def _kept(
    rows: Sequence[R], tests: Sequence[tuple[Facet[R], frozenset[str]]]
) -> tuple[Sequence[R], Mapping[str, list[R]]]:
    """Return the rows that pass every test, and by facet those that only its own test leaves out."""
    if not tests:
        return rows, {}
    kept: list[R] = []
    nearly: dict[str, list[R]] = {facet.name: [] for facet, _ in tests}
    for row in rows:
        missed = [facet.name for facet, wanted in tests if wanted.isdisjoint(facet.of(row))]
        if not missed:
            kept.append(row)
        elif len(missed) == 1:
            nearly[missed[0]].append(row)
    return kept, nearly


def _counts(facet: Facet[R], rows: Sequence[Sequence[R]]) -> Mapping[str, int]:
    counted: Counter[str] = Counter()
    for part in chain.from_iterable(map(_slices, rows)):
        counted.update(chain.from_iterable(map(facet.of, part)))
    names = facet.known or sorted(counted, key=lambda name: (-counted[name], name.casefold()))
    return {name: counted[name] for name in names}


def _slices(rows: Sequence[R]) -> Iterator[Sequence[R]]:
    return (rows[start : start + _AT_ONCE] for start in range(0, len(rows), _AT_ONCE))
