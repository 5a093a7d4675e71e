"""Lists of values in pieces that fit one statement."""

from collections.abc import Iterable, Iterator
from itertools import islice

# SQLite takes 32,766 values in a statement since 3.32 and 999 before; a query of this many ids is also short
# enough not to hold up a writer.
SIZE = 500


def chunks(values: Iterable[str], size: int = SIZE) -> Iterator[list[str]]:
    """Yield the values in lists of at most ``size``."""
    rest = iter(values)
    while some := list(islice(rest, size)):
        yield some
