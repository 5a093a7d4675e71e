"""Accept requests under our own host names only, so that a foreign page cannot read ours (DNS rebinding).

A page of a stranger that has its own name pointed at this machine (DNS rebinding) would otherwise be allowed
to read everything by the browser; an address in the ``Host`` header cannot be pointed elsewhere.
"""

from collections.abc import Callable, Collection

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from monitor.addresses import is_ip, is_loopback_host, read_host, split_host_port
from monitor.parse.display import display
from monitor.web.paths import HEALTH

_LONGEST = 100


class KnownHosts:
    """Middleware that answers 421 (RFC 9110 section 15.5.20) to a request for a name that is not ours.

    Health is answered under any name: programs ask for it, and it shows nothing of what is watched.
    """

    def __init__(self, app: ASGIApp, *, names: Callable[[], Collection[str]]) -> None:
        """Wrap an application; ``names`` returns our names in lower case."""
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is asked of us."""
        if scope["type"] == "http" and scope["path"] not in HEALTH:
            host = Headers(scope=scope).get("host", "")
            if not is_known(host, self._names()):
                await _misdirected(host)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def is_known(host: str, names: Collection[str]) -> bool:
    """Return whether a ``Host`` header is missing, an address, or one of some names, with any port."""
    if not host:
        return True
    try:
        name = read_host(split_host_port(host)[0])
    except ValueError:
        return False
    return is_ip(name) or is_loopback_host(name) or name in names


def _misdirected(host: str) -> PlainTextResponse:
    said = display(host, _LONGEST)
    return PlainTextResponse(
        f"cert-monitor is not called {said} here; if that is a name of this machine, add it to web.hosts\n",
        421,
    )
