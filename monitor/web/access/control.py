"""The middleware before every page: who asks, and may they? Without users anybody may read.

A browser on this machine also connects from loopback. A foreign page it shows either sends its own
``Origin`` (every browser does so with POST), or has its name pointed at 127.0.0.1 and sends that
name as ``Host`` (DNS rebinding). A proxy on this machine connects for others and is refused too.

A link from a mail is a credential itself where there are no users: its page verifies the token in the path,
and asks for nothing else.
"""

from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from monitor.web.access.credentials import bearer
from monitor.web.access.guard import READING, Guard
from monitor.web.access.local import refusal
from monitor.web.access.refusals import AccessRefusedError, forbidden
from monitor.web.caller import ANONYMOUS, LOCAL, Caller, set_caller
from monitor.web.paths import is_link
from monitor.web.problems import problem

NO_CREDENTIAL = (
    "a change needs the token in the file local-token beside the database, as Authorization: Bearer TOKEN; "
    "cert-monitor's own commands read it"
)


class AccessControl:
    """Middleware that lets nobody do what they may not, and says who makes the request.

    It goes by the method and not by the path, because a path can be written in ways that a route still takes.
    The exceptions are single paths, each in the one way in which it is written.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        is_allowed: Callable[[str], bool],
        own_host: str = "",
        external_url: Callable[[], str] = lambda: "",
        guard: Guard | None = None,
    ) -> None:
        """Wrap an application.

        ``is_allowed`` returns whether a token is a credential; ``own_host`` is the name or address on which
        it listens, and ``external_url`` returns the address for people elsewhere. ``guard`` is ``None`` where
        there can be no users.
        """
        self._app = app
        self._is_allowed = is_allowed
        self._own_host = own_host
        self._external_url = external_url
        self._guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is allowed, with its caller."""
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            try:
                if self._guard is not None and self._guard.needed:
                    caller, receive = await self._guard.admit(scope, receive, headers, self._external_url())
                else:
                    caller = self._without_users(scope, headers)
            except AccessRefusedError as refused:
                await refused.response(scope, receive, send)
                return
            set_caller(scope, caller)
        await self._app(scope, receive, send)

    def _without_users(self, scope: Scope, headers: Headers) -> Caller:
        """Return who makes a request where anybody may read and the token of this machine changes things."""
        by_link = scope["method"] == "POST" and is_link(scope.get("path", ""))
        if by_link:
            return ANONYMOUS
        why = self._no_local_program(scope, headers)
        if scope["method"] in READING:
            token = bearer(headers)
            return LOCAL if token and not why and self._is_allowed(token) else ANONYMOUS
        if why:
            raise forbidden(why)
        if not self._is_allowed(bearer(headers)):
            raise AccessRefusedError(problem(401, [NO_CREDENTIAL], {"www-authenticate": "Bearer"}))
        return LOCAL

    def _no_local_program(self, scope: Scope, headers: Headers) -> str:
        """Return why a request is not one of a program on this machine."""
        peer, server = scope.get("client") or ("", 0), scope.get("server") or ("", 0)
        ours, origin = self._own_host, self._external_url()
        return refusal(peer[0], server[1], headers, own_host=ours, external_url=origin)
