"""Find the open ports of a configured network; sends no data and probes no TLS.

Every address is tried at each refresh, and only an open port becomes a target: an address where nothing ever
listened raises no alert. A port that closes stays watched for ``grace``, so that it raises one.
"""

import asyncio
import errno
import ipaddress
import itertools
import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from monitor.addresses import IpNetwork, join_host_port, read_network
from monitor.dialects import DIALECTS
from monitor.discovery.base import BaseDiscovery, DiscoveryResult
from monitor.discovery.location import protocol_named
from monitor.discovery.settings import DiscoverySettings
from monitor.discovery.texts import network_not_searched
from monitor.model import DiscoveredTarget, Failure, FailureReason, Message, text
from monitor.network.texts import (
    FAMILY_UNSUPPORTED,
    FIREWALL,
    NETWORK_DOWN,
    NO_LOCAL_ADDRESS,
    NO_ROUTE_TO_NETWORK,
    OPEN_FILES,
    SYSTEM_OPEN_FILES,
)
from monitor.settings import Duration

MOST = 4096
"""Addresses times ports in one entry, at most."""
AT_ONCE = 100
ANSWER_WITHIN = 3.0

# Errors of this machine or its network, which say nothing about the other side.
_OURS = {
    errno.ENETUNREACH: NO_ROUTE_TO_NETWORK,
    errno.ENETDOWN: NETWORK_DOWN,
    errno.EADDRNOTAVAIL: NO_LOCAL_ADDRESS,
    errno.EAFNOSUPPORT: FAMILY_UNSUPPORTED,
    errno.EPERM: FIREWALL,
    errno.EACCES: FIREWALL,
    errno.EMFILE: OPEN_FILES,
    errno.ENFILE: SYSTEM_OPEN_FILES,
}
_WINDOWS = {
    10013: errno.EACCES,
    10024: errno.EMFILE,
    10047: errno.EAFNOSUPPORT,
    10049: errno.EADDRNOTAVAIL,
    10050: errno.ENETDOWN,
    10051: errno.ENETUNREACH,
    1231: errno.ENETUNREACH,
}

Port = Annotated[int, Field(strict=True, ge=1, le=65535)]


def _network(value: str) -> str:
    try:
        network = ipaddress.ip_network(value, strict=False)
    except ValueError:
        raise ValueError("must be a network such as 10.1.2.0/24") from None
    if "/" not in value:
        raise ValueError(
            f"must be a network such as 10.1.2.0/24; for one address write {value}/{_whole(network)}"
        )
    if str(ipaddress.ip_address(value.partition("/")[0])) != str(network.network_address):
        raise ValueError(f"has bits outside of the network; write {network}")
    return str(read_network(str(network)))


def _whole(network: IpNetwork) -> int:
    return network.max_prefixlen


def _distinct(values: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(values))


class CidrSettings(DiscoverySettings):
    """Configuration of one network whose open ports are watched."""

    kind: Literal["cidr"]
    network: Annotated[str, AfterValidator(_network)] = Field(description="network such as 10.1.2.0/24")
    ports: Annotated[tuple[Port, ...], AfterValidator(_distinct)] = Field(
        min_length=1, description=f"ports to scan; addresses times ports are at most {MOST}"
    )
    protocol: str = Field("", description="protocol of these ports; plain TLS if left out")
    name: str = Field("", description="name of the network for people")
    refresh: Duration = Field(timedelta(hours=1), description="time between two scans")
    grace: Duration = Field(timedelta(days=7), description="how long a closed port stays watched")

    @model_validator(mode="before")
    @classmethod
    def _nameless(cls, given: Any) -> Any:
        """Switch off name checks unless they are configured: an address implies no expected name."""
        if not isinstance(given, dict) or not isinstance(given.get("checks", {}), dict):
            return given
        return given | {"checks": {"name": "off", "name_in_subject_only": "off"} | given.get("checks", {})}

    @field_validator("protocol")
    @classmethod
    def _protocol(cls, value: str) -> str:
        named = protocol_named(value)
        if named and DIALECTS[named].datagrams:
            raise ValueError(
                f"{named} runs over UDP, where an open port cannot be detected; list its servers"
            )
        return named

    @model_validator(mode="after")
    def _bounded(self) -> "CidrSettings":
        network = ipaddress.ip_network(self.network)
        count = network.num_addresses * len(self.ports)
        if count > MOST:
            raise ValueError(
                f"{self.network} has {network.num_addresses} addresses, with {len(self.ports)} "
                f"port{'s' * (len(self.ports) > 1)} {count} combinations; at most {MOST} are allowed: "
                "name a smaller network or fewer ports"
            )
        return self

    @property
    def id(self) -> str:
        """Return ``cidr:NETWORK:PORTS``."""
        return f"cidr:{self.network}:{','.join(map(str, self.ports))}"

    def locations(self) -> Iterator[tuple[str, int]]:
        """Iterate over every address and port, without network and broadcast addresses."""
        hosts = ipaddress.ip_network(self.network).hosts()
        return ((str(address), port) for address, port in itertools.product(hosts, self.ports))

    def discovery(self) -> "CidrDiscovery":
        """Return the discovery that these settings describe."""
        return CidrDiscovery(self)


class CidrDiscovery(BaseDiscovery):
    """Find the open ports of one network."""

    def __init__(self, settings: CidrSettings, answer_within: float = ANSWER_WITHIN) -> None:
        """Prepare without connecting; ``answer_within`` is in seconds."""
        super().__init__(settings)
        self._settings = settings
        self._within = answer_within

    async def discover(self) -> DiscoveryResult:
        """Return an endpoint for each open port, by ascending address."""
        locations = self._settings.locations()
        found: list[tuple[str, int]] = []
        ours: set[Message] = set()

        async def connect() -> None:
            for address, port in locations:  # one iterator for all workers: each takes the next location
                try:
                    if await _open(address, port, self._within):
                        found.append((address, port))
                except OSError as error:
                    ours.add(_problem(error))

        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(connect())
        network = str(self._settings.network)
        failures = [
            Failure(
                FailureReason.UNREACHABLE, network_not_searched(network=network, problem=problem), self.id
            )
            for problem in sorted(ours, key=lambda one: one.code)
        ]
        return DiscoveryResult(
            tuple(self._found(*location) for location in sorted(found, key=_order)), tuple(failures)
        )

    async def close(self) -> None:
        """Do nothing: no connection stays open."""

    def _found(self, address: str, port: int) -> DiscoveredTarget:
        where = join_host_port(address, port)
        called = self._settings.title or self._settings.name
        return DiscoveredTarget(
            where, "", (), f"{called} at {where}" if called else "", protocol=self._settings.protocol
        )


async def _open(address: str, port: int, within: float) -> bool:
    """Return whether a port is open; raise ``OSError`` for a local error that leaves it unknown."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as link:
        link.setblocking(False)
        try:
            async with asyncio.timeout(within):
                await asyncio.get_running_loop().sock_connect(link, (address, port))
        except TimeoutError:
            return False
        except OSError as error:
            if _number(error) in _OURS:
                raise
            return False
        return True


def _number(error: OSError) -> int:
    return _WINDOWS.get(getattr(error, "winerror", None) or 0, error.errno or 0)


def _problem(error: OSError) -> Message:
    return _OURS.get(_number(error)) or text(error.strerror or str(error))


def _order(location: tuple[str, int]) -> tuple[int, int]:
    return int(ipaddress.ip_address(location[0])), location[1]
