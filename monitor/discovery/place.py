"""Read where a list says that something is: ``host:port``, ``host`` or a URL; looks nothing up."""

import re
from typing import NamedTuple

from monitor.dialects import DIALECTS
from monitor.discovery.xprotect.address import host

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)")
_HTTPS = 443


class Place(NamedTuple):
    """Hold a host and a port; ``protocol`` is empty when the text names none."""

    host: str
    port: int
    protocol: str = ""

    @property
    def where(self) -> str:
        """Return ``host:port``, with brackets round an IPv6 address."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def place(text: str, protocol: str = "") -> Place:
    """Return what a text of a list means; the scheme of a URL outweighs ``protocol``, its path is dropped.

    Raises ``ValueError`` with a sentence for anything that names no host, or a port that is none.
    """
    scheme = _SCHEME.match(text)
    if scheme is None and ("/" in text or "@" in text):
        raise ValueError("must be host:port or a URL such as https://portal.vms.example")
    if scheme is not None:
        protocol, text = protocol_named(scheme[1].lower()), scheme[2]
        if "@" in text:
            raise ValueError("must not hold a user name or password")
    name, port = _split(text)
    if not name:
        raise ValueError("names no host")
    return Place(host(name), _port(port) if port else default_port(protocol), protocol)


def protocol_named(text: str) -> str:
    """Return the protocol that a word stands for, empty for none; raise ``ValueError`` for other texts."""
    if text == "http":
        raise ValueError("http has no certificate; write https, or leave this one out")
    if text and text not in DIALECTS:
        raise ValueError(f"unknown protocol; allowed: {', '.join(DIALECTS)}")
    return text


def default_port(protocol: str) -> int:
    """Return the usual port of a protocol, 443 where none is known."""
    return DIALECTS[protocol].port if protocol in DIALECTS else _HTTPS


def _split(text: str) -> tuple[str, str]:
    if text.startswith("["):
        name, bracket, rest = text[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")) or ":" not in name:
            raise ValueError("an IPv6 address is written in brackets: [2001:db8::1]:443")
        return name, _given(rest)
    if text.count(":") > 1:
        raise ValueError("an IPv6 address is written in brackets: [2001:db8::1]:443")
    name, colon, port = text.partition(":")
    return name, _given(colon + port)


def _given(text: str) -> str:
    if text == ":":
        raise ValueError("a port is a number from 1 to 65535")
    return text[1:]


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= 65535):
        raise ValueError("a port is a number from 1 to 65535")
    return int(text)
