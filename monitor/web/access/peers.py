"""Where a request comes from: the peer of the connection, or whom a listed reverse proxy speaks for."""

from collections.abc import Collection
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import Scope

from monitor.addresses import read_ip


@dataclass(frozen=True, slots=True)
class Peer:
    """The address that asks, and whether it does so over TLS; ``by_proxy`` is true behind a listed proxy."""

    address: str
    secure: bool
    by_proxy: bool = False


def peer_of(scope: Scope, headers: Headers, proxies: Collection[str]) -> Peer:
    """Return the peer of a request; what a proxy says of others counts only if the proxy is listed."""
    address = (scope.get("client") or ("", 0))[0]
    secure = scope.get("scheme") == "https"
    if normal(address) not in proxies:
        return Peer(address, secure)
    # The last one is what the proxy saw; all before it is what the client claims.
    client = read_ip(_last(headers, "x-forwarded-for"))
    return Peer(
        str(client or address),
        secure or _last(headers, "x-forwarded-proto").lower() == "https",
        by_proxy=True,
    )


def _last(headers: Headers, name: str) -> str:
    return ",".join(headers.getlist(name)).rpartition(",")[2].strip()


def normal(address: str) -> str:
    """Return an address in the form in which proxies are listed."""
    found = read_ip(address)
    return str(found) if found else address
