"""What a service manager hears of the service that it started (sd_notify(3))."""

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Listener:
    """The socket of a service manager."""

    address: str
    socket: socket.socket

    def heard(self) -> list[dict[str, str]]:
        """Return what has come since the last question, each datagram as its lines by name."""
        found = []
        with contextlib.suppress(BlockingIOError):
            while True:
                lines = self.socket.recv(1 << 16).decode().split("\n")
                found.append(dict(line.split("=", 1) for line in lines))
        return found


@contextlib.contextmanager
def service_manager(address: str | Path) -> Iterator[Listener]:
    """Listen at a path, or at an abstract address that begins with ``@``."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as there:
        there.setblocking(False)
        there.bind("\0" + str(address)[1:] if str(address).startswith("@") else str(address))
        yield Listener(str(address), there)
