"""Log records of the service as events of the Windows Event Log."""

import logging
from collections.abc import Callable, Sequence

from monitor.daemon.system import event_log
from monitor.daemon.system.events import EVENT_NUMBER, OF_LOG_LEVEL, WindowsEvent, event_text


class EventLogHandler(logging.Handler):
    """Writes warnings, errors and what asks for it to the Event Log; the other records are passed over."""

    def __init__(self, write: Callable[[Sequence[WindowsEvent]], None]) -> None:
        """Take the function that writes events."""
        super().__init__()
        self._write = write
        self._sentences = logging.Formatter()  # without the time, which each event has

    def emit(self, record: logging.LogRecord) -> None:
        """Write an event for a record, but none that says that events cannot be written."""
        wanted = record.levelno >= logging.WARNING or hasattr(record, EVENT_NUMBER)
        if wanted and record.name != event_log.__name__:
            self._write((event_of(record, self._sentences.format(record)),))


def event_of(record: logging.LogRecord, text: str) -> WindowsEvent:
    """Return the event for a log record."""
    kind, number = next(event for level, event in OF_LOG_LEVEL if record.levelno >= level)
    lines = text.replace("\n", "\r\n")  # as Event Viewer shows them
    return WindowsEvent(kind, getattr(record, EVENT_NUMBER, number), event_text(lines))
