"""Probe a server's certificate of every key type, and remember which types it has.

Every refused handshake is a line in somebody's log: a type that a server does not have is requested once a
day, and the handshakes of one probe run in sequence, so that an unreachable server is contacted once. Must
not connect: the caller passes the function that probes.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Iterator
from dataclasses import dataclass, field, replace

from monitor.model import FailureReason, ProbeResult
from monitor.tls import KeyType

ASK_AGAIN = 86_400.0
"""Seconds until a key type that a server refused is asked for again."""

MOST_SERVERS = 65_536
"""So many servers are remembered; one that was forgotten is asked for every type again."""

# How servers refuse an offer that matches none of their certificates: an alert, or a close (Schannel). Some
# send another certificate all the same, as RFC 8446 section 4.4.2.2 requires.
_REFUSALS = (FailureReason.TLS_ALERT, FailureReason.TLS_PROTOCOL, FailureReason.CLOSED)

Ask = Callable[[KeyType | None, str], Awaitable[ProbeResult]]
"""Probes once, for one key type or the server's choice, and names the location so."""


@dataclass(slots=True)
class _Server:
    """The state of one server: types it has shown, doubted once, and refused until when.

    ``down`` means that it refused every type: then only one handshake is tried.
    """

    shown: set[KeyType] = field(default_factory=set)
    doubted: set[KeyType] = field(default_factory=set)
    asleep: dict[KeyType, float] = field(default_factory=dict)
    down: bool = False

    def wanted(self, now: float) -> list[KeyType]:
        return [one for one in KeyType if self.asleep.get(one, now) <= now]

    def has(self, key_type: KeyType) -> None:
        self.shown.add(key_type)
        self.doubted.discard(key_type)
        self.asleep.pop(key_type, None)

    def refuses(self, key_type: KeyType, now: float, *, surely: bool) -> bool:
        """Record a refusal and return whether it counts: of a type shown before only the second does."""
        if not surely and key_type in self.shown and key_type not in self.doubted:
            self.doubted.add(key_type)
            return False
        self.shown.discard(key_type)
        self.doubted.discard(key_type)
        self.asleep[key_type] = now + ASK_AGAIN
        return True


class KeyTypes:
    """Probes servers for every key type; remembers the recently probed servers."""

    def __init__(self) -> None:
        """Start without known servers."""
        self._servers: OrderedDict[Hashable, _Server] = OrderedDict()

    async def probe(self, key: Hashable, location: str, ask: Ask, now: float) -> list[ProbeResult]:
        """Return the result of each handshake; ``now`` is in seconds of a monotonic clock.

        Locations are ``location (RSA)``, ``location (ECDSA)``, or ``location (any type)`` where a
        server sends a certificate but refuses a request for either type. Failures of the server as a whole,
        such as that it is unreachable, are at ``location``.
        """
        server = self._server(key)
        if server.down:
            seen = await ask(None, location)
            if not seen.sightings:
                return [seen]
            server.down = False
        return await _asked(server, location, ask, now)

    def _server(self, key: Hashable) -> _Server:
        server = self._servers.setdefault(key, _Server())
        self._servers.move_to_end(key)
        if len(self._servers) > MOST_SERVERS:
            self._servers.popitem(last=False)
        return server


async def _asked(server: _Server, location: str, ask: Ask, now: float) -> list[ProbeResult]:
    gave: list[ProbeResult] = []
    fell: list[KeyType] = []
    for key_type in server.wanted(now):
        at = f"{location} ({key_type})"
        seen = await ask(key_type, at)
        if _refused(seen, key_type, at):
            if server.refuses(key_type, now, surely=bool(seen.sightings)):
                fell.append(key_type)
            else:
                gave.append(seen)
        elif seen.sightings or _unreadable(seen, at):
            server.has(key_type)
            gave.append(seen)
        elif gave:
            return [*gave, seen]
        else:
            return [_moved(seen, at, location)]  # the connection failed: no evidence on key types
    return gave or [await _preferred(server, fell, location, ask)]


async def _preferred(server: _Server, fell: list[KeyType], location: str, ask: Ask) -> ProbeResult:
    """Probe the certificate that the server prefers."""
    at = f"{location} (any type)"
    seen = await ask(None, at)
    if seen.sightings or not fell:
        return seen if seen.sightings else _moved(seen, at, location)
    # It refuses every client, which says nothing about key types.
    server.down = True
    for key_type in fell:
        server.asleep.pop(key_type)
    return _moved(seen, at, location)


def _refused(seen: ProbeResult, key_type: KeyType, location: str) -> bool:
    """Return whether a server has no certificate of the requested type."""
    if seen.sightings:
        return (seen.sightings[0].certificate.key_type == "RSA") != (key_type is KeyType.RSA)
    return any(one in _REFUSALS for one in _reasons(seen, location))


def _unreadable(seen: ProbeResult, location: str) -> bool:
    return FailureReason.BAD_CERTIFICATE in _reasons(seen, location)


def _reasons(seen: ProbeResult, location: str) -> Iterator[FailureReason]:
    return (failure.reason for failure in seen.failures if failure.location == location)


def _moved(seen: ProbeResult, location: str, to: str) -> ProbeResult:
    """Return the result with the failures of one location moved to another."""
    failures = (replace(one, location=to) if one.location == location else one for one in seen.failures)
    return replace(seen, failures=tuple(failures))
