"""Many lines as text in columns: labels apart from values, each column one bytes object; knows no metrics.

Memory determines the form, at 100,000 targets: whole lines repeat name and labels in each family, and a bytes
object for each value takes 33 bytes more than its text. Filling a column into its labels costs some 50
nanoseconds a line, and half of that where all lines end alike.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import compress
from typing import TypeVar

from monitor.metrics.text import MetricFamily

T = TypeVar("T")
DAYS_LEFT = b"} %.5f"
NEVER = math.nan
"""The expiry of what has none."""


def packed(values: Sequence[bytes]) -> bytes:
    """Return the ends of some lines as one column, in which equal ones are stored once."""
    if not values or values.count(values[0]) == len(values):
        return values[0] if values else b""
    return b"\n".join(values)


def unpacked(column: bytes, count: int) -> list[bytes]:
    """Return the end of each line; a line feed within one is escaped, so that it only separates."""
    return column.split(b"\n") if b"\n" in column else [column] * count


def lines(family: MetricFamily, labels: bytes, column: bytes) -> bytes:
    """Return the lines of a family; what has no end has no line."""
    if b"\n" not in column:
        return _lines(family, labels, column) if labels and column else b""
    ends = column.split(b"\n")
    if b"" in ends:
        labels, ends = _without(labels, ends, bool), [*filter(None, ends)]
    return _lines(family, _escaped(labels), b"%b") % tuple(ends)


def days(family: MetricFamily, labels: bytes, expiries: Iterable[float], now: float) -> bytes:
    """Return the lines with the days until some expiries in Unix seconds; what never expires has none."""
    left = [(at - now) / 86400 for at in expiries]
    if math.isnan(sum(left)):  # one that is not a number makes the sum none
        labels, left = _without(labels, left, _is_known), [*filter(_is_known, left)]
    return _lines(family, _escaped(labels), DAYS_LEFT) % tuple(left) if left else b""


def _lines(family: MetricFamily, labels: bytes, end: bytes) -> bytes:
    name = family.name.encode()
    return b"".join((name, labels.replace(b"\n", b"".join((end, b"\n", name))), end, b"\n"))


def _escaped(labels: bytes) -> bytes:
    return labels.replace(b"%", b"%%") if b"%" in labels else labels


def _without(labels: bytes, ends: Iterable[T], known: Callable[[T], bool]) -> bytes:
    return b"\n".join(compress(labels.split(b"\n"), map(known, ends)))


def _is_known(days_left: float) -> bool:
    return not math.isnan(days_left)
