"""Name lookup for aiohttp by our own means; never on asyncio's default executor."""

import socket
from collections.abc import Sequence

from aiohttp.abc import AbstractResolver, ResolveResult

from monitor.network.resolve import Address, NameLookup


class AiohttpResolver(AbstractResolver):
    """Look names up the way probes do."""

    def __init__(self, names: NameLookup) -> None:
        """Ask this one, which belongs to others."""
        self._names = names

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return every address of a host, of both families; raise ``OSError`` when there are none."""
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
        """Close nothing."""


class CheckedAddresses:
    """Answer with addresses that were looked up and checked before.

    A name is looked up once, so that no name server can give one address to check and another to go to.
    """

    def __init__(self, addresses: Sequence[Address]) -> None:
        """Take the addresses."""
        self._addresses = tuple(addresses)

    async def addresses(self, host: str, port: int) -> tuple[Address, ...]:
        """Return them, whatever the host."""
        del host, port
        return self._addresses
