"""Exchange the datagrams of one DTLS handshake; must not know what they mean.

An asyncio.DatagramProtocol, which runs on every loop. No answer cannot be distinguished from a missing
server, so each address of a name gets its share of the time; the network often reports a closed port.
"""

import asyncio
import socket
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

from monitor.network.connect import explain
from monitor.network.resolve import Address
from monitor.tls import DatagramHandshake

# The library rounds its timeout down, and does nothing when called too early.
_SLACK = 0.01


async def exchange_datagrams(
    address: Address, handshake: DatagramHandshake, deadline: float, allowed: timedelta, source: str = ""
) -> None:
    """Drive a handshake until it is over or the loop's clock passes ``deadline``; see ``exchange``.

    The result is in the handshake, whatever happens. The socket is always closed.
    """
    loop = asyncio.get_running_loop()
    try:
        link = _linked(address, source)
    except OSError as error:
        handshake.end(*explain(error))
        return
    try:
        transport, protocol = await loop.create_datagram_endpoint(
            lambda: _Exchange(handshake, loop), sock=link
        )
    except BaseException:
        link.close()
        raise
    alarm = loop.call_at(deadline, protocol.expire, allowed)
    try:
        await protocol.finished
    finally:
        alarm.cancel()
        protocol.rest()
        transport.close()


def _linked(address: Address, source: str) -> socket.socket:
    """Return a connected socket, made without the loop, which would use its default executor."""
    link = socket.socket(address.family, socket.SOCK_DGRAM)
    try:
        link.setblocking(False)
        if source:
            link.bind((source, 0))
        link.connect(address.sockaddr)
    except BaseException:
        link.close()
        raise
    return link


def attempt_deadlines(
    addresses: Sequence[Address], now: float, deadline: float
) -> list[tuple[Address, float]]:
    """Return the deadline of each address, to be tried in sequence."""
    share = (deadline - now) / len(addresses)
    return [(address, now + share * number) for number, address in enumerate(addresses, 1)]


class _Exchange(asyncio.DatagramProtocol):
    """Feeds one handshake until it is over; ``finished`` receives errors of callbacks."""

    def __init__(self, handshake: DatagramHandshake, loop: asyncio.AbstractEventLoop) -> None:
        self._handshake = handshake
        self._loop = loop
        self._transport: asyncio.DatagramTransport | None = None
        self._patience: asyncio.TimerHandle | None = None
        self.finished: asyncio.Future[None] = loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)  # loops' own do not inherit it
        self._do(self._handshake.start)

    def datagram_received(self, data: bytes, addr: Any) -> None:  # noqa: ARG002 - the socket is connected
        self._do(self._handshake.feed, data)

    def error_received(self, exc: Exception) -> None:
        if isinstance(exc, OSError):
            self._do(self._refused, exc)

    def expire(self, allowed: timedelta) -> None:
        """End the exchange at its timeout."""
        self._do(self._expired, allowed)

    def rest(self) -> None:
        """Cancel the retransmission timer."""
        if self._patience is not None:
            self._patience.cancel()

    def _refused(self, error: OSError) -> list[bytes]:
        self._handshake.end(*explain(error))
        return []

    def _expired(self, allowed: timedelta) -> list[bytes]:
        self._handshake.expire(allowed)
        return []

    def _do(self, step: Any, *arguments: Any) -> None:
        """Take one step, send what it returns, and schedule the library's retransmission."""
        if self.finished.done():
            return
        try:
            for datagram in step(*arguments):
                if self._transport is not None:
                    self._transport.sendto(datagram)
        except Exception as error:  # noqa: BLE001 - whatever it is, the waiting probe gets it
            self.finished.set_exception(error)
            return
        self.rest()
        if self._handshake.over:
            self.finished.set_result(None)
        elif (seconds := self._handshake.retransmit_in) is not None:
            self._patience = self._loop.call_later(seconds + _SLACK, self._do, self._handshake.retransmit)
