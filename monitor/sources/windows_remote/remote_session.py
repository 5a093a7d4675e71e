"""The parameters of one WinRM probe, and how its connections are closed at the timeout.

Blocking libraries bound each read, not the whole: a server that sends a byte a second would block a thread
forever. Here the connection itself is shut down from outside, and the blocked read returns.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from monitor.model import Anchors
from monitor.network.resolve import Address
from monitor.secrets import Secret
from monitor.windows.access import RemoteMachine


class ConnectionGuard:
    """The connections of one probe; ``now`` shuts them all, including later ones."""

    def __init__(self) -> None:
        """Start without connections."""
        self._lock = threading.Lock()
        self._held: list[socket.socket] = []
        self._over = False

    @property
    def over(self) -> bool:
        """Return whether the time of the probe is over."""
        return self._over

    def hold(self, connection: socket.socket) -> None:
        """Track a connection: by a duplicate handle, since TLS detaches the original."""
        twin = connection.dup()
        with self._lock:
            self._held.append(twin)
            if self._over:
                _shut(twin)

    def now(self) -> None:
        """Shut every connection; blocked readers see the end of the stream."""
        with self._lock:
            self._over = True
            for twin in self._held:
                _shut(twin)

    @contextlib.contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Shut every connection if the body takes longer."""
        timer = threading.Timer(seconds, self.now)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def close(self) -> None:
        """Close every connection: a library's closed handle may still have a response open on it."""
        with self._lock:
            for twin in self._held:
                _shut(twin)
                twin.close()
            self._held.clear()


def _shut(twin: socket.socket) -> None:
    with contextlib.suppress(OSError):  # not connected yet, or no longer
        twin.shutdown(socket.SHUT_RDWR)


@dataclass(frozen=True, slots=True)
class RemoteSession:
    """The parameters of one probe: machine, credentials, addresses, trust, deadline.

    ``addresses`` are those of the host, at least one, in the order to try them. ``trust`` are the anchors.
    ``deadline`` is in the seconds of ``time.monotonic``; the caller that opens a socket passes it to ``cut``.
    ``secret`` is the password, ``passphrase`` that of the client certificate's key. ``link`` is a first
    connection that is already open, to be used or closed.
    """

    remote: RemoteMachine
    secret: Secret | None
    addresses: tuple[Address, ...]
    deadline: float
    trust: Anchors = Anchors()
    passphrase: Secret | None = None
    link: socket.socket | None = field(default=None, compare=False)
    cut: ConnectionGuard = field(default_factory=ConnectionGuard, compare=False)

    @property
    def left(self) -> float:
        """Return the seconds left, at least a hundredth: zero means "forever" to some libraries."""
        return max(self.deadline - time.monotonic(), 0.01)

    @property
    def over(self) -> bool:
        """Return whether the deadline has passed."""
        return self.cut.over or time.monotonic() >= self.deadline
