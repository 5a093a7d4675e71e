"""A small web server that gives lists of targets, well or badly, for the tests of discoveries."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

LIST = b'[{"targets": ["a:1"], "labels": {"site": "x"}}]'


@dataclass
class Served:
    """The address of the server and the requests that it received."""

    port: int = 0
    asked: list[str] = field(default_factory=list)

    def headers(self, name: str) -> list[str]:
        """Return the values of one header in everything that was asked."""
        lines = [line for text in self.asked for line in text.split("\r\n")]
        return [line.partition(": ")[2] for line in lines if line.lower().startswith(f"{name.lower()}:")]


def reply(
    body: bytes = LIST, status: str = "200 OK", kind: str = "application/json", **headers: str
) -> bytes:
    """Return a whole HTTP answer."""
    given = {"Content-Type": kind, "Content-Length": str(len(body)), "Connection": "close"} | headers
    lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body


@asynccontextmanager
async def served(
    answer: bytes | Callable[[str], bytes], context: ssl.SSLContext | None = None
) -> AsyncIterator[Served]:
    """Serve this answer, or what it makes of the path asked for; an empty one is never ended."""
    state = Served()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            first = await reader.readexactly(1)
            if first == b"\x16":  # a TLS handshake where plain HTTP is spoken
                writer.write(reply(b"", "400 Bad Request"))
                return
            text = (first + await reader.readuntil(b"\r\n\r\n")).decode()
            state.asked.append(text)
            said = answer(text.split()[1]) if callable(answer) else answer
            if not said:
                await reader.read()
            writer.write(said)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    state.port = server.sockets[0].getsockname()[1]
    try:
        yield state
    finally:
        server.close()
