"""Whether the daemon is ready and every part of it alive, for ``/healthz`` and ``/readyz``."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor.daemon.clock.watch import ClockWatch
from monitor.daemon.tasks import Tasks
from monitor.model import Message
from monitor.pipeline import Pipeline
from monitor.scheduler import Scheduler
from monitor.web import Health, Standby
from monitor.web.services.components import Component, Degradation

STUCK_AFTER = 60.0
"""Seconds without a sign of life after which the loop or the schedule counts as stuck."""


@dataclass(frozen=True, slots=True)
class KnownProblems:
    """What other parts know to be wrong: since when notifications are late, and why records may be lost.

    ``write`` makes a sentence of a message; ``web`` returns why users and TLS are not what their file says,
    ``lease`` why a center that led sends nothing, ``standby`` what one says that does not lead, and
    ``workers`` why workers do not probe. ``degraded`` returns what is missing of other machines, and
    ``record`` why a center is not ready although it runs.
    """

    undelivered_since: Callable[[], datetime | None] = lambda: None
    store: Callable[[], Message | None] = lambda: None
    write: Callable[[Message], str] = str
    web: Callable[[], str] = str
    lease: Callable[[], str] = str
    standby: Callable[[], Standby | None] = lambda: None
    workers: Callable[[], str] = str
    degraded: Callable[[], tuple[Degradation, ...]] = tuple
    record: Callable[[], str] = str


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
            return self._of_standby() if self._known.standby() else Health()
        store_ok = self._pipeline.store_ok and not self._store_error()
        degraded = self._known.degraded()
        told = any(one.component is Component.DATABASE for one in degraded)
        return Health(
            self._clock_watch.loop_age,
            self._schedule.age,
            self._tasks.alerts.age,
            store_ok,
            tuple(self._problems()),
            undelivered_since=self._known.undelivered_since(),
            store_problem=None if told else self._known.store(),
            degraded=degraded,
        )

    def _of_standby(self) -> Health:
        error = self._store_error()
        problems = (error,) if error else ()
        degraded = self._known.degraded()
        return Health(self._clock_watch.loop_age, store_ok=not error, problems=problems, degraded=degraded)

    @property
    def without_record(self) -> str:
        """Return why nothing is recorded here while others may lead, empty for a center with its database."""
        return self._known.record()

    @property
    def standby(self) -> Standby | None:
        """Return what a standby says, ``None`` where this is none."""
        return self._known.standby()

    def _problems(self) -> Iterator[str]:
        if (age := self._clock_watch.loop_age) > STUCK_AFTER:
            yield f"the event loop has been stuck for {age:.0f} s"
        if (age := self._schedule.age) > STUCK_AFTER:
            yield f"the schedule has not run for {age:.0f} s"
        yield from filter(None, (self._clock_watch.problem, self._known.lease()))
        for task in self._tasks:
            if task.stuck:
                yield f"{task.name} was last completed {task.age:.0f} s ago"
        if error := self._store_error():
            yield error
        if why := self._pipeline.own_problem:
            yield f"a fault of this machine or of cert-monitor keeps targets from being probed: {why}"
        yield from self._told()

    def _told(self) -> Iterator[str]:
        """Iterate over what other parts know."""
        if why := self._known.workers():
            yield why
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
