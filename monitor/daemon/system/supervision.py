"""Notify the service manager at intervals: that the service is alive, and its status in one line.

That this runs at all says that the event loop runs. A store that answers with an error is no reason to be
restarted, since a restart mends no full disk; one that does not answer at all is.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from monitor.daemon.periodic import PeriodicTask
from monitor.daemon.system.service_manager import ServiceManager
from monitor.messages import english
from monitor.model import AlertLevel, Clock, Snapshot
from monitor.pipeline import Board
from monitor.web import Health

_EVERY = 10.0
_SIGNS_OF_LIFE = 3
"""How many the service manager is sent within its limit."""


class Supervision:
    """The rounds in which the service manager is notified."""

    def __init__(
        self,
        manager: ServiceManager,
        board: Board,
        health: Callable[[], Health],
        store_check: Callable[[], PeriodicTask],
        clock: Clock,
    ) -> None:
        """Take the service manager, the sources of the status, and the task that checks the store."""
        self._clock = clock
        self._manager = manager
        self._board = board
        self._health = health
        self._store_check = store_check

    @property
    def every(self) -> float:
        """Return the seconds between two rounds."""
        watchdog = self._manager.watchdog
        return min(_EVERY, watchdog / _SIGNS_OF_LIFE) if watchdog else _EVERY

    async def round(self) -> None:
        """Send the status and the keep-alive."""
        if self._manager.listens:
            self._manager.notify(self.status(), alive=not self._store_check().hanging)

    def status(self) -> str:
        """Return the status in one line."""
        return status_line(self._board.snapshot, self._health(), self._clock.now())


def status_line(snapshot: Snapshot, health: Health, now: datetime) -> str:
    """Return how many targets are watched, the alerts by level, and the monitor's first problem."""
    levels = Counter(group.level for group in snapshot.alerts)
    counted = ", ".join(f"{levels[one]} {one.value}" for one in reversed(AlertLevel) if levels[one])
    line = f"watching {len(snapshot)} targets; alerts: {counted or 'none'}"
    if health.ok:
        return line
    first = next(map(english(now).write, health.problems), "results are not recorded")
    return f"{line}; not healthy: {first}"
