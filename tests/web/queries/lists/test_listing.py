"""Lists: what a selection keeps, what each further choice would keep, order and pages."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.web.queries.cache.row_orders import RowOrders
from monitor.web.queries.lists import listing
from monitor.web.queries.lists.listing import Facet, Listing, Selection, ordered, page_of, select
from support.factories.web.fakes import NOW


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a test."""

    name: str
    sites: tuple[str, ...] = ()
    level: str = "low"
    days: int | None = None

    @property
    def expires_at(self) -> datetime | None:
        """Return the expiry."""
        return None if self.days is None else NOW + timedelta(days=self.days)


LIST: Listing[Row] = Listing(
    facets=(
        Facet("level", lambda row: (row.level,), ("high", "low", "none"), "low"),
        Facet("site", lambda row: row.sites),
    ),
    sorts={"name": lambda row: row.name, "expires": lambda row: row.expires_at},
    text=lambda row: row.name,
    expires_at=lambda row: row.expires_at,
)
ROWS = (
    Row("anna", ("x", "y"), days=3),
    Row("bert", ("x",), "high", days=1),
    Row("carl", ("y",), days=2),
    Row("dora"),
)


def kept(**chosen: str) -> str:
    """Return the first letters of the rows that are kept, in order."""
    selection = Selection({name: (value,) for name, value in chosen.items()})
    return "".join(row.name[0] for row in ordered(LIST, select(LIST, ROWS, selection).rows, selection))


@pytest.mark.parametrize(
    ("chosen", "rows"),
    [
        ({}, "acd"),
        ({"level": "all"}, "abcd"),
        ({"level": "high"}, "b"),
        ({"site": "y"}, "ac"),
        ({"site": "nowhere"}, ""),
        ({"site": "x", "level": "all"}, "ab"),
    ],
)
def test_facets(chosen: dict[str, str], rows: str) -> None:
    """A row is kept when it has one of the chosen values of each facet."""
    assert kept(**chosen) == rows


def test_several_values_of_a_facet() -> None:
    """Any of them is enough."""
    found = select(LIST, ROWS, Selection({"site": ("x", "y"), "level": ("all",)})).rows
    assert [row.name[0] for row in found] == ["a", "b", "c"]


def test_counts_say_what_each_choice_would_keep() -> None:
    """Every facet counts without its own choice, and with those of the others."""
    counts = select(LIST, ROWS, Selection({"site": ("x",)})).counts
    assert counts == {"level": {"high": 1, "low": 1, "none": 0}, "site": {"y": 2, "x": 1}}


def test_expiry_window() -> None:
    """From an instant, before another; what has no expiry is in no window."""
    window = Selection({"level": ("all",)}, expires_from=NOW + timedelta(days=2))
    assert [row.name[0] for row in select(LIST, ROWS, window).rows] == ["a", "c"]
    until = Selection({"level": ("all",)}, expires_to=NOW + timedelta(days=2))
    assert [row.name[0] for row in select(LIST, ROWS, until).rows] == ["b"]


@pytest.mark.parametrize(("descending", "rows"), [(False, "bcad"), (True, "acbd")])
def test_what_has_no_value_comes_last(descending: bool, rows: str) -> None:  # noqa: FBT001 - a parameter
    """In both directions."""
    selection = Selection(sort="expires", descending=descending)
    assert "".join(row.name[0] for row in ordered(LIST, ROWS, selection)) == rows


@pytest.mark.parametrize(("page", "shown"), [(1, "ab"), (2, "cd"), (9, "cd")])
def test_pages(page: int, shown: str) -> None:
    """A page beyond the last one is the last one."""
    found = page_of(LIST, ROWS, Selection(page=page, per_page=2))
    assert ("".join(row.name[0] for row in found.rows), found.pages, found.total) == (shown, 2, 4)


def test_no_rows_are_one_empty_page() -> None:
    """There is always a page."""
    found = page_of(LIST, (), Selection())
    assert (found.rows, found.page, found.pages, found.total) == ((), 1, 1, 0)


@given(st.lists(st.integers(0, 9) | st.none(), max_size=40), st.booleans(), st.integers(1, 45))
def test_the_beginning_is_that_of_the_whole(
    days: list[int | None],
    descending: bool,  # noqa: FBT001 - a parameter
    stop: int,
) -> None:
    """The first rows are the same, whether all are sorted in slices or only those are picked."""
    rows = [Row(str(number), days=one) for number, one in enumerate(days)]
    selection = Selection(sort="expires", descending=descending)
    former, listing._AT_ONCE = listing._AT_ONCE, 7
    try:
        whole = list(ordered(LIST, rows, selection))
    finally:
        listing._AT_ONCE = former
    dated = [row for row in rows if row.days is not None]
    assert whole[: len(dated)] == sorted(dated, key=lambda row: row.days or 0, reverse=descending)
    assert list(ordered(LIST, rows, selection, stop))[:stop] == whole[:stop]


@given(st.lists(st.integers(0, 9) | st.none(), max_size=40), st.booleans(), st.integers(1, 12))
def test_a_page_from_an_order_that_is_kept(
    days: list[int | None],
    descending: bool,  # noqa: FBT001 - a parameter
    page: int,
) -> None:
    """It shows what sorting would."""
    rows = [Row(str(number), ("x",) if number % 3 else ("y",), days=one) for number, one in enumerate(days)]
    selection = Selection({"site": ("x",)}, sort="expires", descending=descending, page=page, per_page=4)
    kept = select(LIST, rows, selection, RowOrders(rows))
    sorted_anew = select(LIST, rows, selection)
    found = page_of(LIST, kept.rows, selection, in_order=True)
    expected = page_of(LIST, sorted_anew.rows, selection)
    assert (kept.counts, found.page, found.pages, found.total) == (
        sorted_anew.counts,
        expected.page,
        expected.pages,
        expected.total,
    )
    assert [row.days for row in found.rows] == [row.days for row in expected.rows]
