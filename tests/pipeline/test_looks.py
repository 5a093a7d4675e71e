"""The probes of a batch: started as the gate opens, handed over as they end, never left behind."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta

import pytest

from monitor.model import Observation, ProbeResult, Target
from monitor.pipeline.gate import Gate
from monitor.pipeline.looks import ProbeBatch
from support.factories import virtual_time
from support.factories.virtual_time import LoopClock


def targets(count: int, name: str = "host") -> list[Target]:
    """Return so many targets."""
    return [Target(f"{name}{number}", "endpoint", f"{name}{number}:443", None) for number in range(count)]


def observed(target: Target) -> Observation:
    """Return what a probe gives here."""
    return Observation(target.id, datetime.now(UTC), timedelta(0), ProbeResult())


async def at_once(target: Target) -> Observation:
    """Look without any wait."""
    return observed(target)


async def forever(_: Target) -> Observation:
    """Look without any end."""
    await asyncio.Event().wait()
    raise AssertionError


def gate_of(in_flight: int, per_second: float = 0) -> Gate:
    """Return a gate."""
    return Gate(LoopClock(), in_flight=in_flight, per_second=per_second)


async def ids(probes: ProbeBatch) -> list[str]:
    """Return the ids of everything that ends."""
    found = []
    while results := await probes.taken(10):
        found += [target.id for target, _ in results]
    return found


def test_all_are_looked_at() -> None:
    """Every target is handed over once, also when the gate is narrow."""

    async def main() -> list[str]:
        return await ids(ProbeBatch(at_once, targets(5), gate_of(2)))

    assert virtual_time.run(main()) == ["host0", "host1", "host2", "host3", "host4"]


def test_no_targets() -> None:
    """A batch without targets is over at once."""

    async def main() -> list[str]:
        return await ids(ProbeBatch(at_once, [], gate_of(1)))

    assert virtual_time.run(main()) == []


def test_only_looks_under_way_have_tasks() -> None:
    """Thousands that wait for the gate cost no task each."""

    async def main() -> int:
        before = len(asyncio.all_tasks())
        probes = ProbeBatch(forever, targets(1000), gate_of(3))
        await asyncio.sleep(0.01)
        tasks = len(asyncio.all_tasks()) - before
        await probes.abandon()
        return tasks

    assert virtual_time.run(main()) == 3 + 1


def test_batches_start_one_after_the_other() -> None:
    """The probes of a batch are not scattered among those of others: each would record a few at a time."""

    async def main() -> list[str]:
        gate, order = gate_of(2), list[str]()

        async def noted(target: Target) -> Observation:
            order.append(target.id)
            await asyncio.sleep(0)
            return observed(target)

        await asyncio.gather(*(ids(ProbeBatch(noted, targets(3, name), gate)) for name in ("a", "b")))
        return order

    assert virtual_time.run(main()) == ["a0", "a1", "a2", "b0", "b1", "b2"]


@pytest.mark.parametrize("per_second", [0, 1], ids=["under way", "waiting for the pace"])
def test_abandoned_looks_leave_the_gate_open(per_second: float) -> None:
    """Whatever was under way or waited, the gate has all its slots again and nobody holds the turn."""

    async def main() -> tuple[list[tuple[Target, Observation]], list[str]]:
        gate = gate_of(2, per_second)
        first, second = ProbeBatch(forever, targets(5), gate), ProbeBatch(forever, targets(5), gate)
        await asyncio.sleep(0.01)
        left = [*await second.abandon(), *await first.abandon()]
        async with asyncio.timeout(10):
            return left, await ids(ProbeBatch(at_once, targets(2), gate))

    assert virtual_time.run(main()) == ([], ["host0", "host1"])


def test_abandoning_hands_over_what_had_ended() -> None:
    """Nothing that was learned is lost when the rest is given up."""

    async def one_ends(target: Target) -> Observation:
        return await (at_once if target.id == "host1" else forever)(target)

    async def main() -> list[str]:
        probes = ProbeBatch(one_ends, targets(3), gate_of(3))
        await asyncio.sleep(0.01)
        return [target.id for target, _ in await probes.abandon()]

    assert virtual_time.run(main()) == ["host1"]


async def broken(_: Target) -> Observation:
    """Look with a bug."""
    raise ZeroDivisionError


class BrokenClock(LoopClock):
    """Tell no time."""

    def monotonic(self) -> float:
        """Fail."""
        raise ZeroDivisionError


Probe = Callable[[Target], Coroutine[None, None, Observation]]
BUGS = {
    "look": (broken, lambda: gate_of(1)),
    "gate": (at_once, lambda: Gate(BrokenClock(), in_flight=1, per_second=1)),
}


@pytest.mark.parametrize(("probe", "make"), BUGS.values(), ids=BUGS)
def test_a_bug_is_raised(probe: Probe, make: Callable[[], Gate]) -> None:
    """A bug in a probe or at the gate reaches whoever waits for the batch, instead of a wait without end."""

    async def main() -> None:
        probes = ProbeBatch(probe, targets(2), make())
        try:
            async with asyncio.timeout(10):
                await ids(probes)
        finally:
            await probes.abandon()

    with pytest.raises(ZeroDivisionError):
        virtual_time.run(main())
