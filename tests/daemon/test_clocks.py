"""Whether the clock is right, and whether the daemon was suspended."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from monitor.daemon.clocks import ASLEEP, BUILT_AT, STEP, TOLERANCE, ClockWatch
from monitor.metrics import OwnMetrics
from monitor.store import Store

HOUR = timedelta(hours=1)


@dataclass
class FakeClock:
    """Tell a settable time."""

    wall: datetime = BUILT_AT + 100 * HOUR
    ticks: float = 1000.0

    def now(self) -> datetime:
        """Return the wall time."""
        return self.wall

    def monotonic(self) -> float:
        """Return the ticks."""
        return self.ticks

    def run(self, seconds: float) -> None:
        """Let both clocks go on as they should."""
        self.wall += timedelta(seconds=seconds)
        self.ticks += seconds


def watch(clock: FakeClock) -> ClockWatch:
    """Return a watch on a clock, after its first call."""
    made = ClockWatch(clock, OwnMetrics(["endpoint"]))
    assert made.woke(clock.now())
    return made


def test_a_start_counts_as_waking() -> None:
    """The first call says that the daemon was away, the next one does not."""
    clock = FakeClock()
    assert not watch(clock).woke(clock.now())


def test_a_steady_clock_is_no_waking() -> None:
    """Hours that both clocks count alike, with beats all along, are no absence."""
    clock = FakeClock()
    watching = watch(clock)
    for _ in range(200):
        clock.run(ASLEEP - 1)
        watching.beat()
    assert not watching.woke(clock.now())


@pytest.mark.parametrize("step", [HOUR, -HOUR, STEP + timedelta(seconds=1)])
def test_a_step_of_the_clock_is_a_waking(step: timedelta) -> None:
    """A wall clock that moved against the monotonic one was set, or the machine slept."""
    clock = FakeClock()
    watching = watch(clock)
    clock.wall += step
    assert [watching.woke(clock.now()), watching.woke(clock.now())] == [True, False]


def test_a_sleep_that_both_clocks_count_is_a_waking() -> None:
    """Where the monotonic clock goes on during sleep, the missing beats tell of it."""
    clock = FakeClock()
    watching = watch(clock)
    clock.run(ASLEEP + 1)
    watching.beat()
    clock.run(1)
    assert [watching.woke(clock.now()), watching.woke(clock.now())] == [True, False]


def test_a_small_correction_is_nothing() -> None:
    """Time synchronisation moves a clock by seconds: no absence, no suspicion."""
    clock = FakeClock()
    watching = watch(clock)
    watching.suspect(clock.now())
    clock.wall -= timedelta(seconds=20)
    assert [watching.woke(clock.now()), watching.suspect(clock.now())] == [False, False]


def test_a_clock_before_the_build_is_suspect() -> None:
    """No clock reads earlier than the day this version was made."""
    clock = FakeClock(BUILT_AT - TOLERANCE - HOUR)
    assert watch(clock).suspect(clock.now())


def test_a_clock_that_went_back_is_suspect_until_it_has_caught_up() -> None:
    """What was read once cannot be again."""
    clock = FakeClock()
    watching = watch(clock)
    read = []
    for step in (0 * HOUR, -6 * HOUR, HOUR, 5 * HOUR):
        clock.wall += step
        read.append(watching.suspect(clock.now()))
    assert read == [False, True, True, False]


def test_clock_that_was_ahead_is_accepted() -> None:
    """After it was ahead and is right again, accepting it ends the distrust, over a restart too."""

    async def scenario() -> tuple[bool, str, bool, bool]:
        clock = FakeClock()
        store = await Store.open("sqlite://", app_version="test")
        right = clock.now()
        await store.accept_instant(right + 100 * HOUR)
        watched = watch(clock)
        await watched.resume(store)
        before = watched.suspect(right)
        why = await watched.accept(store)
        after = watched.suspect(right)
        restarted = watch(clock)
        await restarted.resume(store)
        again = restarted.suspect(right)
        await store.close()
        return before, why, after, again

    assert asyncio.run(scenario()) == (True, "", False, False)


def test_clock_before_this_version_is_not_accepted() -> None:
    """It cannot be right, whoever says so."""

    async def scenario() -> tuple[bool, bool]:
        clock = FakeClock(BUILT_AT - 100 * HOUR)
        store = await Store.open("sqlite://", app_version="test")
        watched = watch(clock)
        why = await watched.accept(store)
        await store.close()
        return "before this version was made" in why, watched.suspect(clock.now())

    assert asyncio.run(scenario()) == (True, True)
