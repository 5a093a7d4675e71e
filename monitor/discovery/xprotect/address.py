"""Read the address of a management server; asks nothing."""

import ipaddress
import re
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

HTTPS = 443

_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")


class Origin(NamedTuple):
    """Hold the host and port that requests go to; always https."""

    host: str
    port: int

    @property
    def where(self) -> str:
        """Return ``host:port``, with brackets round an IPv6 address."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """Return ``https://host``, with the port unless it is 443."""
        return f"https://{self.where.removesuffix(f':{HTTPS}') if self.port == HTTPS else self.where}"


def origin(text: str) -> Origin:
    """Return what an address such as ``https://vms01.vms.example`` means; the scheme may be left out.

    Raises ``ValueError`` with a sentence for http, a path, a user name or a host that is none.
    """
    # urlsplit would silently drop line ends and tabs.
    if not text.isprintable() or " " in text:
        raise ValueError("a host is a DNS name or an IP address")
    scheme = _SCHEME.match(text)
    if scheme and scheme[1].lower() == "http":
        raise ValueError("http would send the password in the clear; write https://")
    if scheme and scheme[1].lower() != "https":
        raise ValueError("must start with https:// or with the host")
    parts = _split(text if scheme else f"https://{text}")
    if parts.username is not None or parts.password is not None:
        raise ValueError("must not hold a user name or password; use username and password_file")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("must end after the host and port, such as https://vms01.vms.example")
    return Origin(host(parts.hostname or ""), _port(parts))


def host(text: str) -> str:
    """Return a host name or IP address in its one form; raise ``ValueError`` when it is neither."""
    try:
        return str(ipaddress.ip_address(text.strip("[]")))
    except ValueError:
        pass
    try:
        name = text.encode("idna").decode("ascii").lower().removesuffix(".")
    except UnicodeError:
        name = ""
    labels = name.split(".")
    if len(name) > 253 or labels[-1].isdigit() or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError("a host is a DNS name or an IP address")
    return name


def _split(text: str) -> SplitResult:
    try:
        return urlsplit(text)
    except ValueError:
        raise ValueError("must be https://HOST or https://HOST:PORT") from None


def _port(parts: SplitResult) -> int:
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        raise ValueError("a port is a number from 1 to 65535")
    return port or HTTPS
