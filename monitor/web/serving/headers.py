"""Safe headers on every response, also on errors; decides nothing about the content."""

from collections.abc import Callable, Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_PLAIN = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
SAFE = {
    "content-security-policy": _PLAIN,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


class SafeHeaders:
    """Middleware that adds the safe headers; a header that a response sets itself stays."""

    def __init__(self, app: ASGIApp, *, more: Callable[[], Mapping[str, str]] = dict) -> None:
        """Wrap an application; ``more`` returns headers that replace safe ones or come on top."""
        self._app = app
        self._more = more

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on and add the headers that the response lacks."""

        async def send_safe(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                present = {name.decode("latin-1").lower() for name, _ in headers}
                headers += [
                    (n.encode(), v.encode()) for n, v in {**SAFE, **self._more()}.items() if n not in present
                ]
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, send_safe)
