"""Read what people write for a host and a port, and write it back in one form; must not look anything up."""

import ipaddress
import re
from contextlib import suppress

DEFAULT_PORT = 443
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_VERSION_6 = re.compile(r"[0-9A-Fa-f:.]+(%[A-Za-z0-9_.-]{1,32})?")
_LONGEST_NAME = 253


def read_address(text: str, default: int = DEFAULT_PORT) -> tuple[str, int]:
    """Return host and port of ``host:port``, ``[v6]:port`` or either without its port (then ``default``).

    The host comes back as ``read_host`` gives it. Raises ``ValueError`` with a sentence that says what is
    allowed.
    """
    if "://" in text:
        raise ValueError("an address is written as host:port, without https:// and without a path")
    if "/" in text:
        raise ValueError("an address is written as host:port, without a path")
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise ValueError("an IPv6 address is written in brackets: [2001:db8::1]:443")
        return _version_6(host), _port(rest[1:]) if rest else default
    if text.count(":") > 1:
        raise ValueError("an IPv6 address is written in brackets: [2001:db8::1]:443")
    host, colon, port = text.partition(":")
    return read_host(host), _port(port) if colon else default


def read_host(text: str) -> str:
    """Return a name (lower case, IDNA 2003 encoded, no trailing dot) or an IP address in its shortest form.

    Raises ``ValueError`` for anything that is neither.
    """
    if ":" in text or text.startswith("["):
        return _version_6(text.removeprefix("[").removesuffix("]"))
    name = _encoded(text).lower().removesuffix(".")
    labels = name.split(".")
    # Resolvers read 10.1 or 0x7f.1 as an address that nobody meant (inet_aton).
    if _NUMBER.fullmatch(labels[-1]):
        try:
            return str(ipaddress.IPv4Address(name))
        except ValueError:
            raise ValueError(f"{text} is not an IPv4 address (four numbers from 0 to 255)") from None
    if len(name) > _LONGEST_NAME or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError("a host is a DNS name or an IP address")
    return name


def join(host: str, port: int) -> str:
    """Return ``host:port``, with brackets round an IPv6 address."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _encoded(text: str) -> str:
    try:
        return text.encode("idna").decode("ascii")
    except UnicodeError:
        raise ValueError("a host is a DNS name or an IP address") from None


def _version_6(text: str) -> str:
    if _VERSION_6.fullmatch(text):
        with suppress(ValueError):
            return str(ipaddress.IPv6Address(text))
    raise ValueError(f"{text} is not an IPv6 address")


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= 65535 and len(text) <= 5):
        raise ValueError("a port is a number from 1 to 65535")
    return int(text)
