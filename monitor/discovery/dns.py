"""Find every address of a DNS name: each becomes an endpoint whose certificate must match that name."""

import asyncio
import ipaddress
from datetime import timedelta
from typing import Literal

from pydantic import Field, field_validator

from monitor.addresses import HostPort, is_ip, join_host_port, read_host, read_port, split_host_port
from monitor.discovery.base import BaseDiscovery, DiscoveryResult
from monitor.discovery.settings import DiscoverySettings
from monitor.model import DiscoveredTarget, Failure, FailureReason, Message
from monitor.network.resolve import NameLookup
from monitor.network.texts import name_lookup_timeout, name_not_resolved, name_without_address
from monitor.settings import Duration

_LONGEST_LOOKUP = 10.0


class DnsSettings(DiscoverySettings):
    """Configuration of one name whose every address is watched."""

    kind: Literal["dns"]
    name: str = Field(
        description="DNS name and port, such as portal.vms.example:443",
        json_schema_extra={"pattern": "^[ ]*(?![0-9.]+:)[^ /@:]+:[0-9]{1,5}[ ]*$"},
    )
    refresh: Duration = Field(timedelta(minutes=5), description="time between two look-ups")
    grace: Duration = Field(
        timedelta(days=1), description="how long an address that is no longer listed stays watched"
    )

    @field_validator("name")
    @classmethod
    def _split(cls, value: str) -> str:
        try:
            name, port = split_host_port(value)
            number = read_port(port or "")
        except ValueError:
            raise ValueError("must be NAME:PORT, such as portal.vms.example:443") from None
        try:
            where = HostPort(read_host(name), number)
        except ValueError:
            raise ValueError("must be NAME:PORT with a DNS name, such as portal.vms.example:443") from None
        if is_ip(where.host):
            raise ValueError("is an address already; use kind: endpoint")
        return str(where)

    @property
    def _address(self) -> HostPort:
        return HostPort.parse(self.name)

    @property
    def host(self) -> str:
        """Return the DNS name without the port."""
        return self._address.host

    @property
    def port(self) -> int:
        """Return the port."""
        return self._address.port

    @property
    def id(self) -> str:
        """Return ``dns:NAME:PORT``."""
        return f"dns:{self.name}"

    def discovery(self, resolver: NameLookup) -> "DnsDiscovery":
        """Return the discovery that these settings describe."""
        return DnsDiscovery(self, resolver)


class DnsDiscovery(BaseDiscovery):
    """Find the addresses of one name."""

    def __init__(self, settings: DnsSettings, resolver: NameLookup) -> None:
        """Prepare to use this resolver."""
        super().__init__(settings)
        self._settings = settings
        self._resolver = resolver

    async def discover(self) -> DiscoveryResult:
        """Return one endpoint for each address, in ascending order."""
        host, port = self._settings.host, self._settings.port
        try:
            async with asyncio.timeout(_LONGEST_LOOKUP):
                answer = await self._resolver.addresses(host, port)
        except TimeoutError:
            longest = timedelta(seconds=_LONGEST_LOOKUP)
            return self._failed(name_lookup_timeout(host=host, timeout=longest))
        except OSError as error:
            return self._failed(name_not_resolved(host=host, error=error.strerror or str(error)))
        if not answer:
            return self._failed(name_without_address(host=host))
        texts = sorted({address.text for address in answer}, key=_order)
        return DiscoveryResult(tuple(self._found(text, port) for text in texts))

    async def close(self) -> None:
        """Do nothing: the caller owns the resolver."""

    def _found(self, address: str, port: int) -> DiscoveredTarget:
        where = join_host_port(address, port)
        title = f"{self._settings.title or self._settings.host} ({address})"
        return DiscoveredTarget(where, self._settings.host, (), title)

    def _failed(self, message: Message) -> DiscoveryResult:
        return DiscoveryResult(failures=(Failure(FailureReason.DNS, message, self._settings.name),))


def _order(address: str) -> tuple[int, int]:
    # The zone (fe80::1%eth0) does not count in the order.
    parsed = ipaddress.ip_address(address.partition("%")[0])
    return parsed.version, int(parsed)
