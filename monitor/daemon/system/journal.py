"""Log records for systemd's journal, each with its level and its facts as fields.

The native protocol (https://systemd.io/JOURNAL_NATIVE_PROTOCOL/): an entry is a datagram of fields. A line on
standard error, which the journal reads as well, would have no fields and one level for all.
"""

import contextlib
import logging
import os
import socket
import sys
from collections.abc import Iterator, Mapping

from monitor.logs import TextLines, facts_of

SOCKET = "/run/systemd/journal/socket"
PREFIX = "CERT_MONITOR_"
"""Begins the field of a fact: ``receiver`` is ``CERT_MONITOR_RECEIVER``."""

_IDENTIFIER = "cert-monitor"
_STANDARD_ERROR = 2
_LONGEST = 50_000
"""Bytes of a value. A datagram may have about four times as many; a traceback has far fewer."""

_PRIORITIES = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))
_DEBUG = 7


def log_handler(environ: Mapping[str, str]) -> logging.Handler:
    """Return the log handler: the journal where it reads standard error, else standard error itself."""
    if sys.platform != "win32" and _reads_standard_error(environ):
        return JournalHandler()
    return logging.StreamHandler()


def _reads_standard_error(environ: Mapping[str, str]) -> bool:
    """Return whether standard error is the journal's (systemd.exec(5), JOURNAL_STREAM)."""
    given = environ.get("JOURNAL_STREAM", "")
    with contextlib.suppress(OSError):
        status = os.fstat(_STANDARD_ERROR)
        return given == f"{status.st_dev}:{status.st_ino}"
    return False


if sys.platform != "win32":

    class JournalHandler(logging.StreamHandler):  # type: ignore[type-arg]  # generic for type checkers only
        """Send records to the journal; what it does not take goes to standard error."""

        def __init__(self, address: str = SOCKET) -> None:
            """Take the address of the journal's socket."""
            super().__init__()
            self._address = address
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            # A journal that hangs must not stop the event loop.
            self._socket.setblocking(False)

        def setFormatter(self, fmt: logging.Formatter | None) -> None:  # noqa: N802 - the name in logging
            """Take a form of lines; the journal has time, level and logger of a record beside its text."""
            super().setFormatter(TextLines("%(message)s") if isinstance(fmt, TextLines) else fmt)

        def emit(self, record: logging.LogRecord) -> None:
            """Send one record."""
            try:
                self._socket.sendto(entry(record, self.format(record)), self._address)
            except OSError:
                super().emit(record)

        def close(self) -> None:
            """Close the socket."""
            self._socket.close()
            super().close()


def entry(record: logging.LogRecord, message: str) -> bytes:
    """Return an entry of the journal."""
    return b"".join(_field(name, str(value)) for name, value in _fields(record, message))


def _fields(record: logging.LogRecord, message: str) -> Iterator[tuple[str, object]]:
    yield "MESSAGE", message
    yield "PRIORITY", next((number for level, number in _PRIORITIES if record.levelno >= level), _DEBUG)
    yield "SYSLOG_IDENTIFIER", _IDENTIFIER
    yield "LOGGER", record.name
    yield "CODE_FILE", record.pathname
    yield "CODE_LINE", record.lineno
    yield "CODE_FUNC", record.funcName
    for name, value in facts_of(record).items():
        # A field may have several values.
        for one in value if isinstance(value, tuple | list) else (value,):
            yield f"{PREFIX}{name.upper()}", one


def _field(name: str, value: str) -> bytes:
    """Return a field; a value with line breaks is sent with its length, lest a line become a field."""
    content = value.encode("utf-8", "replace")[:_LONGEST]
    if b"\n" not in content:
        return b"%s=%s\n" % (name.encode(), content)
    return b"%s\n%s%s\n" % (name.encode(), len(content).to_bytes(8, "little"), content)
