"""Turn host names into addresses on threads of our own; must never use asyncio's default executor.

Six hung look-ups in the default executor stop everything that shares it. Here a hung one holds one of
many threads, and those who wait for it give up at their own deadline.
"""

import socket
from itertools import chain, zip_longest
from typing import Any, NamedTuple, Protocol

from monitor.threads import ThreadPool


class Address(NamedTuple):
    """One address in the form that sockets take: family and socket address."""

    family: int
    sockaddr: tuple[Any, ...]

    @property
    def text(self) -> str:
        """Return the IP address as people write it."""
        return str(self.sockaddr[0])


class Resolving(Protocol):
    """What looks up host names."""

    async def addresses(self, host: str, port: int) -> tuple[Address, ...]:
        """Return the addresses of a host in the order to try them; raise ``OSError`` when there are none."""
        ...


class Resolver:
    """Ask the system's resolver (so hosts files and split DNS count), with a bound on threads."""

    def __init__(self, threads: int = 32) -> None:
        """Start no thread yet."""
        self.pool = ThreadPool("resolve", threads)

    async def addresses(self, host: str, port: int) -> tuple[Address, ...]:
        """Return the addresses of a host, families alternating; raise ``OSError`` when there are none.

        An IP literal is answered at once: even for these a probe-up costs a tenth of a whole probe.
        """
        return literal(host, port) or await self.pool.run(look_up, host, port)

    def close(self) -> None:
        """Release the threads."""
        self.pool.close()


def literal(host: str, port: int) -> tuple[Address, ...]:
    """Return the address that an IP literal stands for, nothing for a name; the host is known to be valid.

    A zone (``fe80::1%eth0``) needs the system to number it and so counts as a name.
    """
    if ":" in host:
        return () if "%" in host else (Address(socket.AF_INET6, (host, port, 0, 0)),)
    return (Address(socket.AF_INET, (host, port)),) if host.rpartition(".")[2].isdigit() else ()


def alternate(addresses: tuple[Address, ...]) -> tuple[Address, ...]:
    """Return the addresses with families taking turns, the first one's family first (RFC 8305 section 4)."""
    if not addresses:
        return ()
    own = [a for a in addresses if a.family == addresses[0].family]
    other = [a for a in addresses if a.family != addresses[0].family]
    return tuple(a for a in chain.from_iterable(zip_longest(own, other)) if a is not None)


def look_up(host: str, port: int) -> tuple[Address, ...]:
    """Return what the system's resolver knows of a host, families alternating; blocks.

    Raises ``OSError`` where it knows nothing.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:
        raise OSError("not a name that DNS can hold") from None
    # dict: a hosts file may list one address twice
    return alternate(
        tuple(dict.fromkeys(Address(int(family), sockaddr) for family, _, _, _, sockaddr in found))
    )
