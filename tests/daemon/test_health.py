"""What the daemon reports of its own health."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from monitor.clock import SystemClock
from monitor.daemon.clock.steady import SteadyClock
from monitor.daemon.clock.watch import ClockWatch
from monitor.daemon.health import HealthMonitor, KnownProblems
from monitor.daemon.periodic import PeriodicTask
from monitor.daemon.tasks import Tasks
from monitor.messages import english
from monitor.metrics import OwnMetrics
from monitor.model import Message, text
from monitor.network.texts import OPEN_FILES
from monitor.web import Health
from monitor.workers.texts import (
    ANSWER_TOO_LARGE,
    NO_ANSWER,
    NOT_PROBED,
    ORDER_UNKNOWN,
    batch_abandoned,
    zone_workers_silent,
)


@dataclass
class Ahead(SystemClock):
    """A clock whose monotonic time can be put forward."""

    seconds: float = 0.0

    def monotonic(self) -> float:
        """Return the monotonic time, that much ahead."""
        return super().monotonic() + self.seconds


@dataclass
class Scheduling:
    """A schedule that ran this many seconds ago."""

    age: float = 1.0


@dataclass
class Recording:
    """A main path whose last recording worked or not."""

    own_problem: Message | None = None
    store_ok: bool = True


@dataclass
class World:
    """The parts whose health counts."""

    clock: Ahead = field(default_factory=Ahead)
    scheduling: Scheduling = field(default_factory=Scheduling)
    recording: Recording = field(default_factory=Recording)
    store_error: str = ""
    store_problem: Message | None = None
    undelivered_since: datetime | None = None
    workers: Message | None = None

    def report(self, act: Callable[["World"], None] = lambda _: None, *, ready: bool = True) -> Health:
        """Return what is reported after something happened."""

        async def work() -> None:
            """Do nothing."""

        tasks = Tasks(**{one.name: PeriodicTask(one.name, 10, work, self.clock) for one in fields(Tasks)})
        tasks.store_check._logged_error = self.store_error
        clock_watch = ClockWatch(SteadyClock(self.clock), OwnMetrics(["endpoint"]))
        health = HealthMonitor(
            clock_watch,
            cast("Any", self.scheduling),
            cast("Any", self.recording),
            tasks,
            KnownProblems(
                lambda: self.undelivered_since,
                lambda: self.store_problem,
                workers=lambda: self.workers,
                faults_of_workers=NOT_PROBED,
            ),
        )
        health.ready = ready
        act(self)
        return health.report()


def said(found: Health) -> list[str]:
    """Return the problems as sentences."""
    return [english(datetime.now(UTC)).write(one) for one in found.problems]


def later(world: World) -> None:
    """Let two minutes pass in which nothing happens."""
    world.clock.seconds = 120


def test_everything_is_well() -> None:
    """Parts that work are no problem."""
    found = World().report()
    assert (found.ok, found.schedule_age, found.problems) == (True, 1.0, ())


def test_what_is_stuck_is_named() -> None:
    """The event loop, and each task that was not completed for three intervals and a minute."""
    problems = said(World().report(later))
    assert [one.split(" ")[0] for one in problems] == ["the", *(one.name for one in fields(Tasks))]


def test_a_stuck_schedule_is_a_problem() -> None:
    """A schedule that does not run probes nothing."""
    assert said(World(scheduling=Scheduling(90)).report()) == ["the schedule has not run for 90 s"]


def test_a_store_that_records_nothing_is_not_ok() -> None:
    """It needs no sentence: the metrics count it."""
    found = World(recording=Recording(store_ok=False)).report()
    assert (found.ok, found.store_ok, found.problems) == (False, False, ())


def test_a_deleted_database_is_a_problem() -> None:
    """The error of the store check is reported as it is."""
    found = World(store_error="the database was deleted").report()
    assert (found.store_ok, said(found)) == (False, ["the database was deleted"])


def test_a_store_in_memory_is_a_problem() -> None:
    """It is one of the problems, and known by itself for the page."""
    full = text("the disk is full")
    found = World(store_problem=full).report()
    assert (found.ok, found.store_ok, found.problems) == (False, False, (full,))
    assert found.store_problem == full


def test_nothing_is_wrong_before_the_start() -> None:
    """While the record is being loaded nothing has an age."""
    assert World(store_error="x").report(later, ready=False) == Health()


def test_a_fault_of_our_own_is_a_problem() -> None:
    """What keeps targets from being probed and is not their fault is said here."""
    found = World(recording=Recording(text("too many open files"))).report()
    assert [one.code for one in found.problems] == ["health_own_fault"]
    assert said(found)[0].endswith(
        "the machine that probes keeps targets from being probed: too many open files"
    )


@pytest.mark.parametrize(
    "why", [ANSWER_TOO_LARGE, NO_ANSWER, ORDER_UNKNOWN, batch_abandoned(tries=3)], ids=lambda one: one.code
)
def test_what_workers_do_not_do_is_no_fault_of_this_machine(why: Message) -> None:
    """Who reads it looks at the workers, not at the center."""
    found = World(recording=Recording(why)).report()
    assert [one.code for one in found.problems] == ["health_workers_failed"]
    assert said(found)[0].startswith("workers do not probe all of their targets: ")


def test_workers_that_are_missing_are_said_once() -> None:
    """That their targets have no answer says the same again; another fault does not."""
    silent = zone_workers_silent(zone="dmz", seconds=90)
    said_of = {
        why: [one.code for one in World(recording=Recording(why), workers=silent).report().problems]
        for why in (NO_ANSWER, OPEN_FILES)
    }
    assert said_of == {
        NO_ANSWER: ["zone_workers_silent"],
        OPEN_FILES: ["zone_workers_silent", "health_own_fault"],
    }


def test_what_cannot_be_delivered_is_a_problem() -> None:
    """Who waits for mails that do not come may ask here."""
    since = datetime(2026, 11, 23, 12, 5, tzinfo=UTC)
    found = World(undelivered_since=since).report()
    assert (found.ok, found.undelivered_since) == (False, since)
    assert said(found) == ["notifications could not be delivered since 23 Nov 2026 12:05 UTC; see the log"]
