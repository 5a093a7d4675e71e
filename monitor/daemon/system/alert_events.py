"""Write what becomes of alerts to the Event Log of Windows, by the configuration in force."""

from collections.abc import Callable, Sequence

from monitor.config import Config
from monitor.daemon.system.event_log import EventLog
from monitor.daemon.system.events import events_of
from monitor.model import Clock
from monitor.pipeline.alert_changes import AlertChange


class AlertEvents:
    """Alerts that opened, changed or closed, as events."""

    def __init__(self, clock: Clock, config: Callable[[], Config], event_log: EventLog | None = None) -> None:
        """Take the clock and the function that returns the configuration; the log is that of this system."""
        self._clock = clock
        self._config = config
        self._event_log = event_log or EventLog()

    def write(self, changes: Sequence[AlertChange]) -> None:
        """Write an event for each change; may block."""
        if self._config().log.event_log:
            self._event_log.write(events_of(changes, self._clock.now()))
