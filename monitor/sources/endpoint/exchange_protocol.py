"""Exchange the bytes of one handshake on loops without readiness callbacks (Windows' default one).

Does what exchange does, through an asyncio.Protocol, which runs on every loop. Must not know what the bytes
mean.
"""

import asyncio
import socket
from datetime import timedelta

from monitor.model import FailureReason
from monitor.sources.endpoint.conversation import Conversing
from monitor.tls.texts import RESET_IN_HANDSHAKE


class _Exchange(asyncio.Protocol):
    """Feeds one handshake until it is over; ``alarm`` is the timer to stop when the connection is gone."""

    __slots__ = ("_greeting", "_handshake", "_transport", "alarm", "finished")

    def __init__(self, handshake: Conversing, loop: asyncio.AbstractEventLoop) -> None:
        # Made here and not in a callback, where an error would only be logged.
        self._greeting = handshake.start()
        self._handshake = handshake
        self._transport: asyncio.Transport | None = None
        self.alarm: asyncio.TimerHandle | None = None
        self.finished: asyncio.Future[None] = loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - the type of every TCP transport
        self._transport = transport
        transport.write(self._greeting)

    def data_received(self, data: bytes) -> None:
        answer = self._handshake.feed(data)
        if answer and self._transport is not None:
            self._transport.write(answer)
        if self._handshake.over:
            self._finish()

    def eof_received(self) -> None:
        self._handshake.eof()
        self._finish()

    def connection_lost(self, exc: Exception | None) -> None:
        if self.alarm is not None:
            self.alarm.cancel()
        if exc is not None and not isinstance(exc, OSError) and not self.finished.done():
            self.finished.set_exception(exc)
        self._handshake.end(FailureReason.CLOSED, RESET_IN_HANDSHAKE)
        self._finish()

    def expire(self, allowed: timedelta) -> None:
        self._handshake.expire(allowed)
        self._finish()

    def _finish(self) -> None:
        if not self.finished.done():
            self.finished.set_result(None)


async def exchange_with_protocol(
    link: socket.socket, handshake: Conversing, deadline: float, allowed: timedelta, linger: float
) -> None:
    """Run a handshake over a connected socket; see ``exchange``.

    ``linger`` is how many seconds the final bytes may wait for a peer that does not read.
    """
    loop = asyncio.get_running_loop()
    try:
        protocol = _Exchange(handshake, loop)
        transport, _ = await loop.create_connection(lambda: protocol, sock=link)
    except BaseException:
        link.close()
        raise
    alarm = loop.call_at(deadline, protocol.expire, allowed)
    try:
        await protocol.finished
    except BaseException:
        transport.abort()
        raise
    finally:
        alarm.cancel()
    transport.close()
    if transport.get_write_buffer_size():
        protocol.alarm = loop.call_later(linger, transport.abort)
