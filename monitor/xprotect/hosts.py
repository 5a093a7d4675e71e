"""Normalize the hosts and URLs that a site announces, and recognize machine-local ones; does no lookups."""

import functools
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from monitor.addresses import LOCALHOST_NAMES, MAX_HOST_LENGTH, is_ip, read_host, read_ip, read_url

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_PORTS = {"https": 443, "wss": 443, "http": 80, "ws": 80}
ENCRYPTED = frozenset({"https", "wss"})


class ServiceUrl(NamedTuple):
    """The parts of a URL; ``port`` is ``None`` if it has none, ``host`` is normalized by ``host``."""

    scheme: str
    host: str
    port: int | None

    @property
    def encrypted(self) -> bool:
        """Return whether the URL asks for TLS."""
        return self.scheme in ENCRYPTED

    @property
    def usual_port(self) -> int:
        """Return the port, by default that of the scheme."""
        return self.port or _PORTS[self.scheme]


def url(text: str) -> ServiceUrl | None:
    """Parse an http, https, ws or wss URL, or a host with an optional port; ``None`` for anything else."""
    bare = text.strip()
    try:
        found = read_url(bare if _SCHEME.match(bare) else f"https://{bare}", _PORTS, "")
    except ValueError:
        return None
    return None if "%" in found.host else ServiceUrl(found.parts.scheme, found.host, found.port)


def host(text: str) -> str:
    """Return an announced host as normalized by ``read_host``, empty if it is invalid.

    An address with a zone is invalid: the zone belongs to the machine that announces it.
    """
    bare = text.strip()
    return _host(bare) if len(bare) <= MAX_HOST_LENGTH else ""


@functools.lru_cache(maxsize=32768)
def _host(text: str) -> str:
    try:
        return "" if "%" in text else read_host(text)
    except ValueError:
        return ""


@functools.lru_cache(maxsize=32768)
def is_local(name: str) -> bool:
    """Return whether a host means another machine to each client, or no single machine.

    Loopback, link-local, unspecified and multicast addresses, and names under ``localhost`` (RFC 6761).
    """
    address = read_ip(name)
    if address is None:
        return name in LOCALHOST_NAMES or name.endswith(".localhost")
    return address.is_loopback or address.is_link_local or address.is_unspecified or address.is_multicast


def same_machine(one: str, other: str) -> bool:
    """Return whether one of two names is the short form of the other (``vms01``, ``vms01.vms.example``)."""
    short, full = sorted((one, other), key=len)
    return bool(short) and not is_ip(full) and full.startswith(f"{short}.")


def full_names(hosts: Iterable[str]) -> Mapping[str, str]:
    """Return the full name of each short name that exactly one full name among the hosts begins with.

    A site may announce the same machine as ``VMS01`` and as ``vms01.vms.example``.
    """
    names = {name for name in hosts if not is_ip(name)}
    full: dict[str, set[str]] = {}
    for name in names:
        if "." in name:
            full.setdefault(name.partition(".")[0], set()).add(name)
    return {short: next(iter(found)) for short, found in full.items() if short in names and len(found) == 1}
