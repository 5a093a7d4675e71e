"""Decide which hosts and ports may be probed on request; must not resolve names.

A service that connects wherever a caller asks is an open scanner of its own network. So the allowed hosts are
listed: ``*.vms.example:*``, ``recorder.vms.example:7563``, ``10.1.0.0/16:443``,
``[2001:db8::/32]:8000-8100``, ``*:443``.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from monitor.addresses import IpNetwork, is_ip, read_host, read_ip, read_network

_FORM = "a pattern is written as host:port, such as *.vms.example:*, 10.1.0.0/16:443 or [2001:db8::/32]:443"
_MOST = 65535


@dataclass(frozen=True, slots=True)
class AllowPattern:
    """One entry of the list: a name, all names below ``suffix``, every host, or a network.

    ``bounds`` is true for a network written with a prefix length: names must then also resolve into one.
    """

    ports: range
    name: str = ""
    suffix: str = ""
    network: IpNetwork | None = None
    bounds: bool = False

    def names(self, host: str, port: int) -> bool:
        """Return whether the entry matches a host by name; an address matches only ``*``."""
        if port not in self.ports or self.network is not None:
            return False
        if self.suffix:
            return read_ip(host) is None and host.endswith(self.suffix)
        return self.name in ("*", host)

    def holds(self, address: str) -> bool:
        """Return whether an address is in the entry's network."""
        found = read_ip(address)
        return self.network is not None and found is not None and found in self.network


class Allowed:
    """An allow list; an empty one allows nothing."""

    def __init__(self, patterns: Iterable[str]) -> None:
        """Parse the patterns; raise ``ValueError`` for an invalid one."""
        self._patterns = tuple(parse_pattern(text) for text in patterns)
        self._bounds = tuple(pattern for pattern in self._patterns if pattern.bounds)

    def may_permit(self, host: str, port: int, *, resolved_by_proxy: bool = False) -> bool:
        """Return whether a host may be allowed, as far as is known before its name is resolved.

        ``resolved_by_proxy`` is true where a proxy resolves it and its address stays unknown: the host must
        then be listed by name.
        """
        if read_ip(host) is not None:
            return self.permits(host, port, host)
        if self._named(host, port):
            return True
        return not resolved_by_proxy and any(p.network and port in p.ports for p in self._patterns)

    def permits(self, host: str, port: int, address: str) -> bool:
        """Return whether a connection to this address is allowed for a request for this host and port."""
        if any(port in pattern.ports and pattern.holds(address) for pattern in self._patterns):
            return True
        inside = not self._bounds or any(pattern.holds(address) for pattern in self._bounds)
        return inside and self._named(host, port)

    def _named(self, host: str, port: int) -> bool:
        return any(pattern.names(host, port) for pattern in self._patterns)


def parse_pattern(text: str) -> AllowPattern:
    """Return the pattern of a text; raise ``ValueError`` with a sentence when it is invalid."""
    host, colon, ports = text.rpartition(":")
    if not colon or not host:
        raise ValueError(f"{_FORM}; the port may be *")
    return _pattern(host, _ports(ports))


def _pattern(host: str, ports: range) -> AllowPattern:
    if host == "*":
        return AllowPattern(ports, name=host)
    if host.startswith("*."):
        return AllowPattern(ports, suffix="." + _name(host.removeprefix("*.")))
    if host.startswith("[") and host.endswith("]"):
        return _network(host[1:-1], 6, ports)
    if ":" in host:
        raise ValueError(f"an IPv6 address or network must be in brackets; {_FORM}")
    if "/" in host or is_ip(host):
        return _network(host, 4, ports)
    return AllowPattern(ports, name=_name(host))


def _name(text: str) -> str:
    if "*" in text:
        raise ValueError(
            f"* must be alone or replace everything before the first dot: *.vms.example; {_FORM}"
        )
    return read_host(text)


def _network(text: str, version: int, ports: range) -> AllowPattern:
    try:
        found = read_network(text)
    except ValueError as error:
        raise ValueError(f"{text} is not a network: {error}") from None
    if found.version != version:
        raise ValueError(_FORM)
    return AllowPattern(ports, network=found, bounds="/" in text)


def _ports(text: str) -> range:
    if text == "*":
        return range(1, _MOST + 1)
    first, _, last = text.partition("-")
    numbers = [first, last] if "-" in text else [first, first]
    if not all(one.isascii() and one.isdigit() and len(one) <= 5 for one in numbers):
        raise ValueError(f"the port must be a number, a range such as 8000-8100, or *; {_FORM}")
    low, high = map(int, numbers)
    if not 1 <= low <= high <= _MOST:
        raise ValueError("a port is between 1 and 65535, and a range starts with the smaller one")
    return range(low, high + 1)
