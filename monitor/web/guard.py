"""Decide who may ask for a reload: a program on this machine, never a web page; knows nothing of the daemon.

A browser on this machine also connects from loopback. A foreign page it shows either sends its own
``Origin`` (every browser does so with POST), or has its name pointed at 127.0.0.1 and sends that
name as ``Host`` (DNS rebinding). A proxy on this machine connects for others and is refused too.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from monitor.addresses import is_loopback, is_loopback_host

_PROXIED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


def refusal(peer: str, port: int, headers: Mapping[str, str], *, own_host: str = "") -> str:
    """Return why a request may not reload, empty when it may.

    ``port`` is ours, ``own_host`` the name or address that we were told to listen on.
    """
    if not is_loopback(peer):
        return "reload answers programs on the same machine only"
    if any(name in headers for name in _PROXIED):
        return "reload does not answer through a proxy"
    host = headers.get("host", "")
    if not _is_ours(host, port, own_host):
        return "the Host header names another server"
    origin = headers.get("origin")
    if origin is not None and origin.lower() != f"http://{host}".lower():
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
