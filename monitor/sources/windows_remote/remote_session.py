"""What WinRM is given for one probe one machine, and how its connections are cut when time is up.

Blocking libraries bound each read, not the whole: a server that sends a byte a second would hold a thread for
ever. Here the connection itself is shut from outside, and the blocked read returns.
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


class Cut:
    """Hold the connections of one probe; ``now`` shuts them all, those that come later too."""

    def __init__(self) -> None:
        """Hold nothing yet."""
        self._lock = threading.Lock()
        self._held: list[socket.socket] = []
        self._over = False

    @property
    def over(self) -> bool:
        """Return whether the time of the probe is over."""
        return self._over

    def hold(self, connection: socket.socket) -> None:
        """Take a connection in: a second handle on it, since TLS takes the first one away."""
        twin = connection.dup()
        with self._lock:
            self._held.append(twin)
            if self._over:
                _shut(twin)

    def now(self) -> None:
        """Shut every connection; whoever reads from one is told that it ended."""
        with self._lock:
            self._over = True
            for twin in self._held:
                _shut(twin)

    @contextlib.contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Shut every connection when what is done meanwhile takes longer."""
        timer = threading.Timer(seconds, self.now)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def close(self) -> None:
        """End every connection: a library that closes its own handle may still hold an answer open on it."""
        with self._lock:
            for twin in self._held:
                _shut(twin)
                twin.close()
            self._held.clear()


def _shut(twin: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it is not connected yet, or no longer
        twin.shutdown(socket.SHUT_RDWR)


@dataclass(frozen=True, slots=True)
class RemoteSession:
    """Hold what one probe one machine has: whom to ask, as whom, where, by what trust, how long.

    ``addresses`` are those of the host, at least one, in the order to try them. ``trust`` are the
    anchors. ``deadline`` is in the seconds of ``time.monotonic``; whoever opens a socket gives it to ``cut``.
    ``secret`` is the password, ``passphrase`` that of the client certificate's key. ``link`` is a first
    connection that stands already, to be used or closed.
    """

    remote: RemoteMachine
    secret: Secret | None
    addresses: tuple[Address, ...]
    deadline: float
    trust: Anchors = Anchors()
    passphrase: Secret | None = None
    link: socket.socket | None = field(default=None, compare=False)
    cut: Cut = field(default_factory=Cut, compare=False)

    @property
    def left(self) -> float:
        """Return the seconds left, at least a hundredth: zero means "for ever" to some libraries."""
        return max(self.deadline - time.monotonic(), 0.01)

    @property
    def over(self) -> bool:
        """Return whether time is up."""
        return self.cut.over or time.monotonic() >= self.deadline
