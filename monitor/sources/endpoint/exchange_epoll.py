"""Exchange the bytes of handshakes on Linux, through one epoll for all of them inside that of the loop.

A loop's own calls change the registration of a socket four times a probe: to be told when it is connected, no
longer, when it can be read, no longer. Here a socket is registered once, for everything and edge-triggered
(epoll(7)), and closing it removes it. Each event is reported once, so what it allows is done to its end. Must
not know what the bytes mean.
"""

import asyncio
import os
import select
import socket
import sys
from datetime import timedelta

from monitor.deadlines import Deadlines
from monitor.model import FailureReason
from monitor.network.connect import explain
from monitor.sources.endpoint.conversation import Conversing
from monitor.sources.endpoint.texts import no_answer
from monitor.tls.texts import RESET_IN_HANDSHAKE

assert sys.platform == "linux"  # noqa: S101 - the type checker passes over the rest elsewhere

_READ_SIZE = 16_384
# So many events are processed before others on the loop have their turn; each may take 0.3 ms.
_EVENTS_AT_ONCE = 32
_ALL = select.EPOLLIN | select.EPOLLOUT | select.EPOLLRDHUP | select.EPOLLET
_ENDED = select.EPOLLRDHUP | select.EPOLLHUP | select.EPOLLERR
_READABLE = select.EPOLLIN | _ENDED


class Multiplexer:
    """Carries the bytes of any number of exchanges of one loop, which watches it while there are any."""

    def __init__(self, loop: asyncio.AbstractEventLoop, linger: float) -> None:
        """Prepare; ``linger`` is how many seconds final bytes may wait for a peer that does not read."""
        self.loop = loop
        self.linger = linger
        self.deadlines = Deadlines()
        self._epoll = select.epoll()
        self._exchanges: dict[int, _Exchange] = {}

    async def exchange(
        self, link: socket.socket, handshake: Conversing, deadline: float, allowed: timedelta
    ) -> None:
        """Run a handshake over a socket that is connected or connecting; see ``Exchanger``."""
        exchange = _Exchange(link, handshake, allowed, self)
        try:
            self._watch(link.fileno(), exchange)
            self.deadlines.add(exchange, deadline)
            await exchange.finished
        except BaseException:
            exchange.close()
            raise

    def forget(self, number: int) -> None:
        """Stop to watch a socket, which is closed next."""
        if self._exchanges.pop(number, None) is not None and not self._exchanges:
            self.loop.remove_reader(self._epoll.fileno())

    def _watch(self, number: int, exchange: "_Exchange") -> None:
        self._epoll.register(number, _ALL)
        if not self._exchanges:
            self.loop.add_reader(self._epoll.fileno(), self._on_events)
        self._exchanges[number] = exchange

    def _on_events(self) -> None:
        for number, events in self._epoll.poll(0, _EVENTS_AT_ONCE):
            exchange = self._exchanges.get(number)
            if exchange is not None:
                exchange.proceed(events)


class _Exchange:
    """Connects, then feeds one handshake; whatever happens ends in a state or in ``finished``."""

    __slots__ = (
        "_allowed",
        "_connecting",
        "_handshake",
        "_link",
        "_multiplexer",
        "_unsent",
        "finished",
    )

    def __init__(
        self, link: socket.socket, handshake: Conversing, allowed: timedelta, multiplexer: Multiplexer
    ) -> None:
        self._link = link
        self._handshake = handshake
        self._allowed = allowed
        self._multiplexer = multiplexer
        self._unsent = b""
        self._connecting = True
        self.finished: asyncio.Future[None] = multiplexer.loop.create_future()

    def proceed(self, events: int) -> None:
        """Do what events allow; the loop would only log an error, so it is passed on."""
        try:
            if self._connecting:
                self._open(events)
            elif self._unsent and events & select.EPOLLOUT:
                self._say(b"")
            if events & _READABLE and not self._connecting:
                self._listen(events)
        except Exception as error:  # noqa: BLE001 - whatever it is, the waiting probe gets it
            self._break(error)

    def expire(self) -> None:
        """End the exchange at its timeout, or the wait for its final bytes to be taken."""
        try:
            if self._connecting:
                self._handshake.end(FailureReason.TIMEOUT, no_answer(timeout=self._allowed))
            elif not self._handshake.over:
                self._handshake.expire(self._allowed)
            self.close()
        except Exception as error:  # noqa: BLE001 - whatever it is, the waiting probe gets it
            self._break(error)

    def close(self) -> None:
        """Close at once, whatever remains to be sent."""
        number = self._link.fileno()
        if number < 0:
            return
        self._multiplexer.forget(number)
        self._multiplexer.deadlines.withdraw(self)
        self._link.close()
        if not self.finished.done():
            self.finished.set_result(None)

    def _open(self, events: int) -> None:
        if events & _ENDED:
            number = self._link.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if number:
                self._handshake.end(*explain(OSError(number, os.strerror(number))))
                self.close()
                return
        if events & select.EPOLLOUT:
            self._connecting = False
            self._say(self._handshake.start())

    def _listen(self, events: int) -> None:
        """Read all that is there: to the end, if that was reported, else until there is less than asked."""
        while not self._handshake.over:
            try:
                data = self._link.recv(_READ_SIZE)
            except (BlockingIOError, InterruptedError):
                return
            if not data:
                self._handshake.eof()
                self.close()
                return
            self._say(self._handshake.feed(data))
            if len(data) < _READ_SIZE and not events & _ENDED:
                return

    def _say(self, words: bytes) -> None:
        """Send what the network accepts now and keep the rest; close when the handshake is over."""
        self._unsent += words
        if self._unsent:
            try:
                sent = self._link.send(self._unsent)
            except (BlockingIOError, InterruptedError):
                sent = 0
            self._unsent = self._unsent[sent:]
        if self._handshake.over:
            self._part()

    def _part(self) -> None:
        """Close, or let the final bytes wait for a moment while the probe continues without them."""
        if not self._unsent:
            self.close()
        elif not self.finished.done():
            multiplexer = self._multiplexer
            multiplexer.deadlines.add(self, multiplexer.loop.time() + multiplexer.linger)
            self.finished.set_result(None)

    def _break(self, error: Exception) -> None:
        if not isinstance(error, OSError) and not self.finished.done():
            self.finished.set_exception(error)
        self._handshake.end(FailureReason.CLOSED, RESET_IN_HANDSHAKE)
        self.close()
