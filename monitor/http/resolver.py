"""Resolvers for aiohttp that use our own name lookup, never asyncio's default executor."""

import socket
from collections.abc import Sequence

from aiohttp.abc import AbstractResolver, ResolveResult

from monitor.network.resolve import Address, NameLookup


class AiohttpResolver(AbstractResolver):
    """An aiohttp resolver that looks names up as probes do."""

    def __init__(self, names: NameLookup) -> None:
        """Use a resolver that the caller owns."""
        self._names = names

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return every address of a host, IPv4 and IPv6; raise ``OSError`` when there are none."""
        del family
        return [
            ResolveResult(
                hostname=host,
                host=address.text,
                port=port,
                family=socket.AF_INET6 if ":" in address.text else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for address in await self._names.addresses(host, port)
        ]

    async def close(self) -> None:
        """Do nothing: the caller owns the resolver."""


class CheckedAddresses:
    """A resolver that returns addresses which were looked up and checked before.

    A name is looked up only once, so that no name server can return one address for the check and another for
    the connection (DNS rebinding).
    """

    def __init__(self, addresses: Sequence[Address]) -> None:
        """Store the addresses."""
        self._addresses = tuple(addresses)

    async def addresses(self, host: str, port: int) -> tuple[Address, ...]:
        """Return the stored addresses for any host."""
        del host, port
        return self._addresses
