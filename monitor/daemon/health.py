"""Whether the daemon is ready and every part of it alive, for ``/healthz`` and ``/readyz``."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor.daemon.clocks import ClockWatch
from monitor.daemon.tasks import Tasks
from monitor.model import Message
from monitor.pipeline import Pipeline
from monitor.scheduler import Scheduler
from monitor.web import Health

STUCK_AFTER = 60.0
"""Seconds without a sign of life after which the loop or the schedule counts as stuck."""


@dataclass(frozen=True, slots=True)
class KnownProblems:
    """What other parts know to be wrong: since when notifications are late, and why records may be lost.

    ``write`` makes a sentence of a message; ``web`` returns why users and TLS are not what their file says.
    """

    undelivered_since: Callable[[], datetime | None] = lambda: None
    store: Callable[[], Message | None] = lambda: None
    write: Callable[[Message], str] = str
    web: Callable[[], str] = str


class HealthMonitor:
    """Report the health of the parts; the daemon sets ``ready`` while everything runs."""

    def __init__(
        self,
        clock_watch: ClockWatch,
        schedule: Scheduler,
        pipeline: Pipeline,
        tasks: Tasks,
        known: KnownProblems | None = None,
    ) -> None:
        """Take the parts whose signs of life count, and what returns problems that others know of."""
        self.ready = False
        self._clock_watch = clock_watch
        self._schedule = schedule
        self._pipeline = pipeline
        self._tasks = tasks
        self._known = known or KnownProblems()

    def report(self) -> Health:
        """Return the ages of the parts and what is wrong; before the start everything is well."""
        if not self.ready:
            return Health()
        store_ok = self._pipeline.store_ok and not self._store_error()
        return Health(
            self._clock_watch.loop_age,
            self._schedule.age,
            self._tasks.alerts.age,
            store_ok,
            tuple(self._problems()),
            undelivered_since=self._known.undelivered_since(),
            store_problem=self._known.store(),
        )

    def _problems(self) -> Iterator[str]:
        if (age := self._clock_watch.loop_age) > STUCK_AFTER:
            yield f"the event loop has been stuck for {age:.0f} s"
        if (age := self._schedule.age) > STUCK_AFTER:
            yield f"the schedule has not run for {age:.0f} s"
        if problem := self._clock_watch.problem:
            yield problem
        for task in self._tasks:
            if task.stuck:
                yield f"{task.name} was last completed {task.age:.0f} s ago"
        if error := self._store_error():
            yield error
        if why := self._pipeline.own_problem:
            yield f"a fault of this machine or of cert-monitor keeps targets from being probed: {why}"
        if why := self._known.web():
            yield f"{why}; the former web configuration stays in force"
        if since := self._known.undelivered_since():
            yield f"notifications could not be delivered since {since:%Y-%m-%d %H:%M} UTC; see the log"

    def _store_error(self) -> str:
        """Return what is wrong with the store: what its last check found, or that it goes on in memory."""
        if error := self._tasks.store_check.store_error:
            return error
        problem = self._known.store()
        return "" if problem is None else self._known.write(problem)
