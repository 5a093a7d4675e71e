"""What one list is made of: where its rows come from, what they are filtered by, and how they are shown."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from monitor.model import Message, Snapshot
from monitor.web.pages.ahead import Prepare
from monitor.web.pages.frame import Reader
from monitor.web.queries.cache.row_index import RowIndexes, Rows
from monitor.web.queries.lists.listing import Listing
from monitor.web.services.view import WebView

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table: the name of its style, its title, and what its title sorts by, if anything."""

    name: str
    title: Message
    sort: str = ""


def _nothing_more(_rows: Sequence[Any], _reader: Reader) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class RowSource(Generic[R]):
    """Makes the rows for a reader, on a thread, and what is published of each.

    ``fields`` returns them by their published names; ``shown`` what the template needs beyond the rows of
    one page.
    """

    make: Callable[[Reader], Rows[R]]
    fields: Callable[[R, Reader], Mapping[str, Any]]
    shown: Callable[[Sequence[R], Reader], Mapping[str, Any]] = _nothing_more


@dataclass(frozen=True, slots=True)
class ListKind(Generic[R]):
    """One list: its address, words and columns.

    ``load`` asks the daemon for what is not in the snapshot. ``columns`` and ``labels`` (the words for
    values of a facet, where they have any) are for people; ``csv`` are the published fields in a table.
    ``prepare`` makes rows that are kept; ``load_chosen`` is in the place of ``load`` where what is asked of
    the daemon depends on the parameters.
    """

    path: str
    title: Message
    template: str
    listing: Listing[R]
    columns: tuple[Column, ...]
    empty: Message
    load: Callable[[WebView], Awaitable[RowSource[R]]]
    csv: tuple[str, ...]
    labels: Mapping[str, Mapping[Any, Message]]
    prepare: Prepare | None = None
    load_chosen: Callable[[WebView, Sequence[tuple[str, str]]], Awaitable[RowSource[R]]] | None = None

    async def source(self, view: WebView, parameters: Sequence[tuple[str, str]]) -> RowSource[R]:
        """Return where the rows of a request come from."""
        return await (self.load_chosen(view, parameters) if self.load_chosen else self.load(view))


def preparing(indexes: RowIndexes[Any, R], listing: Listing[R]) -> Prepare:
    """Return a function that makes the rows of everything and puts them into every order."""

    def prepare(snapshot: Snapshot, now: datetime) -> None:
        if (orders := indexes.of(snapshot, (), now).orders) is not None:
            for name, key in listing.sorts.items():
                orders.of(name, key)

    return prepare
