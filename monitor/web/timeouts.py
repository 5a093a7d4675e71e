"""The HTTP protocol of our servers: closes connections that ask nothing in time; knows no routes."""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST_TIMEOUT = 15.0
"""Seconds that a connection may stay open without a complete request."""


class TimeoutProtocol(H11Protocol):
    """Close a connection that sends nothing, or never completes what it sends.

    uvicorn closes one only after an answer. A hundred that never ask would otherwise use up the connections
    that we take, and metrics and health would answer 503 to everybody.
    """

    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Start to wait for a request."""
        super().connection_made(transport)
        self._timer = self.loop.call_later(REQUEST_TIMEOUT, self._check, None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    def _check(self, before: object) -> None:
        """Close where there is no request since the one before, which was answered."""
        if self.cycle is before and (self.cycle is None or self.cycle.response_complete):
            self.transport.close()
        else:
            self._timer = self.loop.call_later(REQUEST_TIMEOUT, self._check, self.cycle)
