"""Requests over HTTP, to good and to hostile servers."""

import asyncio
import gzip
import time

import pytest

from monitor.http.request import FetchError, FetchResponse
from monitor.http.texts import refused
from support.factories.fetching import KIB, asked, following, redirect, said
from support.servers.issuers.issuer_world import fetcher
from support.servers.web.server import Reply, Request, http, web


def test_a_good_answer() -> None:
    """The body comes as it was sent, with the headers."""
    answer, _ = asked(http(b"list", "200 OK", 'ETag: "1"'))
    assert isinstance(answer, FetchResponse)
    assert (answer.body, answer.headers["etag"], answer.not_modified) == (b"list", '"1"', False)


def test_unchanged() -> None:
    """An answer to a conditional question says that nothing changed."""
    answer, _ = asked(http(b"", "304 Not Modified"))
    assert isinstance(answer, FetchResponse)
    assert answer.not_modified


def test_a_post() -> None:
    """A question with a body is posted."""

    async def run() -> Request:
        async with web(x=http(b"yes")) as server:
            headers = {"Content-Type": "application/ocsp-request"}
            await fetcher().fetch(following(server.url("/x"), b"body", headers=headers))
            return server.requests[0]

    request = asyncio.run(run())
    assert (request.method, request.body, request.headers["content-type"]) == (
        "POST",
        b"body",
        "application/ocsp-request",
    )


def test_no_login_and_no_cookie_is_sent() -> None:
    """What a server sets is not sent back to it."""

    async def run() -> list[dict[str, str]]:
        async with web(x=redirect("/y") + b"", y=http(b"yes")) as server:
            server.replies["/x"] = http(b"", "302 Found", "Location: /y", "Set-Cookie: a=b; Path=/")
            await fetcher().fetch(following(server.url("/x")))
            return [request.headers for request in server.requests]

    assert [h.get("cookie") or h.get("authorization") for h in asyncio.run(run())] == [None, None]


@pytest.mark.parametrize(
    "status", ["204 No Content", "400 Bad Request", "404 Not Found", "500 Internal Server Error"]
)
def test_other_statuses(status: str) -> None:
    """What is no good answer is named by its number."""
    assert (
        said(http(b"x" if status[0] != "2" else b"", status)) == f"127.0.0.1 answered with HTTP {status[:3]}"
    )


async def endless(_request: Request, writer: asyncio.StreamWriter) -> None:
    """Send a body that never ends."""
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(b"x" * KIB)
        await writer.drain()


async def endless_head(_request: Request, writer: asyncio.StreamWriter) -> None:
    """Send headers that never end."""
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-Y: " + b"z" * 500 + b"\r\n")
        await writer.drain()
        await asyncio.sleep(0)


async def slow(_request: Request, writer: asyncio.StreamWriter) -> None:
    """Send a byte now and then."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.05)


async def silent(_request: Request, _writer: asyncio.StreamWriter) -> None:
    """Send nothing."""
    await asyncio.sleep(60)


def test_endless_body() -> None:
    """A body is read up to its bound."""
    assert said(endless) == "127.0.0.1 sent more than 4 KiB"


def test_announced_body_of_gigabytes() -> None:
    """What is announced reserves nothing, and the bound holds."""

    async def huge(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n" + b"x" * 64 * KIB)
        await writer.drain()

    assert said(huge) == "127.0.0.1 sent more than 4 KiB"


@pytest.mark.parametrize("reply", [slow, silent])
def test_slow_servers(reply: Reply) -> None:
    """The whole of a question has a time, however the bytes drop in."""
    assert said(reply, within=0.4) == "no complete answer from 127.0.0.1 within 0.4 s"


def test_endless_headers() -> None:
    """Headers are bounded as well."""
    sentence = said(endless_head, within=3)
    assert sentence in (
        "127.0.0.1 sent an incomplete answer, or one that is not HTTP",
        "no complete answer from 127.0.0.1 within 3 s",
    )


def test_packed_bomb() -> None:
    """A packed body is not unpacked."""
    bomb = gzip.compress(b"\0" * 50_000_000)
    begun = time.process_time()
    sentence = said(http(bomb, "200 OK", "Content-Encoding: gzip"), most=KIB * KIB)
    assert sentence == "127.0.0.1 sent a compressed answer (gzip), which was not requested"
    assert time.process_time() - begun < 3


def test_no_http() -> None:
    """Something else that talks is named."""
    assert said(b"SSH-2.0-OpenSSH_9.2\r\n") == "127.0.0.1 sent an incomplete answer, or one that is not HTTP"


def test_half_a_body() -> None:
    """A body that breaks off is no answer."""
    half = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"
    assert said(half) == "127.0.0.1 sent an incomplete answer, or one that is not HTTP"


def test_hanging_up() -> None:
    """A server that says nothing and hangs up gave no answer."""
    assert said(b"") == "127.0.0.1 closed the connection without an answer"


def test_nobody_there() -> None:
    """A port where nobody listens refuses."""

    async def run() -> None:
        async with web() as server:
            url = server.url("/x")
        await fetcher().fetch(following(url))

    with pytest.raises(FetchError) as caught:
        asyncio.run(run())
    assert caught.value.message == refused(server="127.0.0.1")
