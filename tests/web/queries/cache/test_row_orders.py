"""An order that is made from the one before is that of sorting."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from monitor.web.queries.cache.row_orders import RowOrders


@dataclass(frozen=True)
class Row:
    """A row of a test."""

    value: int | None


def value(row: Row) -> int | None:
    """Return what rows are sorted by."""
    return row.value


VALUES = st.lists(st.integers(0, 20) | st.none(), max_size=40)


@given(VALUES, VALUES, st.sets(st.integers(0, 39)))
def test_an_order_from_another(first: list[int | None], more: list[int | None], gone: set[int]) -> None:
    """Whatever was added and is gone, every row is there once, and those without a value are last."""
    rows = [Row(one) for one in first]
    before = RowOrders(rows)
    before.of("value", value)
    later = [row for number, row in enumerate(rows) if number not in gone] + [Row(one) for one in more]
    found = RowOrders(later, before).of("value", value)
    up, down = found.rows(descending=False), found.rows(descending=True)
    dated = sorted(row.value for row in later if row.value is not None)
    assert [row.value for row in up if row.value is not None] == dated
    assert [row.value for row in down if row.value is not None] == dated[::-1]
    assert sorted(map(id, up)) == sorted(map(id, down)) == sorted(map(id, later))
    assert all(row.value is None for row in (*up[len(dated) :], *down[len(dated) :]))


def test_what_nobody_asks_for_is_dropped() -> None:
    """An order is not handed on forever, as it refers to rows that are gone."""
    orders = RowOrders([Row(1)])
    orders.of("value", value)
    for _ in range(200):
        orders = RowOrders([Row(1)], orders)
    assert not orders.hints()
