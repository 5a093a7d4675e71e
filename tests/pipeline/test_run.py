"""The main path: probe, judge, record, show."""

import asyncio
import logging
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import pytest

from monitor.errors import SystemBrokenError
from monitor.model import (
    Anchors,
    Failure,
    FailureReason,
    Observation,
    ProbeRequest,
    ProbeResult,
    TargetState,
    text,
)
from monitor.pipeline import TrustStoreCache
from monitor.pipeline.unrecorded import AT_ONCE
from support.factories import virtual_time
from support.factories.pipeline.world import (
    ANCHORS,
    FakeClock,
    FakeStore,
    Shows,
    World,
    batch,
    target,
)
from support.pki import NOW


def test_a_batch_is_probed_judged_shown_and_recorded() -> None:
    """One run takes every target to the board and into one transaction."""
    targets = [target(1), target(2)]
    world = World(Shows())
    asyncio.run(world.pipeline(targets).run(batch(*targets)))
    assert [state.up for state in world.board.snapshot] == [True, True]
    assert world.store.batches == [[targets[0].id, targets[1].id]]


def test_targets_of_a_zone_are_not_probed_here() -> None:
    """Their addresses mean other machines here, or none."""
    targets = [target(1), target(2, "dmz")]
    world = World(Shows())
    asyncio.run(world.pipeline(targets).run(batch(*targets)))
    assert [state.up for state in world.board.snapshot] == [True, None]


def test_a_bug_in_a_source_is_the_reason_internal(caplog: pytest.LogCaptureFixture) -> None:
    """A bug costs its own target, with a traceback in the log; the others go on."""

    class Buggy(Shows):
        async def probe(self, request: ProbeRequest) -> ProbeResult:
            if request.location.startswith("host1"):
                raise ValueError("a bug")
            return await super().probe(request)

    targets = [target(1), target(2)]
    world = World(Buggy())
    with caplog.at_level(logging.ERROR):
        asyncio.run(world.pipeline(targets).run(batch(*targets)))
    assert [state.up for state in world.board.snapshot] == [False, True]
    assert world.counters.failures == [("endpoint", FailureReason.INTERNAL)]
    assert "ValueError: a bug" in caplog.text


@pytest.mark.parametrize("zone", ["", "dmz"])
def test_a_fault_of_our_own_is_known_for_a_while(zone: str) -> None:
    """Health can say it, until ten minutes have passed without another."""

    class Short(Shows):
        async def probe(self, request: ProbeRequest) -> ProbeResult:
            await super().probe(request)
            return ProbeResult(failures=(Failure(FailureReason.INTERNAL, text("out of descriptors")),))

    world = World(Short())
    pipeline = world.pipeline([target(1, zone)], zones=["dmz"])
    before = pipeline.own_problem
    asyncio.run(pipeline.run(batch(target(1, zone))))
    during = pipeline.own_problem
    world.clock.wall += timedelta(minutes=10)
    assert (before, during, pipeline.own_problem) == (None, text("out of descriptors"), None)


def test_each_target_has_its_own_fault_of_ours() -> None:
    """That of a target which is probed again does not hide the one of another, which is not."""
    broken = {"host1", "host2"}

    class Short(Shows):
        async def probe(self, request: ProbeRequest) -> ProbeResult:
            host = request.location.partition(":")[0]
            if host in broken:
                return ProbeResult(failures=(Failure(FailureReason.INTERNAL, text(f"no {host}")),))
            return await super().probe(request)

    pipeline = World(Short()).pipeline([target(1), target(2)])
    for number in (1, 2):
        asyncio.run(pipeline.run(batch(target(number))))
    both = pipeline.own_problem
    broken.remove("host2")
    asyncio.run(pipeline.run(batch(target(2))))
    assert (both, pipeline.own_problem) == (text("no host2"), text("no host1"))


def test_a_fault_of_our_own_is_forgotten_once_its_target_is_probed() -> None:
    """Health does not go on saying what is over."""

    class ShortOnce(Shows):
        short = True

        async def probe(self, request: ProbeRequest) -> ProbeResult:
            if self.short:
                return ProbeResult(failures=(Failure(FailureReason.INTERNAL, text("out of descriptors")),))
            return await super().probe(request)

    source = ShortOnce()
    pipeline = World(source).pipeline([target(1), target(2)])
    asyncio.run(pipeline.run(batch(target(1))))
    source.short = False
    asyncio.run(pipeline.run(batch(target(2))))
    during = pipeline.own_problem
    asyncio.run(pipeline.run(batch(target(1))))
    assert (during, pipeline.own_problem) == (text("out of descriptors"), None)


