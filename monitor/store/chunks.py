"""Split lists of values into chunks that fit one SQL statement."""

from collections.abc import Iterable, Iterator
from itertools import islice

# SQLite takes 32,766 values in a statement since 3.32 and 999 before; a query for this many ids is also short
# enough not to block a writer.
SIZE = 500


def chunks(values: Iterable[str], size: int = SIZE) -> Iterator[list[str]]:
    """Yield the values in lists of at most ``size``."""
    rest = iter(values)
    while some := list(islice(rest, size)):
        yield some
