"""Whether the clock is right, and whether the daemon was suspended."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from monitor.daemon.clock.record import read_state
from monitor.daemon.clock.steady import SteadyClock
from monitor.daemon.clock.watch import ASLEEP, BUILT_AT, STEP, TOLERANCE, ClockWatch
from monitor.daemon.health_texts import clock_jumped
from monitor.metrics import OwnMetrics
from monitor.model import Message
from monitor.store import Store
from support.servers.cluster.postgresql_server import new_database

HOUR = timedelta(hours=1)


@dataclass
class FakeClock:
    """A clock that can be set."""

    wall: datetime = BUILT_AT + 100 * HOUR
    ticks: float = 1000.0

    def now(self) -> datetime:
        """Return the wall time."""
        return self.wall

    def monotonic(self) -> float:
        """Return the ticks."""
        return self.ticks

    def elapsed(self) -> float:
        """Return the ticks; this machine does not sleep."""
        return self.ticks

    def run(self, seconds: float) -> None:
        """Let both clocks go on as they should."""
        self.wall += timedelta(seconds=seconds)
        self.ticks += seconds


def watch(clock: FakeClock) -> ClockWatch:
    """Return a watch on a clock, after its first call."""
    made = ClockWatch(SteadyClock(clock), OwnMetrics(["endpoint"]))
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


DAY = timedelta(days=1)


def ahead(clock: FakeClock) -> ClockWatch:
    """Return a watch on a clock that was just set three days forward."""
    watched = watch(clock)
    clock.wall += 3 * DAY
    watched.beat()
    return watched


def judged(watched: ClockWatch, clock: FakeClock) -> bool:
    """Read the clock and return whether it is too early."""
    watched.beat()
    return watched.suspect(watched._clock.now())


def test_a_clock_that_jumps_forward_is_noticed_and_said() -> None:
    """The next beat notices it; it is no clock that is too early, and health has a sentence."""
    clock = FakeClock()
    watched = ahead(clock)
    assert watched.changed
    assert not judged(watched, clock)
    assert not watched.changed
    assert watched.jump is not None
    before = datetime(2026, 11, 27, 4, tzinfo=UTC)
    assert watched.problem == clock_jumped(before=before, after=before + 3 * DAY)


def test_no_time_of_a_jump_is_seen_before_it_is_noticed() -> None:
    """Whoever reads the clock first gets the time without the jump."""
    clock = FakeClock()
    steady = SteadyClock(clock)
    before = steady.now()
    clock.wall += 3 * DAY
    assert steady.now() == before


def test_clock_that_is_believed_after_an_hour_and_then_set_back() -> None:
    """It is not too early, although later times were recorded; after a restart neither."""

    async def scenario() -> tuple[bool, bool, Message | None, bool]:
        clock = FakeClock()
        store = await Store.open("sqlite://", app_version="test")
        watched = ahead(clock)
        clock.run(4000)
        believed = judged(watched, clock)
        await watched.save(store)
        await store.accept_instant(clock.now())
        clock.wall -= 3 * DAY
        back = judged(watched, clock)
        await watched.save(store)
        problem = watched.problem
        restarted = watch(clock)
        await restarted.resume(store)
        again = judged(restarted, clock)
        await store.close()
        return believed, back, problem, again

    assert asyncio.run(scenario()) == (False, False, None, False)


def test_clock_that_was_ahead_and_is_set_too_far_back() -> None:
    """Where it should be is known: until then it is too early."""
    clock = FakeClock()
    watched = ahead(clock)
    judged(watched, clock)
    clock.wall -= 4 * DAY
    assert judged(watched, clock)
    clock.run(DAY.total_seconds())
    assert not judged(watched, clock)


def test_accepting_a_jump() -> None:
    """The clock is believed at once and after a restart."""

    async def scenario() -> tuple[str, datetime, bool, Message | None]:
        clock = FakeClock()
        store = await Store.open("sqlite://", app_version="test")
        watched = ahead(clock)
        judged(watched, clock)
        await watched.save(store)
        why = await watched.accept(store)
        judged(watched, clock)
        now = watched._clock.now()
        restarted = watch(clock)
        await restarted.resume(store)
        await store.close()
        return why, now - clock.now() + BUILT_AT, watched.jump is None, restarted.problem

    assert asyncio.run(scenario()) == ("", BUILT_AT, True, None)


@pytest.mark.parametrize(("back", "problem"), [(False, True), (True, False)])
def test_a_jump_over_a_restart(*, back: bool, problem: bool) -> None:
    """It is still asked about; a clock that was set back meanwhile is believed."""

    async def scenario() -> tuple[bool, bool]:
        clock = FakeClock()
        store = await Store.open("sqlite://", app_version="test")
        watched = ahead(clock)
        judged(watched, clock)
        await watched.save(store)
        clock.run(60)
        if back:
            clock.wall -= 3 * DAY
        restarted = watch(clock)
        await restarted.resume(store)
        early = judged(restarted, clock)
        await store.close()
        return early, bool(restarted.problem)

    assert asyncio.run(scenario()) == (False, problem)


@pytest.mark.parametrize("record", ["[]", "{", '{"wall": 1}', '{"wall": "2026-11-27T04:00:00+00:00"}'])
def test_a_damaged_record_of_a_jump_is_none(record: str) -> None:
    """It must not stop the start."""
    assert read_state(record) is None


def test_the_time_of_a_restart_could_not_be_compared() -> None:
    """The first pass knows since when; after it the clock is watched."""

    async def scenario() -> tuple[bool, bool]:
        clock = FakeClock()
        store = await Store.open("sqlite://", app_version="test")
        await store.accept_instant(clock.now() - DAY)
        watched = watch(clock)
        await watched.resume(store)
        first = watched.doubts(clock.now()).unverified_since == clock.now() - DAY
        watched.verified()
        await store.close()
        return first, watched.doubts(clock.now()).unverified_since is None

    assert asyncio.run(scenario()) == (True, True)


@dataclass
class Sleepy(FakeClock):
    """A clock of a machine that once falls asleep for a day between two readings of its clocks."""

    sleeps: bool = False

    def now(self) -> datetime:
        """Return the wall time, and sleep."""
        before = self.wall
        if self.sleeps:
            self.sleeps = False
            self.run(DAY.total_seconds())
        return before


def test_a_sleep_between_two_readings_is_no_jump() -> None:
    """Clocks that were read at different times are not compared."""
    clock = Sleepy()
    steady = SteadyClock(clock)
    clock.sleeps = True
    assert (steady.now(), steady.state.jump) == (clock.wall, None)


def test_what_is_read_often_is_compared_as_well() -> None:
    """Small corrections add up to no jump; a jump is noticed after any number of them."""
    clock = FakeClock()
    steady = SteadyClock(clock)
    for _ in range(100):
        clock.run(60)
        clock.wall += timedelta(minutes=9)
        assert steady.now() == clock.now()
    clock.wall += HOUR
    assert (steady.now(), steady.state.jump is not None) == (clock.now() - HOUR, True)


@pytest.mark.system
def test_a_center_that_was_ahead_makes_no_other_one_early() -> None:
    """The clock of the database's server says that what a center recorded has not come yet."""

    async def scenario() -> None:
        store = await Store.open(new_database(), app_version="1.0")
        real = datetime.now(UTC)
        ahead, right, behind = (FakeClock(real + offset) for offset in (HOUR, 0 * HOUR, -HOUR))
        first = watch(ahead)
        await first.resume(store)
        await store.accept_instant(ahead.wall)
        assert not first.suspect(ahead.wall)
        second = watch(right)
        await second.resume(store)
        assert not second.suspect(right.wall)
        assert first.suspect(right.wall)  # its own clock is set right
        await first.compare_with_server(store)
        assert not first.suspect(right.wall)
        third = watch(behind)
        await third.resume(store)
        assert third.suspect(behind.wall)
        await third.compare_with_server(store)
        assert third.suspect(behind.wall)
        await store.close()

    asyncio.run(scenario())
