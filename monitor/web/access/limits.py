"""How often passwords may be tried: by each peer and for each user, with a pause instead of a lock.

A pair of peer and user that logged in before has an allowance of its own: what others try for that user, or
that peer for other users, does not keep it out.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from monitor.addresses import read_ip

_MOST = 10_000
_KNOWN_FOR = 12 * 3600.0
"""Seconds for which a pair counts as known after it logged in."""

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Allowance:
    """Failures at once, and the seconds after which one more is allowed."""

    burst: int
    every: float


PEER = Allowance(10, 6.0)
USER = Allowance(20, 3.0)


class FailureLimits:
    """Counts attempts; one that was right is given back."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Take a monotonic clock."""
        self._clock = clock
        self._counts: OrderedDict[Key, tuple[float, float]] = OrderedDict()
        self._known: OrderedDict[Key, float] = OrderedDict()

    def wait(self, peer: str, user: str) -> float:
        """Return the seconds until the next attempt is allowed, 0 for now."""
        return max(
            max(0.0, (self._count(key, one) + 1 - one.burst) * one.every)
            for key, one in self._keys(peer, user)
        )

    def begin(self, peer: str, user: str) -> None:
        """Count an attempt, before its result is known: several at once must not count as one."""
        self._add(peer, user, 1)

    def succeeded(self, peer: str, user: str) -> None:
        """Do not count an attempt that was right, and remember this pair from now on."""
        self._add(peer, user, -1)
        self._known[_net(peer), user] = self._clock()
        _bound(self._known, (_net(peer), user))

    def is_known(self, peer: str, user: str) -> bool:
        """Return whether this user logged in from this peer lately."""
        at = self._known.get((_net(peer), user))
        return at is not None and self._clock() - at < _KNOWN_FOR

    def _keys(self, peer: str, user: str) -> list[tuple[Key, Allowance]]:
        net = _net(peer)
        if self.is_known(peer, user):
            return [((net, user), PEER)]
        return [((net, ""), PEER), (("", user), USER)]

    def _add(self, peer: str, user: str, change: int) -> None:
        for key, one in self._keys(peer, user):
            self._counts[key] = (max(0.0, self._count(key, one) + change), self._clock())
            _bound(self._counts, key)

    def _count(self, key: Key, one: Allowance) -> float:
        count, at = self._counts.get(key, (0.0, 0.0))
        return max(0.0, count - (self._clock() - at) / one.every)


def _bound(entries: "OrderedDict[Key, float] | OrderedDict[Key, tuple[float, float]]", last: Key) -> None:
    """Keep the entries that were set last."""
    entries.move_to_end(last)
    while len(entries) > _MOST:
        entries.popitem(last=False)


def _net(peer: str) -> str:
    """Return what one person has: an IPv4 address, or the /64 of an IPv6 address (RFC 6177)."""
    address = read_ip(peer)
    if address is None:
        return peer
    return str(address) if address.version == 4 else address.exploded[:19]
