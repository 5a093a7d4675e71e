"""Which requests may use the token of this machine: those of programs on it, not of proxies or pages."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from monitor.addresses import is_loopback, is_loopback_host

_PROXIED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


def refusal(
    peer: str, port: int, headers: Mapping[str, str], *, own_host: str = "", external_url: str = ""
) -> str:
    """Return why a request may change nothing, empty when it may.

    ``port`` is ours, ``own_host`` the name or address on which we listen, ``external_url`` our address for
    people elsewhere.
    """
    if not is_loopback(peer):
        return "only programs on the same machine may change something"
    if any(name in headers for name in _PROXIED):
        return "requests through a proxy may not change anything"
    host = headers.get("host", "")
    if not _is_ours(host, port, own_host):
        return "the Host header names another server"
    origin = headers.get("origin")
    if origin is not None and origin.lower() not in {f"http://{host}".lower(), external_url or None}:
        return "the request comes from a page of another site"
    return ""


def _is_ours(host: str, port: int, own_host: str) -> bool:
    try:
        parts = urlsplit(f"//{host}")
        name, given = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.netloc != host or "@" in host or (given or 80) != port:
        return False
    return name == own_host.lower() or is_loopback_host(name)
