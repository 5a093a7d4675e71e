"""Connections that nobody uses: they do not keep others from being answered."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from monitor.web import WebServer, make_app
from monitor.web.serving import connections
from support.factories.web.fakes import FakeDaemon


class Endless(FakeDaemon):
    """A daemon whose metrics never end."""

    def metrics(self) -> Iterator[bytes]:
        """Yield for ever."""
        while True:
            yield b"# nothing\n" * 10_000


@pytest.mark.parametrize(
    "words", [b"", b"GET /healthz HTTP/1.1\r\nHost: x", b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /"]
)
def test_connections_that_ask_nothing_are_closed(monkeypatch: pytest.MonkeyPatch, words: bytes) -> None:
    """As many as we take say nothing or half a request; soon others are answered again."""
    monkeypatch.setattr(connections, "REQUEST_TIMEOUT", 0.3)

    async def scenario() -> int:
        serving = WebServer(make_app(FakeDaemon(), FakeDaemon()), "127.0.0.1", 0)
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


@pytest.mark.parametrize("words", [b"", b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"])
def test_a_new_client_takes_the_place_of_one_that_does_nothing(words: bytes) -> None:
    """More connections than we take, without a request or with an answer that nobody reads, block nobody."""

    async def scenario() -> tuple[int, int]:
        serving = WebServer(make_app(Endless(), Endless()), "127.0.0.1", 0)
        await serving.start()
        port = int(serving.url.rpartition(":")[2])
        opened = []
        try:
            for _ in range(connections.MOST_CONNECTIONS + 50):
                opened.append(await asyncio.open_connection("127.0.0.1", port, limit=1))
                opened[-1][1].write(words)
            async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
                answer = await client.get(f"{serving.url}/healthz")
            return answer.status_code, len(serving._server.server_state.connections)
        finally:
            for _, writer in opened:
                writer.close()
            await serving.stop()

    status, held = asyncio.run(scenario())
    assert status == 200
    assert held <= connections.MOST_OF_ONE_PEER + connections.RESERVE


def test_an_answer_that_nobody_reads_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that takes no part of its answer for long is cut off."""
    monkeypatch.setattr(connections, "WRITE_TIMEOUT", 0.2)

    async def scenario() -> int:
        serving = WebServer(make_app(Endless(), Endless()), "127.0.0.1", 0)
        await serving.start()
        _, writer = await asyncio.open_connection("127.0.0.1", int(serving.url.rpartition(":")[2]), limit=1)
        held = serving._server.server_state.connections
        try:
            writer.write(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
            async with asyncio.timeout(30):
                while not held:
                    await asyncio.sleep(0.01)
                while held:
                    await asyncio.sleep(0.01)
            return len(held)
        finally:
            writer.close()
            await serving.stop()

    assert asyncio.run(scenario()) == 0


def test_where_all_are_in_use_health_is_answered_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients that are being served keep their connections; a further one may ask for our health only."""
    monkeypatch.setattr(connections, "MOST_OF_ONE_PEER", 3)

    async def scenario() -> list[int]:
        serving = WebServer(make_app(Endless(), Endless()), "127.0.0.1", 0)
        await serving.start()
        clients = [httpx.AsyncClient(trust_env=False, timeout=30) for _ in range(3)]
        reading = [asyncio.create_task(_read_on(client, serving.url)) for client in clients]
        try:
            async with asyncio.timeout(30):
                while len(serving._server.server_state.tasks) < 3:
                    await asyncio.sleep(0.01)
            found = []
            for path in ("/healthz", "/metrics"):
                async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
                    found.append((await client.get(f"{serving.url}{path}")).status_code)
            return found
        finally:
            for task in reading:
                task.cancel()
            await asyncio.gather(*reading, return_exceptions=True)
            for client in clients:
                await client.aclose()
            await serving.stop()

    assert asyncio.run(scenario()) == [200, 503]


async def _read_on(client: httpx.AsyncClient, url: str) -> None:
    async with client.stream("GET", f"{url}/metrics") as answer:
        async for _ in answer.aiter_raw():
            await asyncio.sleep(0)


def test_a_connection_in_use_is_not_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A scraper that asks again and again keeps its connection."""
    monkeypatch.setattr(connections, "REQUEST_TIMEOUT", 0.2)

    async def scenario() -> tuple[list[int], bool]:
        serving = WebServer(make_app(FakeDaemon(), FakeDaemon()), "127.0.0.1", 0)
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


@pytest.mark.parametrize("body", [b"no chunk\r\n", b"5\r\nabcdefgh\r\n"])
@pytest.mark.parametrize(("pause", "status"), [(0, b"400"), (0.2, b"421")])
def test_body_that_is_not_http(
    caplog: pytest.LogCaptureFixture, body: bytes, pause: float, status: bytes
) -> None:
    """A request with such a body gets one answer, before or after the body, and is no error in the log."""

    async def scenario() -> bytes:
        serving = WebServer(make_app(FakeDaemon(), FakeDaemon()), "127.0.0.1", 0)
        await serving.start()
        reader, writer = await asyncio.open_connection("127.0.0.1", int(serving.url.rpartition(":")[2]))
        try:
            writer.write(b"POST / HTTP/1.1\r\nHost: evil.example\r\nTransfer-Encoding: chunked\r\n\r\n")
            await asyncio.sleep(pause)
            writer.write(body)
            async with asyncio.timeout(20):
                return await reader.read()
        finally:
            writer.close()
            await serving.stop()

    answer = asyncio.run(scenario())
    assert (answer.split()[1], answer.count(b"HTTP/1.1 ")) == (status, 1)
    assert [one.message for one in caplog.records if one.levelname == "ERROR"] == []
