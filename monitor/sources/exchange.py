"""Carry the bytes of one handshake over one connection; must not know what the bytes mean.

An asyncio.Protocol, because that runs on every loop (Windows' default loop has no add_reader) and costs
a sixth of the memory that streams take.
"""

import asyncio
import socket

from monitor.model import Reason
from monitor.tls import Handshake


class _Exchange(asyncio.Protocol):
    """Feed one handshake until it is over, then close."""

    __slots__ = ("_finished", "_handshake", "_transport")

    def __init__(self, handshake: Handshake, finished: "asyncio.Future[None]") -> None:
        self._handshake = handshake
        self._finished = finished
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - the type of every TCP transport
        self._transport = transport
        transport.write(self._handshake.start())

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
        if exc is not None and not isinstance(exc, OSError) and not self._finished.done():
            self._finished.set_exception(exc)
        elif not self._handshake.over:
            self._handshake.end(Reason.CLOSED, "the connection was reset in the middle of the TLS handshake")
        self._finish()

    def expire(self, within: str) -> None:
        self._handshake.expire(within)
        self._finish()

    def _finish(self) -> None:
        if not self._finished.done():
            self._finished.set_result(None)


async def exchange(link: socket.socket, handshake: Handshake, deadline: float, within: str) -> None:
    """Drive a handshake over a connected socket until it is over or the loop's clock passes ``deadline``.

    ``within`` puts the deadline in words for people (``within 10 s``). The outcome is in the handshake,
    whatever happens. The socket is always closed: after what is left to send where the handshake ended,
    at once when we are cancelled.
    """
    loop = asyncio.get_running_loop()
    protocol = _Exchange(handshake, loop.create_future())
    transport, _ = await loop.create_connection(lambda: protocol, sock=link)
    alarm = loop.call_at(deadline, protocol.expire, within)
    try:
        await protocol._finished  # noqa: SLF001 - function and class are one mechanism
    except BaseException:
        transport.abort()
        raise
    finally:
        alarm.cancel()
    transport.close()
    if transport.get_write_buffer_size():
        # The peer does not read: our last words may wait, but not for ever.
        loop.call_at(max(deadline, loop.time() + 1), transport.abort)
