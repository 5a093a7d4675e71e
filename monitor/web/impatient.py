"""The HTTP protocol of our servers: closes connections on which nobody asks anything; knows no routes."""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

PATIENCE = 15.0
"""Seconds that a connection may stay open without a whole request."""


class ImpatientProtocol(H11Protocol):
    """Close a connection that says nothing, or never ends what it says.

    uvicorn closes one only after an answer. A hundred that never ask would otherwise use up the connections
    that we take, and metrics and health would answer 503 to everybody.
    """

    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._timer = self.loop.call_later(PATIENCE, self._probe_again, None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    def _probe_again(self, before: object) -> None:
        """Close where no other request is there than the one before, which was answered."""
        if self.cycle is before and (self.cycle is None or self.cycle.response_complete):
            self.transport.close()
        else:
            self._timer = self.loop.call_later(PATIENCE, self._probe_again, self.cycle)
