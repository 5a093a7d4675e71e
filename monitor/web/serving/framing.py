"""Refuse requests that state their length in two ways: a proxy before us may choose the other (smuggling)."""

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class OneLength:
    """Middleware that answers 400 and closes where both headers are there (RFC 9112 section 6.1)."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what has one length or none."""
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            if "transfer-encoding" in headers and "content-length" in headers:
                said = "a request with Transfer-Encoding must not have a Content-Length\n"
                await PlainTextResponse(said, 400, headers={"connection": "close"})(scope, receive, send)
                return
        await self._app(scope, receive, send)
