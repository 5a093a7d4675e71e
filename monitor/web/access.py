"""Who may ask for what: anybody may read; programs on this machine that know its token may change something.

A browser on this machine also connects from loopback. A foreign page it shows either sends its own
``Origin`` (every browser does so with POST), or has its name pointed at 127.0.0.1 and sends that
name as ``Host`` (DNS rebinding). A proxy on this machine connects for others and is refused too.

A link from a mail is a credential itself: its page verifies the token in the path, and asks for nothing else.
"""

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from monitor.addresses import is_loopback, is_loopback_host
from monitor.web.caller import ANONYMOUS, Caller, Role, set_caller
from monitor.web.paths import is_link

NO_CREDENTIAL = (
    "a change needs the token in the file local-token beside the database, as Authorization: Bearer TOKEN; "
    "cert-monitor's own commands read it"
)
_READING = ("GET", "HEAD")
_LOCAL = Caller("local", Role.OPERATOR)
_PROXIED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


class AccessControl:
    """Middleware that answers 403 to a client that may not do what a request asks for.

    It goes by the method and not by the path, because a path can be written in ways that a route still takes.
    The one exception is the path of a link, in the one way in which it is written.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        is_allowed: Callable[[str], bool],
        own_host: str = "",
        external_url: Callable[[], str] = lambda: "",
    ) -> None:
        """Wrap an application.

        ``is_allowed`` returns whether a token is a credential; ``own_host`` is the name or address on which
        it listens, and ``external_url`` returns the address for people elsewhere.
        """
        self._app = app
        self._is_allowed = is_allowed
        self._own_host = own_host
        self._external_url = external_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is allowed, with its caller."""
        if scope["type"] == "http":
            set_caller(scope, ANONYMOUS)
        if scope["type"] == "http" and scope["method"] not in _READING and not _by_link(scope):
            peer, server = scope.get("client") or ("", 0), scope.get("server") or ("", 0)
            headers = Headers(scope=scope)
            ours, origin = self._own_host, self._external_url()
            if problem := refusal(peer[0], server[1], headers, own_host=ours, external_url=origin):
                await _refused(problem, 403)(scope, receive, send)
                return
            if not self._is_allowed(_token(headers)):
                await _refused(NO_CREDENTIAL, 401)(scope, receive, send)
                return
            set_caller(scope, _LOCAL)
        await self._app(scope, receive, send)


def _by_link(scope: Scope) -> bool:
    return scope["method"] == "POST" and is_link(scope.get("path", ""))


def _refused(problem: str, status: int) -> JSONResponse:
    headers = {"www-authenticate": "Bearer"} if status == 401 else None
    return JSONResponse({"ok": False, "problems": [problem]}, status, headers=headers)


def _token(headers: Headers) -> str:
    """Return the bearer token of a request (RFC 6750 section 2.1), empty without one."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


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
