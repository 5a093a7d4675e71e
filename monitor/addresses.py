"""Parse, normalize and format hosts, ports and IP addresses.

Each question has one answer here: which host a text names (``read_host``), whether two names are the same
machine's (``machine_name``), and which IP address a text is (``read_ip``). Nothing here resolves a name.
"""

import ipaddress
import re
from collections.abc import Collection
from contextlib import suppress
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

HTTPS_PORT = 443
LOCALHOST_NAMES = frozenset({"localhost", "localhost.localdomain", "ip6-localhost"})

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)
_VERSION_6 = re.compile(r"[0-9A-Fa-f:.]+(%[A-Za-z0-9_.-]{1,32})?")
MAX_HOST_LENGTH = 254
"""Characters of a name with the dot that may end it (RFC 1035 section 2.3.4)."""
_LARGEST_PORT = 65535
_NOT_A_HOST = "a host is a DNS name or an IP address"
_BRACKETS = "an IPv6 address is written in brackets: [2001:db8::1]:443"
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_MAPPED_PREFIX = 96


class HostPort(NamedTuple):
    """A host, as ``read_host`` returns it, and a port."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str, default_port: int = HTTPS_PORT) -> "HostPort":
        """Parse ``host:port``, ``[v6]:port`` or either without its port.

        Raises ``ValueError`` with a sentence that says what is allowed.
        """
        host, port = split_host_port(text)
        return cls(read_host(host), default_port if port is None else read_port(port))

    def __str__(self) -> str:
        """Return ``host:port``, with brackets around an IPv6 address."""
        return join_host_port(self.host, self.port)


def join_host_port(host: str, port: int | str) -> str:
    """Return ``host:port``, with brackets around an IPv6 address."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def split_host_port(text: str) -> tuple[str, str | None]:
    """Split into host and port, ``None`` without a port; neither is validated.

    Raises ``ValueError`` for a URL and for an IPv6 address without brackets.
    """
    if "/" in text:
        scheme = "https:// and without " if "://" in text else ""
        raise ValueError(f"must be host:port, without {scheme}a path")
    host, bracket, rest = text.partition("]")
    if not text.startswith("["):
        host, bracket, rest = text.partition(":")
        return host, _sole_port(rest) if bracket else None
    if not bracket or (rest and not rest.startswith(":")):
        raise ValueError(_BRACKETS)
    return host + bracket, rest[1:] if rest else None


def listen_address(value: str) -> HostPort:
    """Return host and port of ``127.0.0.1:9850`` or ``[::1]:9850``; raise ``ValueError`` for other texts."""
    try:
        host, port = split_host_port(value)
    except ValueError:
        host, port = "", None
    if not host or port is None:
        raise ValueError("must be ADDRESS:PORT, such as 127.0.0.1:9850 or [::1]:9850")
    return HostPort(read_host(host), read_port(port, lowest=0))


def split_location(location: str) -> tuple[str, str]:
    """Return the host, without brackets, and the port of a location ``host:port``; nothing is refused."""
    host, _, port = location.rpartition(":")
    return host.strip("[]"), port


def _sole_port(text: str) -> str:
    if ":" in text:
        raise ValueError(_BRACKETS)
    return text


class Url(NamedTuple):
    """A URL and the host it names, as ``read_host`` returns it; ``port`` is ``None`` where it names none."""

    parts: SplitResult
    host: str
    port: int | None

    @property
    def has_login(self) -> bool:
        """Return whether it contains a user name or a password, even an empty one."""
        return self.parts.username is not None or self.parts.password is not None


def read_url(text: str, schemes: Collection[str], otherwise: str) -> Url:
    """Parse a URL of one of some schemes; anything may follow its host.

    Raises ``ValueError`` with ``otherwise`` for what is no such URL, and with a sentence of its own for the
    host or port of one. Neither repeats a login.
    """
    # urlsplit would silently drop line breaks and tabs.
    if not text.isprintable():
        raise ValueError(otherwise)
    try:
        parts = urlsplit(text)
    except ValueError:
        raise ValueError(otherwise) from None
    authority = parts.netloc.rpartition("@")[2]
    if parts.scheme not in schemes or not authority:
        raise ValueError(otherwise)
    host, port = split_host_port(authority)
    return Url(parts, read_host(host), None if port is None else read_port(port))


def read_port(text: str, lowest: int = 1) -> int:
    """Return a port of at most five digits; raise ``ValueError`` for anything else."""
    digits = text.isascii() and text.isdigit() and len(text) <= 5
    if not digits or not lowest <= int(text) <= _LARGEST_PORT:
        raise ValueError(f"the port must be a number from {lowest} to {_LARGEST_PORT}")
    return int(text)


