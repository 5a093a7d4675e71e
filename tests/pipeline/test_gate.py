"""The limit for all looks, and the board that holds the snapshot."""

import asyncio

from monitor.clock import SystemClock
from monitor.model import Check, Finding, Policy, Severity, Target, TargetState
from monitor.pipeline.board import Board
from monitor.pipeline.gate import Gate
from support.factories import virtual_time
from support.factories.virtual_time import LoopClock


def target(number: int) -> Target:
    """Return a target that differs by its number."""
    return Target(f"endpoint:host{number}:443", "endpoint", f"host{number}:443", None)


def test_no_more_than_the_limit_at_once() -> None:
    """The gate never lets more looks through than it was told."""

    async def scenario() -> int:
        gate, inside, most = Gate(LoopClock(), in_flight=3, per_second=0), 0, 0

        async def one() -> None:
            nonlocal inside, most
            await gate.enter()
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.001)
            inside -= 1
            gate.leave()

        await asyncio.gather(*(one() for _ in range(30)))
        return most

    assert virtual_time.run(scenario()) == 3


def test_starts_are_paced() -> None:
    """Looks that could all start at once start at the given rate instead."""

    async def scenario() -> list[float]:
        clock = LoopClock()
        gate, starts = Gate(clock, in_flight=10, per_second=10), list[float]()
        for _ in range(4):
            await gate.enter()
            starts.append(round(clock.monotonic(), 3))
            gate.leave()
        return starts

    assert virtual_time.run(scenario()) == [0.0, 0.1, 0.2, 0.3]


def test_late_timers_cost_no_starts() -> None:
    """The pace makes up for a timer that is late by a moment, and never for a long silence."""

    class Clock(SystemClock):
        now_at = 100.0

        def monotonic(self) -> float:
            return self.now_at

    async def scenario() -> list[float]:
        clock, waits = Clock(), list[float]()
        gate = Gate(clock, in_flight=10, per_second=1000)

        async def late(seconds: float) -> None:
            waits.append(round(seconds, 4))
            clock.now_at += seconds + 0.0015

        original, asyncio.sleep = asyncio.sleep, late  # type: ignore[assignment]
        try:
            for pause in (0, 0, 0, 0, 60, 0):
                clock.now_at += pause
                await gate.enter()
        finally:
            asyncio.sleep = original
        return waits

    # Of the four at first the third and fourth make up for the lateness; after a minute only one is free.
    assert asyncio.run(scenario()) == [0.001, 0.0005, 0.001]


def test_a_result_for_a_removed_target_does_not_bring_it_back() -> None:
    """A probe that ends after a reload took its target away is forgotten."""
    board = Board()
    board.replace([TargetState(target(1))])
    board.put([TargetState(target(1), failed_probes=1), TargetState(target(2))])
    assert list(board.snapshot.states) == [target(1).id]
    assert board.snapshot.states[target(1).id].failed_probes == 1


def test_a_snapshot_never_changes() -> None:
    """A reader keeps the picture it took while the board goes on."""
    board = Board()
    board.replace([TargetState(target(1))])
    before = board.snapshot
    board.put([TargetState(target(1), failed_probes=5)])
    assert before.states[target(1).id].failed_probes == 0


def test_a_state_is_given_under_the_present_definition() -> None:
    """A probe that began before a reload finds the known facts under the new policy."""
    board = Board()
    changed = Target(target(1).id, "endpoint", "host1:443", None, Policy(unreachable_after=9))
    board.replace([TargetState(changed, failed_probes=2)])
    state = board.state(target(1))
    assert (state.failed_probes, state.target.policy.unreachable_after) == (2, 9)


def test_shared_findings_leave_with_their_target() -> None:
    """A finding of many targets is not kept for one that is gone."""
    board = Board()
    board.replace([TargetState(target(1)), TargetState(target(2))])
    shared = (Finding(Check.INCONSISTENT, Severity.WARNING, "they differ", matter="x"),)
    board.set_correlated({target(1).id: shared, target(2).id: shared})
    board.replace([TargetState(target(2))])
    assert dict(board.snapshot.correlated) == {target(2).id: shared}
