"""Parse the address of a management server; sends nothing."""

import re
from typing import NamedTuple

from monitor.addresses import HTTPS_PORT, join_host_port, read_url

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_AN_ADDRESS = "must be https://HOST or https://HOST:PORT; a host is a DNS name or an IP address"


class Origin(NamedTuple):
    """The host and port that requests go to; always https."""

    host: str
    port: int

    @property
    def where(self) -> str:
        """Return ``host:port``, with an IPv6 address in brackets."""
        return join_host_port(self.host, self.port)

    @property
    def url(self) -> str:
        """Return ``https://host``, with the port unless it is 443."""
        return f"https://{self.where.removesuffix(f':{HTTPS_PORT}')}"


def origin(text: str) -> Origin:
    """Parse an address such as ``https://vms01.vms.example``; the scheme may be left out.

    Raises ``ValueError`` with a sentence for http, a path, a user name or an invalid host.
    """
    scheme = _SCHEME.match(text)
    if scheme and scheme[1].lower() == "http":
        raise ValueError("http would send the password in the clear; write https://")
    if scheme and scheme[1].lower() != "https":
        raise ValueError("must start with https:// or with the host")
    url = read_url(text if scheme else f"https://{text}", ("https",), _AN_ADDRESS)
    if url.has_login:
        raise ValueError("must not contain a user name or password; use username and password_file")
    if url.parts.path not in ("", "/") or url.parts.query or url.parts.fragment:
        raise ValueError("must end after the host and port, such as https://vms01.vms.example")
    return Origin(url.host, url.port or HTTPS_PORT)
