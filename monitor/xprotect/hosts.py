"""Read the hosts and URLs that a site announces into one form, and tell which mean only its own machine.

It must not look anything up.
"""

import functools
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from monitor.addresses import LOCALHOST_NAMES, MAX_HOST_LENGTH, is_ip, read_host, read_ip, read_url

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_PORTS = {"https": 443, "wss": 443, "http": 80, "ws": 80}
ENCRYPTED = frozenset({"https", "wss"})


class Url(NamedTuple):
    """Where a URL leads; ``port`` is ``None`` when it names none, ``host`` is as ``host`` gives it."""

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
    bare = text.strip()
    try:
        found = read_url(bare if _SCHEME.match(bare) else f"https://{bare}", _PORTS, "")
    except ValueError:
        return None
    return None if "%" in found.host else Url(found.parts.scheme, found.host, found.port)


def host(text: str) -> str:
    """Return a host that a site announces as ``read_host`` does, empty for what is none.

    An address with a zone is none: the zone is that of the machine that announces it.
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
    """Return whether a host means something else on each machine, or no single machine at all.

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
    """Return the full name of each short one, where exactly one full name among the hosts begins with it.

    A site announces the same machine as ``VMS01`` and as ``vms01.vms.example``.
    """
    names = {name for name in hosts if not is_ip(name)}
    full: dict[str, set[str]] = {}
    for name in names:
        if "." in name:
            full.setdefault(name.partition(".")[0], set()).add(name)
    return {short: next(iter(found)) for short, found in full.items() if short in names and len(found) == 1}
