"""Exchange the bytes of one handshake over one connection; must not know what the bytes mean.

On a raw socket with the loop's readiness callbacks: a transport with its protocol makes a probe a seventh
more expensive. Where a loop has none (Windows' default one), exchange_protocol does the same.
"""

import asyncio
import os
import socket
from datetime import timedelta

from monitor.model import FailureReason
from monitor.network.connect import explain
from monitor.sources.endpoint.conversation import Conversing
from monitor.sources.endpoint.exchange_protocol import exchange_with_protocol
from monitor.sources.endpoint.texts import no_answer
from monitor.tls.texts import RESET_IN_HANDSHAKE

# How long the final bytes may wait for a peer that does not read, in seconds.
_LINGER = 1.0
_READ_SIZE = 16_384


def supports_readers(loop: asyncio.AbstractEventLoop) -> bool:
    """Return whether a loop has ``add_reader``: all but Windows' proactor have."""
    return type(loop).add_reader is not asyncio.AbstractEventLoop.add_reader


async def exchange(link: socket.socket, handshake: Conversing, deadline: float, allowed: timedelta) -> None:
    """Run a handshake over a socket until it is over or the loop's clock passes ``deadline``.

    The socket is connected or, where ``supports_readers``, connecting. ``allowed`` is the time
    that was allowed. The result is in the handshake, whatever happens. The socket is always closed:
    after the remaining bytes are sent where the handshake ended, at once on cancellation.
    """
    loop = asyncio.get_running_loop()
    if supports_readers(loop):
        await _exchange_with_reader(link, handshake, deadline, allowed)
    else:
        await exchange_with_protocol(link, handshake, deadline, allowed, _LINGER)


async def _exchange_with_reader(
    link: socket.socket, handshake: Conversing, deadline: float, allowed: timedelta
) -> None:
    loop = asyncio.get_running_loop()
    try:
        conversation = _Conversation(link, handshake, loop)
    except BaseException:
        link.close()
        raise
    alarm = loop.call_at(deadline, conversation.expire, allowed)
    try:
        await conversation.finished
    except BaseException:
        conversation.close()
        raise
    finally:
        alarm.cancel()


class _Conversation:
    """Connects, then feeds one handshake; every callback ends in a state or in ``finished``.

    An error in a callback would only be logged by the loop, so each passes its own to ``_break``.
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

    def expire(self, allowed: timedelta) -> None:
        """End the exchange at its timeout."""
        if self._connecting:
            self._handshake.end(FailureReason.TIMEOUT, no_answer(timeout=allowed))
        else:
            self._handshake.expire(allowed)
        self.close()

    def close(self) -> None:
        """Close at once, whatever remains to be sent."""
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
        except Exception as error:  # noqa: BLE001 - whatever it is, the waiting probe gets it
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
            pass  # select(2): a socket reported as ready may still have no data
        except Exception as error:  # noqa: BLE001 - whatever it is, the waiting probe gets it
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
        """Send what the network accepts now and keep the rest; close when the handshake is over."""
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
        """Close, or let the final bytes wait for a moment while the probe continues without them."""
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
        self._handshake.end(FailureReason.CLOSED, RESET_IN_HANDSHAKE)
        self.close()

    # The loop raises nothing for an unknown descriptor, but by then the number may be another socket's: hence
    # the flags of what is awaited.

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
