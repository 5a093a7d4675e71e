"""Unreachable hosts by reason and network, so that thousands of them fit on a page; pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_network

from monitor.addresses import read_ip, split_location
from monitor.alerts.decision import UnreachableHost
from monitor.model import FailureReason

_FINE, _COARSE = (24, 64), (16, 48)
"""Prefix lengths of networks, of IPv4 and IPv6."""


@dataclass(frozen=True, slots=True)
class UnreachableGroup:
    """Hosts of one network that are unreachable for one reason; ``network`` is empty where there is none."""

    failure: FailureReason | None
    network: str
    hosts: tuple[UnreachableHost, ...]


def unreachable_groups(hosts: Sequence[UnreachableHost], most: int) -> tuple[UnreachableGroup, ...]:
    """Return hosts by reason and network, most hosts first, in at most so many groups if that is possible."""
    groups: tuple[UnreachableGroup, ...] = ()
    for network in (lambda one: network_of(one, _FINE), lambda one: network_of(one, _COARSE), lambda _: ""):
        groups = _grouped(hosts, network)
        if len(groups) <= most:
            break
    return groups


def network_of(location: str, lengths: tuple[int, int] = _FINE) -> str:
    """Return the network of a location: ``10.1.2.0/24``, the domain of a name, empty for a path."""
    if {"/", "\\"}.intersection(location):
        return ""
    host = split_location(location)[0] or location
    address = read_ip(host)
    if address is None:
        return host.partition(".")[2]
    length = lengths[0] if address.version == 4 else lengths[1]
    return str(ip_network((address, length), strict=False))


def _grouped(hosts: Iterable[UnreachableHost], network: Callable[[str], str]) -> tuple[UnreachableGroup, ...]:
    found: dict[tuple[FailureReason | None, str], list[UnreachableHost]] = {}
    for one in hosts:
        found.setdefault((one.failure, network(one.locations[0] if one.locations else "")), []).append(one)
    groups = [UnreachableGroup(failure, name, tuple(some)) for (failure, name), some in found.items()]
    return tuple(sorted(groups, key=lambda group: (-len(group.hosts), group.network)))
