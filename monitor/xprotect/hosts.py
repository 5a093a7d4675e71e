"""Read the hosts and URLs that a site announces into one form, and tell which mean only its own machine.

It must not look anything up.
"""

import functools
import ipaddress
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_PORTS = {"https": 443, "wss": 443, "http": 80, "ws": 80}
_LONGEST = 253
_OWN = frozenset({"localhost", "localhost.localdomain", "ip6-localhost"})
ENCRYPTED = frozenset({"https", "wss"})


class Url(NamedTuple):
    """Hold where a URL leads; ``port`` is ``None`` when it names none, ``host`` is as ``host`` gives it."""

    scheme: str
    host: str
    port: int | None

    @property
    def encrypted(self) -> bool:
        """Return whether the URL asks for TLS."""
        return self.scheme in ENCRYPTED

    @property
    def usual_port(self) -> int:
        """Return the port, or the one that the scheme stands for."""
        return self.port or _PORTS[self.scheme]


def url(text: str) -> Url | None:
    """Return what an http, https, ws or wss URL, or a host with or without port, means; else ``None``."""
    scheme = _SCHEME.match(text)
    try:
        parts = urlsplit(text if scheme else f"https://{text}")
        found = host(parts.hostname or "")
        number = parts.port
    except ValueError:
        return None
    if not found or parts.scheme not in _PORTS or number == 0:
        return None
    return Url(parts.scheme, found, number)


def host(text: str) -> str:
    """Return a DNS name (lower case, IDNA 2003, no trailing dot) or an IP address in its shortest form.

    Empty for anything else, also for an address with a zone and for numbers that only look like one.
    """
    return _host(text) if len(text) <= _LONGEST else ""


@functools.lru_cache(maxsize=32768)
def _host(text: str) -> str:
    bare = text.strip().removeprefix("[").removesuffix("]")
    try:
        return "" if "%" in bare else str(ipaddress.ip_address(bare))
    except ValueError:
        pass
    try:
        name = bare.encode("idna").decode("ascii").lower().removesuffix(".")
    except UnicodeError:
        return ""
    labels = name.split(".")
    sound = len(name) <= _LONGEST and all(_LABEL.fullmatch(label) for label in labels)
    return name if sound and not _NUMBER.fullmatch(labels[-1]) else ""


def is_address(name: str) -> bool:
    """Return whether a host is an IP address."""
    return bool(_NUMBER.fullmatch(name.rpartition(".")[2])) or ":" in name


@functools.lru_cache(maxsize=32768)
def is_local(name: str) -> bool:
    """Return whether a host means something else on each machine, or no single machine at all.

    Loopback, link-local, unspecified and multicast addresses, and names under ``localhost`` (RFC 6761).
    """
    if not is_address(name):
        return name in _OWN or name.endswith(".localhost")
    address = ipaddress.ip_address(name)
    inner = getattr(address, "ipv4_mapped", None) or address
    return inner.is_loopback or inner.is_link_local or inner.is_unspecified or inner.is_multicast


def joined(name: str, port: int) -> str:
    """Return ``host:port``, with brackets round an IPv6 address."""
    return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"


def same_machine(one: str, other: str) -> bool:
    """Return whether one of two names is the short form of the other (``vms01``, ``vms01.vms.example``)."""
    short, full = sorted((one, other), key=len)
    return bool(short) and not is_address(full) and full.startswith(f"{short}.")


def full_names(hosts: Iterable[str]) -> Mapping[str, str]:
    """Return the full name of each short one, where exactly one full name among the hosts begins with it.

    A site announces the same machine as ``VMS01`` and as ``vms01.vms.example``.
    """
    names = {name for name in hosts if not is_address(name)}
    full: dict[str, set[str]] = {}
    for name in names:
        if "." in name:
            full.setdefault(name.partition(".")[0], set()).add(name)
    return {short: next(iter(found)) for short, found in full.items() if short in names and len(found) == 1}
