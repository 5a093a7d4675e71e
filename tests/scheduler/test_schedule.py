"""Batches, their phases, and the scheduler around them."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Batch, Policy, Target, TargetState
from monitor.scheduler import Scheduler, batches, due_after, overdue
from monitor.scheduler.scheduler import WATCH_EVERY
from support.factories import virtual_time
from support.factories.virtual_time import LoopClock

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def target(number: int, interval: timedelta = HOUR) -> Target:
    """Return a target that differs from others by its number."""
    return Target(
        f"endpoint:host{number}:443", "endpoint", f"host{number}:443", None, Policy(interval=interval)
    )


def test_every_target_is_in_exactly_one_batch() -> None:
    """No target is lost or probed twice."""
    targets = [target(n) for n in range(1000)] + [target(n, 2 * HOUR) for n in range(1000, 1010)]
    made = batches(targets)
    assert sorted(r.target_id for batch in made for r in batch.requests) == sorted(t.id for t in targets)


def test_a_batch_has_one_interval() -> None:
    """Targets with other intervals are in other batches."""
    targets = {one.id: one for one in (target(1), target(2, 2 * HOUR))}
    made = batches(targets.values())
    intervals = [{targets[r.target_id].policy.interval for r in batch.requests} for batch in made]
    assert intervals == [{HOUR}, {2 * HOUR}]


def test_batches_stay_within_a_few_hundred() -> None:
    """A batch is one unit of recording and must stay small."""
    assert max(len(batch.requests) for batch in batches([target(n) for n in range(20_000)])) < 400


def test_one_target_more_moves_no_other() -> None:
    """The batches of the others stay, so nobody's rhythm changes."""
    before = {r.target_id: b.id for b in batches([target(n) for n in range(500)]) for r in b.requests}
    after = {r.target_id: b.id for b in batches([target(n) for n in range(501)]) for r in b.requests}
    assert {key: after[key] for key in before} == before


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1)), st.integers(1, 10**6))  # noqa: DTZ001 - made aware below
def test_a_batch_is_due_once_in_every_interval(instant: datetime, seconds: int) -> None:
    """The next due time lies after the instant and at most one interval away."""
    batch = Batch("one", timedelta(seconds=seconds))
    after = instant.replace(tzinfo=UTC)
    due = due_after(batch, after)
    assert after < due <= after + batch.interval
    assert due_after(batch, due) == due + batch.interval


def test_batches_are_spread_over_the_interval() -> None:
    """A hundred batches of one hour do not start together."""
    made = batches([target(n) for n in range(20_000)])
    phases = sorted((due_after(batch, NOW) - NOW) / HOUR for batch in made)
    assert phases[0] < 0.1
    assert phases[-1] > 0.9


def test_only_what_was_never_probed_or_too_long_ago_is_overdue() -> None:
    """After a restart, what was probed within its interval waits for its phase."""
    one, two, three = target(1), target(2), target(3)
    states = {
        one.id: TargetState(one, probed_at=NOW - HOUR / 2),
        two.id: TargetState(two, probed_at=NOW - HOUR),
    }
    batch = Batch("b", HOUR, (one.request, two.request, three.request))
    assert overdue(batch, states, NOW) == (two.request, three.request)


