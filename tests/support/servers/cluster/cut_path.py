"""A way to a server on loopback that can be cut: then nothing passes either way, and neither end notices."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field


def _whole() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


@dataclass
class CutPath:
    """Forward each connection to a port; what was on its way when the path was cut arrives afterwards.

    That is what TCP makes of lost packets, so a server gets late what was sent to it before and meanwhile, by
    somebody who may be gone. A new connection is accepted while the path is cut, and not answered.
    """

    to: int
    port: int = 0
    _forwards: asyncio.Event = field(default_factory=_whole)
    _running: set[asyncio.Task[None]] = field(default_factory=set)

    def cut(self) -> None:
        """Let nothing pass from now on."""
        self._forwards.clear()

    def join(self) -> None:
        """Let everything pass again."""
        self._forwards.set()

    async def accept(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Forward one connection until both sides have closed it."""
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            await self._forwards.wait()
            other_reader, other_writer = await asyncio.open_connection("127.0.0.1", self.to)
            with closing(other_writer):
                await asyncio.gather(self._carry(reader, other_writer), self._carry(other_reader, writer))
        except OSError:
            pass  # nobody listens there
        finally:
            self._running.discard(task)
            writer.close()

    async def _carry(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Carry one direction; a side that is gone closes the other one."""
        with suppress(OSError):
            while data := await reader.read(1 << 16):
                await self._forwards.wait()
                writer.write(data)
                await writer.drain()
        await self._forwards.wait()
        writer.close()

    async def close(self) -> None:
        """End everything that is being forwarded."""
        running = [*self._running]
        for one in running:
            one.cancel()
        await asyncio.gather(*running, return_exceptions=True)


@asynccontextmanager
async def cut_path(to: int) -> AsyncIterator[CutPath]:
    """Run a path to a port of loopback."""
    path = CutPath(to)
    server = await asyncio.start_server(path.accept, "127.0.0.1", 0)
    path.port = server.sockets[0].getsockname()[1]
    try:
        yield path
    finally:
        server.close()
        await path.close()
