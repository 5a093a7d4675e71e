"""TLS of our listeners: handshakes are bounded, and nothing of what comes after them is lost."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx
import pytest

from monitor.web import WebServer, make_app
from monitor.web.serving import handshakes
from support import pki
from support.factories.web.fakes import FakeDaemon


@asynccontextmanager
async def served() -> AsyncIterator[tuple[WebServer, int]]:
    """Run a server with TLS; give it and its port."""
    context = pki.tls_context(pki.leaf("localhost"))
    server = WebServer(make_app(FakeDaemon(), FakeDaemon()), "127.0.0.1", 0, tls=context)
    await server.start()
    try:
        yield server, int(server.url.rpartition(":")[2])
    finally:
        await server.stop()


async def asked(server: WebServer) -> int:
    """Return the status of an answer to a new connection."""
    async with httpx.AsyncClient(verify=False, trust_env=False, timeout=30) as client:
        return (await client.get(f"{server.url}/healthz")).status_code


async def silent(port: int, count: int) -> list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Return connections that never begin a handshake."""
    return [await asyncio.open_connection("127.0.0.1", port) for _ in range(count)]


def test_silent_connections_give_way() -> None:
    """However many connections begin no handshake, the last ones stay and a client is answered."""

    async def run() -> tuple[int, int]:
        async with served() as (server, port):
            opened = await silent(port, handshakes.MOST_HANDSHAKES + 20)
            status = await asked(server)
            first = [asyncio.wait_for(reader.read(1), 0.5) for reader, _ in opened[:20]]
            ended = await asyncio.gather(*first, return_exceptions=True)
            for _, writer in opened:
                writer.close()
            return status, sum(not isinstance(one, TimeoutError) for one in ended)

    assert asyncio.run(run()) == (200, 20)


def test_slow_handshake(monkeypatch: pytest.MonkeyPatch) -> None:
    """A handshake that takes too long is ended."""
    monkeypatch.setattr(handshakes, "HANDSHAKE_TIMEOUT", 0.2)

    async def run() -> bytes:
        async with served() as (_, port):
            [(reader, writer)] = await silent(port, 1)
            try:
                return await asyncio.wait_for(reader.read(), 20)
            except ConnectionError:
                return b""
            finally:
                writer.close()

    assert asyncio.run(run()) == b""


@pytest.mark.parametrize("greeting", [b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\xff\xff", b"\0" * 500])
def test_no_handshake(greeting: bytes) -> None:
    """What is no TLS is closed, and the next client is answered."""

    async def run() -> int:
        async with served() as (server, port):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(greeting)
            writer.write_eof()
            with suppress(ConnectionError):
                await asyncio.wait_for(reader.read(), 20)
            writer.close()
            return await asked(server)

    assert asyncio.run(run()) == 200


def test_request_with_the_end_of_the_handshake() -> None:
    """A request in the same packet as the client's last message of the handshake is answered."""

    async def run() -> bytes:
        async with served() as (_, port):
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
            tls = context.wrap_bio(incoming, outgoing)
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            while True:
                try:
                    tls.do_handshake()
                    break
                except ssl.SSLWantReadError:
                    writer.write(outgoing.read())
                    incoming.write(await reader.read(65536))
            tls.write(b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            writer.write(outgoing.read())
            answer = b""
            while b"ok" not in answer:
                incoming.write(await asyncio.wait_for(reader.read(65536), 20))
                with suppress(ssl.SSLWantReadError):
                    while piece := tls.read(65536):  # each call returns one record
                        answer += piece
            writer.close()
            return answer

    assert asyncio.run(run()).startswith(b"HTTP/1.1 200 OK")


def test_stop_during_handshakes() -> None:
    """Open handshakes do not delay the end by more than the grace."""

    async def run() -> float:
        async with served() as (_, port):
            opened = await silent(port, 3)
            begin = time.monotonic()
        took = time.monotonic() - begin
        for _, writer in opened:
            writer.close()
        return took

    assert asyncio.run(run()) < 10