def test_a_source_that_forgets_its_timeout_is_given_up() -> None:
    """Even a source that hangs costs no more than its timeout and a grace."""

    class Hangs(Shows):
        async def probe(self, request: ProbeRequest) -> ProbeResult:
            await asyncio.sleep(3600)
            return ProbeResult()

    one = target(1, timeout=timedelta(seconds=50))
    world = World(Hangs())
    virtual_time.run(world.pipeline([one]).run(batch(one)))
    assert world.counters.failures == [("endpoint", FailureReason.TIMEOUT)]


def test_fast_results_do_not_wait_for_a_slow_one() -> None:
    """While one probe hangs, the others are on the board and recorded."""

    class OneSlow(Shows):
        def __init__(self) -> None:
            self.gate = asyncio.Event()

        async def probe(self, request: ProbeRequest) -> ProbeResult:
            if request.location.startswith("host1"):
                await self.gate.wait()
            return await super().probe(request)

    async def scenario() -> tuple[list[bool | None], list[list[str]]]:
        targets = [target(1), target(2)]
        source = OneSlow()
        world = World(source)
        run = asyncio.create_task(world.pipeline(targets).run(batch(*targets)))
        while not world.store.batches:
            await asyncio.sleep(0.005)
        early = [state.up for state in world.board.snapshot]
        source.gate.set()
        await run
        return early, world.store.batches

    early, batches = virtual_time.run(scenario())
    assert early == [None, True]
    assert batches == [[target(2).id], [target(1).id]]


def test_a_target_is_never_probed_twice_at_once() -> None:
    """A second run leaves a target alone that is still being probed."""

    class Counts(Shows):
        now = most = 0

        async def probe(self, request: ProbeRequest) -> ProbeResult:
            self.now += 1
            self.most = max(self.most, self.now)
            await asyncio.sleep(0.02)
            self.now -= 1
            return await super().probe(request)

    async def scenario() -> int:
        source, one = Counts(), target(1)
        pipeline = World(source).pipeline([one])
        await asyncio.gather(pipeline.run(batch(one)), pipeline.run(batch(one)))
        await pipeline.run(batch(one))
        return source.most

    assert virtual_time.run(scenario()) == 1


def test_a_cancelled_run_records_what_is_finished() -> None:
    """On stop nothing that was learned is lost, and what was not learned is not invented."""

    class HalfDone(Shows):
        async def probe(self, request: ProbeRequest) -> ProbeResult:
            if request.location.startswith("host1"):
                await asyncio.sleep(3600)
            return await super().probe(request)

    async def scenario() -> tuple[list[list[str]], list[datetime | None]]:
        targets = [target(1), target(2)]
        world = World(HalfDone())
        run = asyncio.create_task(world.pipeline(targets).run(batch(*targets)))
        await asyncio.sleep(0.05)
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)
        return world.store.batches, [state.probed_at for state in world.board.snapshot]

    batches, probed = virtual_time.run(scenario())
    assert batches == [[target(2).id]]
    assert probed == [None, NOW]


def test_a_broken_store_stops_nothing_and_is_made_up_for(caplog: pytest.LogCaptureFixture) -> None:
    """What could not be recorded is shown, counted, complained of once, and recorded later."""
    targets = [target(1), target(2)]
    world = World(Shows())
    pipeline = world.pipeline(targets)
    world.store.broken = True
    with caplog.at_level(logging.ERROR):
        asyncio.run(pipeline.run(batch(targets[0])))
        asyncio.run(pipeline.run(batch(targets[0])))
    complaints = [record for record in caplog.records if "could not record" in record.message]
    assert (len(complaints), world.counters.store_errors, pipeline.store_ok) == (1, 2, False)
    assert world.board.snapshot.states[targets[0].id].up is True
    world.store.broken = False
    asyncio.run(pipeline.run(batch(targets[1])))
    assert world.store.batches == [[targets[0].id, targets[1].id]]
    assert pipeline.store_ok
    assert world.counters.dropped == 1  # the first of two results of one target


