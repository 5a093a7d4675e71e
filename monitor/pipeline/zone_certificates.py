"""Find the bytes of certificates that agents name by hash: in the answer, in a cache, or in the store."""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

from monitor.wire import WireError

MOST_HELD = 32 * 1024 * 1024
"""Bytes of certificates in memory; the others are read from the store."""
MOST_NAMED = 256 * 1024 * 1024
"""Bytes of all certificates that one document may name: as many as a whole cluster may have."""
_AT_ONCE = 500


class DerStore(Protocol):
    """Where the bytes of recorded certificates are."""

    async def ders(self, fingerprints: Iterable[str]) -> dict[str, bytes]:
        """Return those that are recorded, by their SHA-256."""
        ...


class ZoneCertificates:
    """Finds the bytes of certificates, and keeps those that were seen last; both are bounded in bytes."""

    def __init__(self, store: DerStore, most_held: int = MOST_HELD, most_named: int = MOST_NAMED) -> None:
        """Take where recorded certificates are."""
        self._store = store
        self._most_held = most_held
        self._most_named = most_named
        self._held: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0

    async def found(self, named: Collection[str], sent: Mapping[str, bytes]) -> Mapping[str, bytes]:
        """Return the bytes of those named certificates that are here; raise ``WireError`` for too many."""
        here = {**{one: self._held[one] for one in named if one in self._held}, **sent}
        found = {one: here[one] for one in named if one in here}
        rest = [one for one in named if one not in found]
        for first in range(0, len(rest), _AT_ONCE):
            self._check(found)
            found |= await self._store.ders(rest[first : first + _AT_ONCE])
        self._check(found)
        return found

    def keep(self, ders: Mapping[str, bytes]) -> None:
        """Keep certificates for the next document, and forget those that were seen longest ago."""
        for name, der in ders.items():
            if self._held.pop(name, None) is None:
                self._size += len(der)
            self._held[name] = der
        while self._size > self._most_held:
            self._size -= len(self._held.popitem(last=False)[1])

    @property
    def size(self) -> int:
        """Return the bytes of the certificates that are kept."""
        return self._size

    def _check(self, found: Mapping[str, bytes]) -> None:
        if sum(map(len, found.values())) > self._most_named:
            raise WireError(f"the certificates that are named have more than {self._most_named} bytes")
