"""TLS handshakes of our listeners: bounded in number and time; what comes after them belongs to HTTP.

uvicorn would count a connection only after its handshake, for which asyncio waits a minute: so many
connections that never begin one would use up the descriptors that probes need.
"""

import asyncio
import ssl
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, cast

from monitor.web.serving.connections import BoundedProtocol

HANDSHAKE_TIMEOUT = 15.0
"""Seconds that a handshake may take."""
MOST_HANDSHAKES = 50

Make = Callable[..., BoundedProtocol]


class Handshaking(asyncio.Protocol):
    """One connection until its handshake is done; the oldest of too many gives way to a new one."""

    def __init__(
        self, http: BoundedProtocol, context: ssl.SSLContext, open_: "OrderedDict[Handshaking, None]"
    ) -> None:
        """Take the HTTP protocol that follows, and the handshakes of this listener, the oldest first."""
        self._http = http
        self._context = context
        self._open = open_
        self._transport: asyncio.Transport | None = None
        self._task: asyncio.Task[None] | None = None
        self._early: list[bytes] = []
        self._lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Make room for this handshake and begin it."""
        stream = cast("asyncio.Transport", transport)
        self._transport = stream
        # Nothing may be read before TLS reads it.
        stream.pause_reading()
        while len(self._open) >= MOST_HANDSHAKES:
            self._open.popitem(last=False)[0].abort()
        self._open[self] = None
        self._task = asyncio.get_running_loop().create_task(self._shake(stream))

    def abort(self) -> None:
        """Close the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Keep what comes in the same instant as the end of the handshake."""
        self._early.append(data)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the handshake says why
        """Note that the client closed the connection."""
        self._lost = True
        self._open.pop(self, None)

    async def _shake(self, transport: asyncio.Transport) -> None:
        loop = asyncio.get_running_loop()
        if self._lost:
            return
        try:
            secure = await loop.start_tls(
                transport, self, self._context, server_side=True, ssl_handshake_timeout=HANDSHAKE_TIMEOUT
            )
        except (OSError, TimeoutError):
            transport.abort()
            return
        finally:
            self._open.pop(self, None)
        if secure is None or self._lost:
            transport.abort()
            return
        self._hand_over(secure)

    def _hand_over(self, secure: asyncio.Transport) -> None:
        self._http.connection_made(secure)
        secure.set_protocol(self._http)
        for data in self._early:
            self._http.data_received(data)
        self._early.clear()


def over_tls(make: Make, context: ssl.SSLContext) -> Callable[..., asyncio.Protocol]:
    """Return the factory of protocols for connections to a listener with TLS."""
    handshakes: OrderedDict[Handshaking, None] = OrderedDict()

    def made(*args: Any, **kwargs: Any) -> asyncio.Protocol:
        return Handshaking(make(*args, **kwargs), context, handshakes)

    return made
