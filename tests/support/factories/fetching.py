"""One request to one server over HTTP, and what came of it."""

import asyncio
from typing import Any

from monitor.http.policy import UrlPolicy
from monitor.http.request import FetchError, FetchRequest, FetchResponse, Redirects
from support.servers.issuers.issuer_world import LOOPBACK, fetcher
from support.servers.web.server import Reply, http, web
from support.written import written

KIB = 1024


def following(url: str, body: bytes | None = None, **keys: Any) -> FetchRequest:
    """Return a request as issuers are asked: redirects are followed, only good answers count."""
    method = "GET" if body is None else "POST"
    return FetchRequest(url, method, body, redirects=Redirects.ANY, accept=(200, 304), **keys)


def asked(
    reply: Reply,
    *,
    most: int = 4 * KIB,
    within: float = 5.0,
    body: bytes | None = None,
    policy: UrlPolicy = LOOPBACK,
    **more: Reply,
) -> tuple[FetchResponse | str, list[str]]:
    """Return the answer for one path, or the sentence instead, and the paths that were asked."""

    async def run() -> tuple[FetchResponse | str, list[str]]:
        async with web(x=reply, **more) as server:
            request = following(server.url("/x"), body, max_bytes=most, timeout=within)
            try:
                return await fetcher(policy=policy).fetch(request), server.asked
            except FetchError as error:
                return written(error.message), server.asked

    return asyncio.run(run())


def said(reply: Reply, **more: object) -> str:
    """Return the sentence that an answer leads to."""
    found, _ = asked(reply, **more)  # type: ignore[arg-type]
    assert isinstance(found, str)
    return found


def redirect(to: str, status: str = "302 Found") -> bytes:
    """Return a redirect."""
    return http(b"", status, f"Location: {to}")
