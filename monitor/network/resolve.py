"""Resolve host names on a dedicated thread pool; must never use asyncio's default executor.

Six hung lookups in the default executor block everything that shares it. Here a hung lookup blocks one of
many threads, and its callers give up at their own deadline.
"""

import socket
from itertools import chain, zip_longest
from typing import Any, NamedTuple, Protocol

from monitor.threads import ThreadPool


class Address(NamedTuple):
    """One address as sockets take it: family and socket address."""

    family: int
    sockaddr: tuple[Any, ...]

    @property
    def text(self) -> str:
        """Return the IP address as text."""
        return str(self.sockaddr[0])


class NameLookup(Protocol):
    """The interface of host name resolvers."""

    async def addresses(self, host: str, port: int) -> tuple[Address, ...]:
        """Return the addresses of a host in the order to try them; raise ``OSError`` when there are none."""
        ...


class PoolResolver:
    """The system's resolver (so hosts files and split DNS apply), on the threads of somebody else."""

    def __init__(self, pool: ThreadPool) -> None:
        """Use these threads."""
        self.pool = pool

    async def addresses(self, host: str, port: int) -> tuple[Address, ...]:
        """Return the addresses of a host, families alternating; raise ``OSError`` when there are none.

        An IP literal is returned at once: even for these a lookup costs a tenth of a whole probe.
        """
        return literal(host, port) or await self.pool.run(look_up, host, port)


class Resolver(PoolResolver):
    """The system's resolver with a bounded number of threads of its own."""

    def __init__(self, threads: int = 32) -> None:
        """Prepare the pool; threads start with the first lookups."""
        super().__init__(ThreadPool("resolve", threads))

    def close(self) -> None:
        """Release the threads."""
        self.pool.close()


def literal(host: str, port: int) -> tuple[Address, ...]:
    """Return the address of an IP literal, nothing for a name; the host must be valid.

    An address with a zone (``fe80::1%eth0``) counts as a name: only the system can map the zone to a number.
    """
    if ":" in host:
        return () if "%" in host else (Address(socket.AF_INET6, (host, port, 0, 0)),)
    return (Address(socket.AF_INET, (host, port)),) if host.rpartition(".")[2].isdigit() else ()


def alternate(addresses: tuple[Address, ...]) -> tuple[Address, ...]:
    """Return the addresses with alternating families, the first one's family first (RFC 8305 section 4)."""
    if not addresses:
        return ()
    own = [a for a in addresses if a.family == addresses[0].family]
    other = [a for a in addresses if a.family != addresses[0].family]
    return tuple(a for a in chain.from_iterable(zip_longest(own, other)) if a is not None)


def look_up(host: str, port: int) -> tuple[Address, ...]:
    """Return the addresses of a host from the system's resolver, families alternating; blocks.

    Raises ``OSError`` where there are none.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:
        raise OSError("not a name that DNS can hold") from None
    # dict: a hosts file may list one address twice
    return alternate(
        tuple(dict.fromkeys(Address(int(family), sockaddr) for family, _, _, _, sockaddr in found))
    )