# A target of a list is read several times in a row, by its list, its settings and its probe.
@lru_cache(1024)
def read_host(text: str) -> str:
    """Return a name in lower case (IDNA 2003, no trailing dot) or the shortest form of an IP address.

    An IPv4 address written into IPv6 (``::ffff:10.0.0.1``) is that IPv4 address: it is the one that responds,
    and Windows sockets connect to no other spelling. Raises ``ValueError`` for anything else, including
    numbers that resolvers take for an unintended address (``10.1``, ``0x7f000001``; inet_aton(3)).
    """
    # Before IDNA, which is slow for long texts, and before an error message that could repeat a login.
    if len(text) > MAX_HOST_LENGTH or "@" in text:
        raise ValueError(_NOT_A_HOST)
    if ":" in text or text.startswith("["):
        inner = text[1:-1] if text.startswith("[") and text.endswith("]") else text
        return _version_6(inner)
    name = to_ascii(text).lower().removesuffix(".")
    if ends_in_number(name):
        return _version_4(name, text)
    if len(name) >= MAX_HOST_LENGTH or not all(map(_LABEL.fullmatch, name.split("."))):
        raise ValueError(_NOT_A_HOST)
    return name


def _version_4(name: str, text: str) -> str:
    try:
        return str(ipaddress.IPv4Address(name))
    except ValueError:
        raise ValueError(f"{text} is not an IPv4 address (four numbers from 0 to 255)") from None


def _version_6(text: str) -> str:
    if _VERSION_6.fullmatch(text):
        with suppress(ValueError):
            address = ipaddress.IPv6Address(text)
            return str(address.ipv4_mapped or address)
    raise ValueError(f"{text} is not an IPv6 address")


def to_ascii(name: str) -> str:
    """Return a name in ASCII (IDNA 2003, as Python's resolver encodes it); raise ``ValueError`` otherwise."""
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:
        raise ValueError(_NOT_A_HOST) from None


def is_ip(host: str) -> bool:
    """Return whether a host that ``read_host`` returned is an IP address.

    No DNS name ends in a label of digits only (RFC 3696 section 2).
    """
    return ":" in host or host.rpartition(".")[2].isdigit()


def ends_in_number(name: str) -> bool:
    """Return whether the last label is a number, so that resolvers may take the name for an IPv4 address."""
    return _NUMBER.fullmatch(name.rstrip(".").rpartition(".")[2]) is not None


def machine_name(text: str) -> str:
    """Return the normalized form in which names of machines are compared; nothing is refused.

    Case, surrounding spaces, trailing dots, brackets and a zone are ignored. What ``read_host`` refuses is
    compared as written otherwise: machines have names that DNS cannot represent.
    """
    return _machine_name(text) if len(text) <= MAX_HOST_LENGTH else _as_written(text)


@lru_cache(maxsize=1 << 17)
def _machine_name(text: str) -> str:
    try:
        return read_host(text.strip().removesuffix(".")).partition("%")[0]
    except ValueError:
        return _as_written(text)


def _as_written(text: str) -> str:
    return text.strip(" []").lower().rstrip(".")


def read_ip(text: str) -> IpAddress | None:
    """Parse an IP address without its zone; return ``None`` for any other text.

    As with ``read_host`` an IPv4 address written into IPv6 is that IPv4 address.
    """
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv4Address):
        return address
    return address.ipv4_mapped or (ipaddress.IPv6Address(int(address)) if address.scope_id else address)


def embedded_ip(address: IpAddress) -> IpAddress:
    """Return the IPv4 address embedded by NAT64, 6to4 or Teredo, any other address unchanged."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.sixtofour or (address.teredo[1] if address.teredo else address)


def read_network(text: str) -> IpNetwork:
    """Parse a network such as ``10.1.0.0/16``, or a single address as a network.

    Raises ``ValueError`` with a sentence, also for a network whose addresses ``read_ip`` never returns.
    """
    if "%" in text:
        raise ValueError("a network has no zone")
    network = ipaddress.ip_network(text)
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    if mapped is not None and network.prefixlen >= _MAPPED_PREFIX:
        raise ValueError(f"it contains IPv4 addresses; write {mapped}/{network.prefixlen - _MAPPED_PREFIX}")
    return network


def is_loopback(text: str) -> bool:
    """Return whether a text is a loopback address; a name is not."""
    address = read_ip(text)
    return address is not None and address.is_loopback


def is_loopback_host(host: str) -> bool:
    """Return whether a host is ``localhost`` or a loopback address."""
    return host == "localhost" or is_loopback(host)
