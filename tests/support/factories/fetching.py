"""One question to one server over HTTP, and what came of it."""

import asyncio

from monitor.issuers.fetch import Answer, Question, UnansweredError
from monitor.issuers.reach import Reach
from support.servers.issuer_world import LOOPBACK, Reply, fetcher, http, web

KIB = 1024


def asked(
    reply: Reply,
    *,
    most: int = 4 * KIB,
    within: float = 5.0,
    body: bytes | None = None,
    reach: Reach = LOOPBACK,
    **more: Reply,
) -> tuple[Answer | str, list[str]]:
    """Return the answer for one path, or the sentence instead, and the paths that were asked."""

    async def run() -> tuple[Answer | str, list[str]]:
        async with web(x=reply, **more) as server:
            question = Question(server.url("/x"), body, most=most, within=within)
            try:
                return await fetcher(reach=reach).ask(question), server.asked
            except UnansweredError as error:
                return str(error), server.asked

    return asyncio.run(run())


def said(reply: Reply, **more: object) -> str:
    """Return the sentence that an answer leads to."""
    found, _ = asked(reply, **more)  # type: ignore[arg-type]
    assert isinstance(found, str)
    return found


def redirect(to: str, status: str = "302 Found") -> bytes:
    """Return a redirect."""
    return http(b"", status, f"Location: {to}")
