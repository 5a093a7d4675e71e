"""Check orders for settings that no configuration accepts: who sends them may be hostile; pure."""

from monitor.addresses import is_ip, read_host
from monitor.dialects import DIALECTS
from monitor.model import TaggedSettings
from monitor.sources.endpoint.connect_options import Endpoint
from monitor.sources.files.settings import Files
from monitor.sources.kubernetes.settings import NAMESPACE, Cluster
from monitor.windows.access import AuthMethod, RemoteMachine

_PROXIES = ("http", "socks5")
_MOST_STARS, _MOST_DEPTHS = 5, 3
"""Wildcards of one level, and levels of any depth, in a pattern: more may take years to compare."""
_UNENCRYPTED = (AuthMethod.BASIC, AuthMethod.CERTIFICATE)


def unsupported_in(settings: TaggedSettings) -> str:
    """Return the setting that no configuration accepts, empty where all are valid."""
    if isinstance(settings, Endpoint):
        return _endpoint(settings)
    if isinstance(settings, Files):
        return next((one for one in (*settings.paths, *settings.exclude) if _slow_to_match(one)), "")
    if isinstance(settings, Cluster):
        names = (*settings.namespaces, *settings.exclude_namespaces)
        return next((one for one in names if not NAMESPACE.fullmatch(one)), "")
    if isinstance(settings, RemoteMachine) and not settings.tls and settings.auth in _UNENCRYPTED:
        return f"auth: {settings.auth} without TLS"
    return ""


def _endpoint(settings: Endpoint) -> str:
    connect = settings.connect
    if settings.server_name and not is_host(settings.server_name):
        return f"the server name {settings.server_name}"
    if connect.source and not (is_host(connect.source) and is_ip(connect.source)):
        return f"the source address {connect.source}"
    if connect.proxy is not None and connect.proxy.scheme not in _PROXIES:
        return f"a proxy of the kind {connect.proxy.scheme}"
    return "" if settings.protocol in DIALECTS else f"the protocol {settings.protocol}"


def is_host(text: str) -> bool:
    """Return whether a text is a host in the form in which hosts are compared."""
    try:
        return read_host(text) == text
    except ValueError:
        return False


def _slow_to_match(pattern: str) -> bool:
    levels = pattern.replace("\\", "/").split("/")
    stars = max((one.count("*") for one in levels if one != "**"), default=0)
    return stars > _MOST_STARS or levels.count("**") > _MOST_DEPTHS