def test_what_waits_for_a_broken_store_is_bounded(caplog: pytest.LogCaptureFixture) -> None:
    """One result of each target waits; the others are dropped, counted and said once it works."""
    targets = [target(number) for number in range(AT_ONCE + 2)]
    world = World(Shows())
    pipeline = world.pipeline(targets)
    world.store.broken = True

    async def three_times() -> None:
        for _ in range(3):
            await pipeline.run(batch(*targets))

    asyncio.run(three_times())
    assert world.counters.dropped == 2 * len(targets)
    world.store.broken = False
    with caplog.at_level(logging.INFO):
        asyncio.run(pipeline.flush())
    assert ([len(some) for some in world.store.batches], pipeline.store_ok) == ([AT_ONCE, 2], True)
    [again] = [record for record in caplog.records if "recorded again" in record.message]
    assert again.cert_monitor_facts == {"dropped": 2 * len(targets)}  # type: ignore[attr-defined]


def test_what_waits_of_a_target_that_left_is_forgotten() -> None:
    """A removed target must not be restored by the record of it."""
    one, two = target(1), target(2)
    world = World(Shows())
    pipeline = world.pipeline([one, two])
    world.store.broken = True
    asyncio.run(pipeline.run(batch(one, two)))
    world.store.broken = False
    world.board.replace([world.board.snapshot.states[two.id]])
    asyncio.run(pipeline.flush())
    assert (world.store.batches, pipeline.store_ok) == ([[two.id]], True)


def test_the_lag_is_from_the_due_time_to_the_probe() -> None:
    """How late a probe begins is counted for each probe."""
    world = World(Shows())
    asyncio.run(world.pipeline([target(1)]).run(batch(target(1)), NOW - timedelta(seconds=7)))
    assert world.counters.lags == [timedelta(seconds=7)]


def test_anchors_are_read_once_a_minute_and_never_on_the_loop() -> None:
    """Files are compared once a minute, on a thread of their own."""

    async def scenario() -> tuple[int, bool]:
        calls: list[bool] = []

        def read(_: tuple[str, ...], __: float) -> Anchors:
            calls.append(threading.current_thread() is threading.main_thread())
            return ANCHORS

        clock = FakeClock()
        trust_stores = TrustStoreCache(read, clock)
        await asyncio.gather(*(trust_stores.anchors(("system",)) for _ in range(20)))
        clock.ticks = 59
        await trust_stores.anchors(("system",))
        clock.ticks = 61
        await trust_stores.anchors(("system",))
        return len(calls), any(calls)

    assert asyncio.run(scenario()) == (2, False)


def test_a_hanging_disk_leaves_the_last_good_anchors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judging goes on with what was read before."""
    monkeypatch.setattr("monitor.pipeline.trust_stores.PATIENCE", 0.05)

    async def scenario() -> Anchors:
        hang = threading.Event()
        reads = 0

        def read(_: tuple[str, ...], __: float) -> Anchors:
            nonlocal reads
            reads += 1
            if reads > 1:
                hang.wait(5)
            return ANCHORS

        clock = FakeClock()
        trust_stores = TrustStoreCache(read, clock)
        await trust_stores.anchors(("root.pem",))
        clock.ticks = 100
        found = await trust_stores.anchors(("root.pem",))
        hang.set()
        return found

    assert asyncio.run(scenario()) is ANCHORS


def test_a_success_forgets_nothing_that_failed_beside_it() -> None:
    """Two batches record at once, the first fails: the second's success must not drop the first's results."""

    async def scenario() -> list[list[str]]:
        one, two = target(1), target(2)
        first_fails, written = asyncio.Event(), list[list[str]]()

        class Store(FakeStore):
            async def record(
                self, states: Sequence[TargetState], observations: Mapping[str, Observation]
            ) -> None:
                ids = sorted(observations)
                if ids == [one.id] and not first_fails.is_set():
                    first_fails.set()
                    raise SystemBrokenError("the disk is full")
                await first_fails.wait()
                await asyncio.sleep(0.01)
                written.append(ids)

        world = World(Shows(), store=Store())
        pipeline = world.pipeline([one, two])
        await asyncio.gather(pipeline.run(batch(two)), pipeline.run(batch(one)))
        await pipeline.run(batch(two))
        return written

    assert virtual_time.run(scenario()) == [[target(2).id], [target(1).id, target(2).id]]
