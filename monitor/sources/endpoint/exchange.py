"""Carry the bytes of one handshake over one connection; must not know what the bytes mean.

On a socket of our own and the loop's word that it is ready: a transport with its protocol costs a probe a
seventh more. Where a loop does not tell (Windows' default one), exchange_protocol does the same.
"""

import asyncio
import os
import socket

from monitor.model import FailureReason
from monitor.network.connect import explain
from monitor.sources.endpoint.conversation import Conversing
from monitor.sources.endpoint.exchange_protocol import exchange_with_protocol

# How long our last words may wait for a peer that does not read, in seconds.
_LINGER = 1.0
_READ_SIZE = 16_384


def tells_readiness(loop: asyncio.AbstractEventLoop) -> bool:
    """Return whether a loop has ``add_reader``: all but Windows' proactor do."""
    return type(loop).add_reader is not asyncio.AbstractEventLoop.add_reader


async def exchange(link: socket.socket, handshake: Conversing, deadline: float, within: str) -> None:
    """Drive a handshake over a socket until it is over or the loop's clock passes ``deadline``.

    The socket is connected or, where ``tells_readiness``, on its way. ``within`` puts the deadline in words
    for people (``within 10 s``). The outcome is in the handshake, whatever happens. The socket is always
    closed: after what is left to send where the handshake ended, at once when we are cancelled.
    """
    loop = asyncio.get_running_loop()
    if tells_readiness(loop):
        await _exchange_with_reader(link, handshake, deadline, within)
    else:
        await exchange_with_protocol(link, handshake, deadline, within, _LINGER)


async def _exchange_with_reader(
    link: socket.socket, handshake: Conversing, deadline: float, within: str
) -> None:
    loop = asyncio.get_running_loop()
    try:
        conversation = _Conversation(link, handshake, loop)
    except BaseException:
        link.close()
        raise
    alarm = loop.call_at(deadline, conversation.expire, within)
    try:
        await conversation.finished
    except BaseException:
        conversation.close()
        raise
    finally:
        alarm.cancel()


class _Conversation:
    """Connect, then feed one handshake until it is over; every callback ends in a state or in ``finished``.

    An error in a callback would only be logged by the loop, so each hands its own to ``_break``.
    """

    __slots__ = (
        "_alarm",
        "_connecting",
        "_handshake",
        "_link",
        "_loop",
        "_number",
        "_reading",
        "_unsent",
        "_writing",
        "finished",
    )

    def __init__(self, link: socket.socket, handshake: Conversing, loop: asyncio.AbstractEventLoop) -> None:
        self._link = link
        self._number = link.fileno()
        self._handshake = handshake
        self._loop = loop
        self._alarm: asyncio.TimerHandle | None = None
        self._unsent = b""
        self._connecting = True
        self._reading = False
        self._writing = True
        self.finished: asyncio.Future[None] = loop.create_future()
        loop.add_writer(self._number, self._on_writable)

    def expire(self, within: str) -> None:
        """Learn that time is up."""
        if self._connecting:
            self._handshake.end(FailureReason.TIMEOUT, f"no answer to the connection request {within}")
        else:
            self._handshake.expire(within)
        self.close()

    def close(self) -> None:
        """End at once, whatever is left to send."""
        self._listen(wanted=False)
        self._wait_to_send(wanted=False)
        self._link.close()
        if self._alarm is not None:
            self._alarm.cancel()
        if not self.finished.done():
            self.finished.set_result(None)

    def _on_writable(self) -> None:
        try:
            if self._connecting:
                self._open()
            else:
                self._say(b"")
        except Exception as error:  # noqa: BLE001 - whatever it is, the waiting look gets it
            self._break(error)

    def _on_readable(self) -> None:
        try:
            data = self._link.recv(_READ_SIZE)
            if data:
                self._say(self._handshake.feed(data))
            else:
                self._handshake.eof()
                self.close()
        except (BlockingIOError, InterruptedError):
            pass  # select(2): a socket reported as ready may still have nothing
        except Exception as error:  # noqa: BLE001 - whatever it is, the waiting look gets it
            self._break(error)

    def _open(self) -> None:
        number = self._link.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if number:
            self._handshake.end(*explain(OSError(number, os.strerror(number))))
            self.close()
            return
        self._connecting = False
        self._wait_to_send(wanted=False)
        self._listen(wanted=True)
        self._say(self._handshake.start())

    def _say(self, words: bytes) -> None:
        """Send what the network takes now and keep the rest; part when the handshake is over."""
        self._unsent += words
        if self._unsent:
            try:
                sent = self._link.send(self._unsent)
            except (BlockingIOError, InterruptedError):
                sent = 0
            self._unsent = self._unsent[sent:]
            self._wait_to_send(wanted=bool(self._unsent))
        if self._handshake.over:
            self._part()

    def _part(self) -> None:
        """Close, or let our last words wait for a moment while the probe goes on without them."""
        if not self._unsent:
            self.close()
        elif self._alarm is None:
            self._listen(wanted=False)
            self._alarm = self._loop.call_later(_LINGER, self.close)
            if not self.finished.done():
                self.finished.set_result(None)

    def _break(self, error: Exception) -> None:
        if not isinstance(error, OSError) and not self.finished.done():
            self.finished.set_exception(error)
        self._handshake.end(
            FailureReason.CLOSED, "the connection was reset in the middle of the TLS handshake"
        )
        self.close()

    # The loop raises nothing for a descriptor that it does not know, but by then the number may be
    # another socket's: hence what is waited for is remembered.

    def _listen(self, *, wanted: bool) -> None:
        if wanted and not self._reading:
            self._loop.add_reader(self._number, self._on_readable)
        elif self._reading and not wanted:
            self._loop.remove_reader(self._number)
        self._reading = wanted

    def _wait_to_send(self, *, wanted: bool) -> None:
        if wanted and not self._writing:
            self._loop.add_writer(self._number, self._on_writable)
        elif self._writing and not wanted:
            self._loop.remove_writer(self._number)
        self._writing = wanted
