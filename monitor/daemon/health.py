"""Whether the daemon is ready and every part of it alive, for ``/healthz`` and ``/readyz``."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor.daemon import health_texts as texts
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

    ``web`` returns why users and TLS are not what their file says, ``lease`` why a center that led sends
    nothing, ``standby`` what one says that does not lead, and ``workers`` why workers do not probe.
    ``faults_of_workers`` are the codes of what keeps a target from being probed and is not for this machine
    to do. ``degraded`` returns what is missing of other machines, and ``record`` why a center is not ready
    although it runs.
    """

    undelivered_since: Callable[[], datetime | None] = lambda: None
    store: Callable[[], Message | None] = lambda: None
    web: Callable[[], str] = str
    lease: Callable[[], Message | None] = lambda: None
    standby: Callable[[], Standby | None] = lambda: None
    workers: Callable[[], Message | None] = lambda: None
    faults_of_workers: Collection[str] = ()
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
        """Take the parts whose ages count, and functions for problems that others know."""
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
        store_ok = self._pipeline.store_ok and self._store_error() is None
        degraded = self._known.degraded()
        known_missing = any(one.component is Component.DATABASE for one in degraded)
        return Health(
            self._clock_watch.loop_age,
            self._schedule.age,
            self._tasks.alerts.age,
            store_ok,
            tuple(self._problems()),
            undelivered_since=self._known.undelivered_since(),
            store_problem=None if known_missing else self._known.store(),
            degraded=degraded,
        )

    def _of_standby(self) -> Health:
        error = self._store_error()
        problems = () if error is None else (error,)
        degraded = self._known.degraded()
        return Health(self._clock_watch.loop_age, store_ok=not problems, problems=problems, degraded=degraded)

    @property
    def without_record(self) -> str:
        """Return why nothing is recorded here while others may lead, empty for a center with its database."""
        return self._known.record()

    @property
    def standby(self) -> Standby | None:
        """Return what a standby says, ``None`` where this is none."""
        return self._known.standby()

    def _problems(self) -> Iterator[Message]:
        if (age := self._clock_watch.loop_age) > STUCK_AFTER:
            yield texts.loop_stuck(seconds=round(age))
        if (age := self._schedule.age) > STUCK_AFTER:
            yield texts.schedule_stuck(seconds=round(age))
        yield from _known(self._clock_watch.problem, self._known.lease())
        for task in self._tasks:
            if task.stuck:
                yield texts.task_stuck(task=task.name, seconds=round(task.age))
        yield from _known(self._store_error(), *self._not_probed())
        if why := self._known.web():
            yield texts.web_config_refused(why=why)
        if since := self._known.undelivered_since():
            yield texts.undelivered(since=since)

    def _not_probed(self) -> Iterator[Message | None]:
        """Iterate over why targets are not probed: whose fault it is, once."""
        missing, why = self._known.workers(), self._pipeline.own_problem
        yield missing
        if why is not None and why.code not in self._known.faults_of_workers:
            yield texts.own_fault(why=why)
        elif why is not None and missing is None:
            yield texts.workers_failed(why=why)

    def _store_error(self) -> Message | None:
        """Return what is wrong with the store: what its last check found, or that it goes on in memory."""
        error = self._tasks.store_check.store_error
        return texts.database(problem=error) if error else self._known.store()


def _known(*problems: Message | None) -> Iterator[Message]:
    return (one for one in problems if one is not None)