@pytest.fixture(autouse=True)
def _apscheduler_reads_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let APScheduler read the time from the loop, as our part does by the clock that it is given."""
    monkeypatch.setattr("apscheduler.schedulers.base.datetime", LoopClock())


def test_overdue_targets_are_probed_at_once_and_others_wait() -> None:
    """A new target is probed on start, one that is fresh is not."""

    async def scenario() -> list[str]:
        ran: list[str] = []
        done = asyncio.Event()

        async def run(batch: Batch, due_at: datetime) -> None:
            assert due_at.tzinfo is not None
            ran.extend(request.target_id for request in batch.requests)
            done.set()

        clock = LoopClock()
        one, two = target(1), target(2)
        schedule = Scheduler(run, clock)
        schedule.start()
        await schedule.plan(batches([one, two]), {two.id: TargetState(two, probed_at=clock.now())})
        await asyncio.wait_for(done.wait(), 5)
        await schedule.stop()
        return ran

    assert virtual_time.run(scenario()) == [target(1).id]


def test_a_batch_runs_again_and_again_at_its_phase() -> None:
    """A batch of a short interval runs several times, and never twice at once."""

    async def scenario() -> tuple[int, int]:
        counts = {"now": 0, "most": 0, "runs": 0}
        enough = asyncio.Event()

        async def run(batch: Batch, due_at: datetime) -> None:
            counts["now"] += 1
            counts["most"] = max(counts["most"], counts["now"])
            counts["runs"] += 1
            await asyncio.sleep(0.01)
            counts["now"] -= 1
            if counts["runs"] >= 3:
                enough.set()

        clock = LoopClock()
        quick = target(1, timedelta(milliseconds=200))
        schedule = Scheduler(run, clock)
        schedule.start()
        await schedule.plan(batches([quick]), {quick.id: TargetState(quick, probed_at=clock.now())})
        await asyncio.wait_for(enough.wait(), 10)
        await schedule.stop()
        return counts["runs"], counts["most"]

    runs, most = virtual_time.run(scenario())
    assert runs >= 3
    assert most == 1


def test_a_bug_in_one_run_does_not_end_the_schedule() -> None:
    """The next run of a batch goes on after an exception."""

    async def scenario() -> int:
        runs = 0
        again = asyncio.Event()

        async def run(batch: Batch, due_at: datetime) -> None:
            nonlocal runs
            runs += 1
            if runs == 1:
                raise RuntimeError("a bug")
            again.set()

        clock = LoopClock()
        quick = target(1, timedelta(milliseconds=100))
        schedule = Scheduler(run, clock)
        schedule.start()
        await schedule.plan(batches([quick]), {quick.id: TargetState(quick, probed_at=clock.now())})
        await asyncio.wait_for(again.wait(), 10)
        await schedule.stop()
        return runs

    assert virtual_time.run(scenario()) >= 2


def test_stop_waits_until_a_cancelled_run_has_recorded() -> None:
    """What a run does in its own clean-up is finished when stop returns."""

    async def scenario() -> list[str]:
        steps: list[str] = []
        started = asyncio.Event()

        async def run(batch: Batch, due_at: datetime) -> None:
            started.set()
            try:
                await asyncio.sleep(60)
            finally:
                await asyncio.sleep(0.05)
                steps.append("recorded")

        schedule = Scheduler(run, LoopClock())
        schedule.start()
        await schedule.plan(batches([target(1)]), {})
        await started.wait()
        await schedule.stop()
        steps.append("stopped")
        return steps

    assert virtual_time.run(scenario()) == ["recorded", "stopped"]


def test_removed_targets_are_not_run_any_more() -> None:
    """A plan without a batch takes its job away."""

    async def scenario() -> list[str]:
        ran: list[str] = []

        async def run(batch: Batch, due_at: datetime) -> None:
            ran.extend(request.target_id for request in batch.requests)

        clock = LoopClock()
        quick, slow = target(1, timedelta(milliseconds=100)), target(2, timedelta(milliseconds=150))
        seen = {t.id: TargetState(t, probed_at=clock.now()) for t in (quick, slow)}
        schedule = Scheduler(run, clock)
        schedule.start()
        await schedule.plan(batches([quick, slow]), seen)
        await schedule.plan(batches([slow]), seen)
        while slow.id not in ran:
            await asyncio.sleep(0.02)
        await schedule.stop()
        return ran

    assert target(1).id not in virtual_time.run(scenario())


def test_a_clock_set_back_by_hours_does_not_stop_the_schedule() -> None:
    """The watchdog plans again after a step, so a batch is due within one interval of the new time."""

    async def scenario() -> timedelta:
        async def run(batch: Batch, due_at: datetime) -> None:
            return None

        clock = LoopClock()
        hourly = target(1)
        schedule = Scheduler(run, clock)
        schedule.start()
        await schedule.plan(batches([hourly]), {hourly.id: TargetState(hourly, probed_at=clock.now())})
        clock.begun_at -= timedelta(hours=5)
        schedule._replan()
        job = next(job for job in schedule._scheduler.get_jobs() if job.id != "beat")
        until = job.next_run_time - clock.now()
        await schedule.stop()
        return until

    until = virtual_time.run(scenario())
    assert timedelta(0) < until <= HOUR


def test_a_clock_set_forward_by_decades_costs_one_run() -> None:
    """What was missed is one run for each job and is not counted run by run, which would take minutes."""

    async def scenario() -> list[int]:
        async def run(batch: Batch, due_at: datetime) -> None:
            return None

        schedule = Scheduler(run, LoopClock())
        schedule.start()
        await schedule.plan(batches([target(1)]), {})
        later = NOW + timedelta(days=20_000)
        missed = [len(job._get_run_times(later)) for job in schedule._scheduler.get_jobs()]
        await schedule.stop()
        return missed

    assert virtual_time.run(scenario()) == [1, 1]


def test_the_watchdog_notices_a_step() -> None:
    """A step of the wall clock against the monotonic one leads to a new plan."""

    async def scenario() -> bool:
        async def run(batch: Batch, due_at: datetime) -> None:
            return None

        clock = LoopClock()
        schedule = Scheduler(run, clock)
        replanned = asyncio.Event()
        schedule._replan = replanned.set  # type: ignore[method-assign]
        schedule.start()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        clock.begun_at -= timedelta(hours=5)
        await asyncio.wait_for(replanned.wait(), 60)
        await schedule.stop()
        return True

    assert virtual_time.run(scenario())


def test_the_watchdog_notices_a_clock_that_was_forward_for_a_moment() -> None:
    """Set forward and back between two readings, both clocks agree, and a batch would wait for the future."""

    async def scenario() -> timedelta:
        async def run(batch: Batch, due_at: datetime) -> None:
            return None

        clock, hourly = LoopClock(), target(1)
        schedule = Scheduler(run, clock)
        schedule.start()
        await schedule.plan(batches([hourly]), {hourly.id: TargetState(hourly, probed_at=clock.now())})
        clock.begun_at += timedelta(days=100)
        schedule._replan()
        clock.begun_at -= timedelta(days=100)
        await asyncio.sleep(2 * WATCH_EVERY)
        job = next(job for job in schedule._scheduler.get_jobs() if job.id != "beat")
        until = job.next_run_time - clock.now()
        await schedule.stop()
        return until

    assert virtual_time.run(scenario()) <= HOUR


def test_a_clock_that_was_back_for_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set back and right again between two readings, it does not sleep for as long as it was set back."""

    async def scenario() -> int:
        ran = 0

        async def run(batch: Batch, due_at: datetime) -> None:
            nonlocal ran
            ran += 1

        clock, often = LoopClock(), target(1, timedelta(minutes=1))
        monkeypatch.setattr("apscheduler.schedulers.base.datetime", clock)
        schedule = Scheduler(run, clock)
        schedule.start()
        await schedule.plan(batches([often]), {often.id: TargetState(often, probed_at=clock.now())})
        await asyncio.sleep(WATCH_EVERY + 0.1)
        clock.begun_at -= timedelta(hours=3)
        await asyncio.sleep(WATCH_EVERY - 0.2)
        clock.begun_at += timedelta(hours=3)
        await asyncio.sleep(300)
        await schedule.stop()
        return ran

    assert virtual_time.run(scenario()) >= 5


def test_policy_changes_move_a_target_to_another_batch() -> None:
    """A target with a new interval is planned under it."""
    before = batches([target(1)])[0]
    changed = replace(target(1), policy=Policy(interval=2 * HOUR))
    after = batches([changed])[0]
    assert (before.interval, after.interval) == (HOUR, 2 * HOUR)
