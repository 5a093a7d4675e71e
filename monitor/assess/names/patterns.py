"""Match DNS names, wildcards and international names with the field's reference implementation."""

import contextlib
from collections.abc import Iterable

from service_identity import CertificateError
from service_identity.hazmat import DNS_ID, DNSPattern

from monitor.addresses import to_ascii


def matches(entries: Iterable[str], name: str) -> bool:
    """Return whether any entry, which may be a wildcard, is for a DNS name."""
    wanted = _identity(name)
    if wanted is None:
        return False
    patterns = (pattern(entry) for entry in entries)
    return any(_covers(one.pattern, wanted.hostname) for one in patterns if one is not None)


def _covers(pattern: bytes, name: bytes) -> bool:
    """Return whether a pattern, of which a wildcard is the whole first label, matches a name.

    The library matches no wildcard with an international label; RFC 9525 section 6.3 and all clients do.
    """
    if not pattern.startswith(b"*."):
        return pattern == name
    first, _, rest = name.partition(b".")
    return bool(first) and pattern[2:] == rest


def _identity(name: str) -> DNS_ID | None:
    """Return a name encoded by IDNA 2008, else by the older rules that still resolve it."""
    with contextlib.suppress(ValueError, ImportError):
        return DNS_ID(name)
    with contextlib.suppress(ValueError):
        return DNS_ID(to_ascii(name))
    return None


def pattern(entry: str) -> DNSPattern | None:
    """Return one entry's pattern, ``None`` when it is unusable: the other entries still count.

    The library would strip spaces, which no client does; ``display`` made them of line ends and the like. A
    dot at the end makes an absolute name, which certificates do not have (RFC 5280 section 4.2.1.6).
    """
    if not entry.isascii() or entry != entry.strip() or entry.endswith("."):
        return None
    with contextlib.suppress(CertificateError):
        return DNSPattern.from_bytes(entry.encode())
    return None
