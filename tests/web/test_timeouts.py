"""Connections that nobody uses: they do not keep others from being answered."""

import asyncio

import httpx
import pytest

from monitor.web import WebServer, make_app, timeouts
from support.factories.web_fakes import FakeDaemon


@pytest.mark.parametrize(
    "words", [b"", b"GET /healthz HTTP/1.1\r\nHost: x", b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /"]
)
def test_connections_that_ask_nothing_are_closed(monkeypatch: pytest.MonkeyPatch, words: bytes) -> None:
    """As many as we take say nothing or half a request; soon others are answered again."""
    monkeypatch.setattr(timeouts, "REQUEST_TIMEOUT", 0.3)

    async def scenario() -> int:
        serving = WebServer(make_app(FakeDaemon()), "127.0.0.1", 0)
        await serving.start()
        port = int(serving.url.rpartition(":")[2])
        opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(100)]
        try:
            for _, writer in opened:
                writer.write(words)
            async with asyncio.timeout(20):
                for reader, _ in opened:
                    await reader.read()
            async with httpx.AsyncClient(trust_env=False) as client:
                return (await client.get(f"{serving.url}/healthz")).status_code
        finally:
            for _, writer in opened:
                writer.close()
            await serving.stop()

    assert asyncio.run(scenario()) == 200


def test_a_connection_in_use_is_not_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A scraper that asks again and again keeps its connection."""
    monkeypatch.setattr(timeouts, "REQUEST_TIMEOUT", 0.2)

    async def scenario() -> tuple[list[int], bool]:
        serving = WebServer(make_app(FakeDaemon()), "127.0.0.1", 0)
        await serving.start()
        reader, writer = await asyncio.open_connection("127.0.0.1", int(serving.url.rpartition(":")[2]))
        answers = []
        try:
            for _ in range(6):
                writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(line for line in head.lower().split(b"\r\n") if b"content-length" in line)
                await reader.readexactly(int(length.partition(b":")[2]))
                answers.append(int(head.split()[1]))
                await asyncio.sleep(0.1)
            return answers, reader.at_eof()
        finally:
            writer.close()
            await serving.stop()

    assert asyncio.run(scenario()) == ([200] * 6, False)
