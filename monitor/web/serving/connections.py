"""The HTTP protocol of our servers: bounds connections in number and in time; knows no routes but health's.

Descriptors that web clients use up are missing where hosts are probed, and a web server that is full must
still say whether the monitor is well.
"""

import asyncio
from collections.abc import Callable, Collection, Iterator
from time import monotonic

import h11
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from monitor.web.paths import HEALTH
from monitor.web.serving.client_certificates import common_name, is_allowed, with_name

REQUEST_TIMEOUT = 15.0
"""Seconds that a connection may stay open without a complete request."""
WRITE_TIMEOUT = 30.0
"""Seconds that a client may take no part of an answer."""
STALLED_AFTER = 1.0
"""Seconds after which a connection whose client does not read gives way to a new one."""
MOST_CONNECTIONS = 100
MOST_OF_ONE_PEER = 50
RESERVE = 10
"""Connections beyond the most that are answered, but only with the monitor's health."""


class BoundedProtocol(H11Protocol):
    """Close connections that ask nothing, never complete a request, or do not read their answer.

    Where there are too many, a new one replaces one without a request, or else of one whose client
    does not read; where all are in use it is answered with our health alone. uvicorn itself closes a
    connection only after an answer, and lets in as many as there are.
    """

    client_names: Callable[[], Collection[str]] = staticmethod(tuple)
    """Returns alternative names of which a client's certificate must have one; any may do for none."""
    limited = False
    _timer: asyncio.TimerHandle | None = None
    _write_timer: asyncio.TimerHandle | None = None
    _opened_at = 0.0
    _stalled_at: float | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Make room for this connection, and start to wait for a request."""
        super().connection_made(transport)
        if certificate := transport.get_extra_info("peercert"):
            if not is_allowed(certificate, self.client_names()):
                transport.abort()
            self.app = with_name(self.app, common_name(certificate))
        self._opened_at = monotonic()
        self._timer = self.loop.call_later(REQUEST_TIMEOUT, self._check, None)
        self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        for timer in (self._timer, self._write_timer):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Start to wait for the client to read."""
        super().pause_writing()
        self._stalled_at = monotonic()
        self._write_timer = self.loop.call_later(WRITE_TIMEOUT, self.transport.abort)

    def resume_writing(self) -> None:
        """Stop waiting: the client reads."""
        super().resume_writing()
        self._stalled_at = None
        if self._write_timer is not None:
            self._write_timer.cancel()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP; where that is the body of a request, do not answer the request as well."""
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            super().send_400_response(msg)
        else:
            self.transport.close()

    @property
    def closable(self) -> bool:
        """Return whether closing this connection loses at most a response that nobody reads."""
        stalled = self._stalled_at is not None and monotonic() - self._stalled_at > STALLED_AFTER
        return self._idle or stalled

    @property
    def usefulness(self) -> tuple[bool, float]:
        """Return what sorts connections that may be closed: those without a request first, oldest first."""
        return not self._idle, self._opened_at

    @property
    def _idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _make_room(self) -> None:
        others = [one for one in self._open() if one is not self]
        same = [one for one in others if self.client and one.client and one.client[0] == self.client[0]]
        crowd = same if len(same) >= MOST_OF_ONE_PEER else others if len(others) >= MOST_CONNECTIONS else []
        if not crowd:
            return
        closable = min((one for one in crowd if one.closable), key=lambda one: one.usefulness, default=None)
        if closable is None or closable.limited:
            self.limited, self.app = True, _only_health(self.app)
        if closable is not None:
            closable.transport.abort()
        elif len(others) >= MOST_CONNECTIONS + RESERVE:
            self.transport.abort()

    def _open(self) -> Iterator["BoundedProtocol"]:
        for one in self.connections:
            if isinstance(one, BoundedProtocol) and not one.transport.is_closing():
                yield one

    def _check(self, before: object) -> None:
        """Close where there is no request since the one before, which was answered."""
        if self.cycle is before and self._idle:
            self.transport.close()
        else:
            self._timer = self.loop.call_later(REQUEST_TIMEOUT, self._check, self.cycle)


def protocol_for(client_names: Callable[[], Collection[str]]) -> type[BoundedProtocol]:
    """Return the protocol of a listener whose clients need one of these alternative names."""
    return type("ListenerProtocol", (BoundedProtocol,), {"client_names": staticmethod(client_names)})


def _only_health(app: ASGIApp) -> ASGIApp:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in HEALTH:
            busy = PlainTextResponse("too many connections\n", 503, headers={"connection": "close"})
            await busy(scope, receive, send)
            return
        await app(scope, receive, send)

    return answer
