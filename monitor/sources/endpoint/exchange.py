"""Exchange the bytes of handshakes over their connections; must not know what the bytes mean.

In one of two ways: on Linux through an epoll of our own, as an asyncio transport and protocol make a probe a
fifth more expensive; elsewhere through just those, which run on every loop.
"""

import asyncio
import socket
import sys
from datetime import timedelta
from typing import Any

from monitor.network.connect import explain
from monitor.sources.endpoint.conversation import Conversing
from monitor.sources.endpoint.exchange_protocol import exchange_with_protocol

if sys.platform == "linux":
    from monitor.sources.endpoint.exchange_epoll import Multiplexer

# How long the final bytes may wait for a peer that does not read, in seconds.
_LINGER = 1.0


def supports_epoll(loop: asyncio.AbstractEventLoop) -> bool:
    """Return whether the system has epoll, and the loop watches descriptors."""
    return sys.platform == "linux" and type(loop).add_reader is not asyncio.AbstractEventLoop.add_reader


class Exchanger:
    """Runs any number of handshakes over sockets, on one loop at a time."""

    def __init__(self) -> None:
        """Prepare without any."""
        self._multiplexer: Any = None  # a Multiplexer, which there is on Linux only

    async def exchange(
        self, link: socket.socket, handshake: Conversing, deadline: float, allowed: timedelta
    ) -> None:
        """Run a handshake over a socket until it is over or the loop's clock passes ``deadline``.

        The socket is connected or, where ``supports_epoll``, connecting. ``allowed`` is the time that was
        allowed. The result is in the handshake, whatever happens. The socket is always closed: after the
        remaining bytes are sent where the handshake ended, at once on cancellation.
        """
        loop = asyncio.get_running_loop()
        if sys.platform == "linux" and supports_epoll(loop):
            try:
                if self._multiplexer is None or self._multiplexer.loop is not loop:
                    self._multiplexer = Multiplexer(loop, _LINGER)
                await self._multiplexer.exchange(link, handshake, deadline, allowed)
            except OSError as error:  # this machine has no more descriptors or memory
                link.close()
                handshake.end(*explain(error))
        else:
            await exchange_with_protocol(link, handshake, deadline, allowed, _LINGER)
