"""Parse the location of a listed target: ``host:port``, ``host`` or a URL; does no lookups."""

import re

from monitor.addresses import HTTPS_PORT, HostPort
from monitor.dialects import DIALECTS

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)")


def read_location(text: str, protocol: str = "") -> tuple[HostPort, str]:
    """Return host and port of an entry, and its protocol, possibly empty.

    The scheme of a URL overrides ``protocol``, its path is ignored. Raises ``ValueError`` with a sentence for
    an invalid host or port.
    """
    scheme = _SCHEME.match(text)
    if scheme is None and ("/" in text or "@" in text):
        raise ValueError("must be host:port or a URL such as https://portal.vms.example")
    if scheme is not None:
        protocol, text = protocol_named(scheme[1].lower()), scheme[2]
        if "@" in text:
            raise ValueError("must not contain a user name or password")
    if not text.partition(":")[0] and text.count(":") < 2:
        raise ValueError("has no host")
    return HostPort.parse(text, default_port(protocol)), protocol


def protocol_named(text: str) -> str:
    """Return the protocol with a name, empty for no name; raise ``ValueError`` for unknown names."""
    if text == "http":
        raise ValueError("http has no certificate; use https, or leave this target out")
    if text and text not in DIALECTS:
        raise ValueError(f"unknown protocol; allowed: {', '.join(DIALECTS)}")
    return text


def default_port(protocol: str) -> int:
    """Return the default port of a protocol, 443 if it has none."""
    return DIALECTS[protocol].port if protocol in DIALECTS else HTTPS_PORT
