"""The server in our loop: real sockets on loopback, a taken port, a quick end."""

import asyncio
import signal
import socket
import time

import httpx
import pytest

from monitor.errors import SystemBrokenError
from monitor.web import WebServer, make_app
from support.factories.web.fakes import FakeDaemon


def server(host: str = "127.0.0.1", port: int = 0) -> WebServer:
    """Return a server that is not started."""
    return WebServer(make_app(FakeDaemon(), FakeDaemon()), host, port)


async def _answers(serving: WebServer) -> int:
    await serving.start()
    try:
        async with httpx.AsyncClient() as client:
            return (await client.get(f"{serving.url}/healthz")).status_code
    finally:
        await serving.stop()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_free_port(host: str) -> None:
    """Port 0 takes a free port, and the url says which."""
    assert asyncio.run(_answers(server(host))) == 200


def test_ipv6() -> None:
    """An IPv6 address is written in brackets in the url and works."""
    if not _has_ipv6():
        pytest.skip("this machine has no IPv6 loopback")
    assert asyncio.run(_answers(server("::1"))) == 200


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def test_taken_port() -> None:
    """A port that another program has is an error with a sentence that names it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SystemBrokenError, match=f"127.0.0.1:{port}"):
            asyncio.run(server(port=port).start())


def test_foreign_address() -> None:
    """An address that this machine does not have is an error with a sentence that names it."""
    with pytest.raises(SystemBrokenError, match=r"192\.0\.2\.1:9850"):
        asyncio.run(server("192.0.2.1", 9850).start())


def test_stop_with_open_connections() -> None:
    """Silent, idle and keep-alive connections do not delay the end by more than the grace."""

    async def run() -> float:
        serving = server()
        await serving.start()
        port = int(serving.url.rpartition(":")[2])
        _, silent = await asyncio.open_connection("127.0.0.1", port)
        _, half = await asyncio.open_connection("127.0.0.1", port)
        half.write(b"GET / HTTP/1.1\r\nHost: x\r\n")
        await half.drain()
        async with httpx.AsyncClient() as client:
            await client.get(f"{serving.url}/healthz")
            begun = time.monotonic()
            await serving.stop()
            took = time.monotonic() - begun
        for writer in (silent, half):
            writer.close()
        return took

    assert asyncio.run(run()) < 12  # an unfinished request has 15 s


def test_signals_are_not_ours() -> None:
    """The server leaves the handlers of SIGINT and SIGTERM alone."""

    async def run() -> bool:
        before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
        serving = server()
        await serving.start()
        during = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
        await serving.stop()
        return before == during

    assert asyncio.run(run())


def test_port_is_free_after_stop() -> None:
    """After the end the port can be used again at once."""

    async def run() -> tuple[str, str]:
        first = server()
        await first.start()
        await first.stop()
        again = server(port=int(first.url.rpartition(":")[2]))
        await again.start()
        await again.stop()
        return first.url, again.url

    before, after = asyncio.run(run())
    assert before == after


def test_stop_before_start() -> None:
    """Ending what never began does nothing."""
    assert asyncio.run(server().stop()) is None
