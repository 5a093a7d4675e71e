"""Notify the service manager that the service is ready, reloads, lives and stops; without one do nothing.

The protocol is that of sd_notify(3): lines in a datagram to the socket that the environment names.
"""

import contextlib
import logging
import socket
import sys
import time
from collections.abc import Iterator, Mapping

log = logging.getLogger(__name__)

_LONGEST_STATUS = 300


class ServiceManager:
    """The service manager that started this process; a notification that fails is logged once.

    ``watchdog`` is the number of seconds within which it expects a keep-alive, ``None`` where
    it does not watch.
    """

    def __init__(self, environ: Mapping[str, str], pid: int) -> None:
        """Take the environment and the number of this process."""
        self._address = _address(environ.get("NOTIFY_SOCKET", ""))
        self.watchdog = _watchdog(environ, pid)
        self._status = ""
        self._failing = False

    @property
    def listens(self) -> bool:
        """Return whether there is one."""
        return bool(self._address)

    def ready(self, status: str) -> None:
        """Say that the service is ready, or ready again after a reload."""
        self._status = _one_line(status)
        self._send("READY=1", f"STATUS={self._status}")

    @contextlib.contextmanager
    def reload(self) -> Iterator[None]:
        """Say that a reload begins, and at its end, however it ends, that the service is ready again."""
        # Both lines in one datagram: Type=notify-reload (systemd 253 and newer) takes them only together.
        self._send("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")
        try:
            yield
        finally:
            self._send("READY=1")

    def stopping(self) -> None:
        """Say that the service stops."""
        self._send("STOPPING=1", "STATUS=stopping")

    def notify(self, status: str, *, alive: bool) -> None:
        """Send the status where it has changed, and the keep-alive while the service is alive."""
        status = _one_line(status)
        lines = ["WATCHDOG=1"] if alive and self.watchdog else []
        if status != self._status:
            self._status = status
            lines.append(f"STATUS={status}")
        self._send(*lines)

    def _send(self, *lines: str) -> None:
        if not self._address or not lines:
            return
        try:
            _datagram(self._address, "\n".join(lines).encode())
        except OSError as error:
            if not self._failing:
                log.warning("the service manager cannot be notified: %s", error)
            self._failing = True
        else:
            self._failing = False


if sys.platform == "win32":

    def _datagram(address: str, content: bytes) -> None:
        """Do nothing: Windows has no such sockets."""

else:

    def _datagram(address: str, content: bytes) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            # The manager reads in time; a full queue must not stop the event loop.
            sender.setblocking(False)
            sender.sendto(content, address)


def _address(name: str) -> str:
    """Return the address of a socket: ``@`` begins an abstract one; other kinds are for virtual machines."""
    if name.startswith("@"):
        return "\0" + name[1:]
    return name if name.startswith("/") else ""


def _watchdog(environ: Mapping[str, str], pid: int) -> float | None:
    """Return the seconds of the watchdog (sd_watchdog_enabled(3)); a parent's one is not for us."""
    if environ.get("WATCHDOG_PID", str(pid)) != str(pid):
        return None
    given = environ.get("WATCHDOG_USEC", "")
    return int(given) / 1e6 if given.isdecimal() and int(given) > 0 else None


def _one_line(text: str) -> str:
    return " ".join(text.split())[:_LONGEST_STATUS]
