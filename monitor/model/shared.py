"""Share equal values: 100,000 targets of a few sites have a few different labels and descriptions."""

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

T = TypeVar("T")


def _same(value: object) -> object:
    return value


_first: Callable[[object], object] = lru_cache(maxsize=4096)(_same)


def shared(value: T) -> T:
    """Return the first equal value that was asked for lately; it must be hashable."""
    found = _first(value)
    return found if isinstance(found, type(value)) else value
