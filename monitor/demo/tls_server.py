"""A TLS server that only serves its certificate, and leaves no connection open when it is closed."""

import asyncio
import contextlib
import ssl
from collections.abc import Sequence
from socket import socket
from typing import cast

PATIENCE = 5.0
"""Seconds for a handshake, and then for the client to leave."""
_TURNS = 4
"""Of the loop: a connection that was accepted last is taken up and made, and one that ended is closed."""


class TlsServer:
    """Shakes hands on one port and closes a connection once its client has said anything or left.

    The servers of asyncio do not end connections that are in the midst of their handshake (Python 3.13 can:
    ``Server.abort_clients``); this one does, so that what comes after it starts clean.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        """Serve the certificate of a context, which may load another one later."""
        self._context = context
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()
        self._closed = asyncio.Event()

    @classmethod
    async def start(cls, context: ssl.SSLContext, sock: socket | None = None) -> "TlsServer":
        """Listen on a bound socket, or on a free port of 127.0.0.1; raise ``OSError``."""
        made, loop = cls(context), asyncio.get_running_loop()
        if sock is None:
            made._server = await loop.create_server(made._connection, "127.0.0.1", 0)
        else:
            made._server = await loop.create_server(made._connection, sock=sock)
        return made

    @property
    def sockets(self) -> Sequence[socket]:
        """Return the sockets that it listens on, none once it is closed."""
        return self._server.sockets if self._server is not None else ()

    def close(self) -> None:
        """Close the port at once; connections are ended soon."""
        self._closed.set()
        if self._server is not None:
            self._server.close()
        for task in self._serving:
            task.cancel()

    async def stop(self) -> None:
        """Close the port, and wait until the last connection has ended."""
        loop = asyncio.get_running_loop()
        # A server that is closed while a connection is being accepted forgets that connection (Python 3.11).
        with contextlib.suppress(NotImplementedError):  # on Windows nothing is accepted in two steps
            for one in self.sockets:
                loop.remove_reader(one.fileno())
        await _turns()
        self.close()
        await asyncio.gather(*self._serving, return_exceptions=True)
        await _turns()

    def _connection(self) -> "_Connection":
        return _Connection(self._context, self._serving, self._closed)


class _Connection(asyncio.Protocol):
    """One connection: its handshake, and what the client says or does first."""

    def __init__(
        self, context: ssl.SSLContext, serving: set[asyncio.Task[None]], closed: asyncio.Event
    ) -> None:
        self._context = context
        self._serving = serving
        self._closed = closed
        self._left = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        plain = cast("asyncio.Transport", transport)
        if self._closed.is_set():
            plain.abort()
            return
        plain.pause_reading()  # the handshake's first bytes are not for this protocol
        task = asyncio.ensure_future(self._serve(plain))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)
        # Not in the task: one that is cancelled before its first step runs nothing.
        task.add_done_callback(lambda _: plain.abort())

    def data_received(self, data: bytes) -> None:  # noqa: ARG002 - whatever it is
        self._left.set()

    def eof_received(self) -> None:
        self._left.set()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - however it went
        self._left.set()

    async def _serve(self, plain: asyncio.Transport) -> None:
        loop = asyncio.get_running_loop()
        with contextlib.suppress(OSError, TimeoutError):
            secure = await loop.start_tls(
                plain, self, self._context, server_side=True, ssl_handshake_timeout=PATIENCE
            )
            await asyncio.wait_for(self._left.wait(), PATIENCE)
            if secure is not None:
                secure.close()
                self._left.clear()
                await asyncio.wait_for(self._left.wait(), PATIENCE)


async def _turns() -> None:
    for _ in range(_TURNS):
        await asyncio.sleep(0)
