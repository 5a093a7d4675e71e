"""The probes of a batch: started as the limiter admits them, handed over as they end, never left behind."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta

import pytest

from monitor.model import Observation, ProbeRequest, ProbeResult, Target
from monitor.probing import Answer, ProbeLimiter
from monitor.probing.batch import ProbeBatch
from monitor.sources.endpoint.connect_options import Endpoint
from support.factories import virtual_time
from support.factories.virtual_time import LoopClock


def requests(count: int, name: str = "host") -> list[ProbeRequest]:
    """Return so many requests."""
    names = (f"{name}{number}" for number in range(count))
    return [Target(name, "endpoint", f"{name}:443", Endpoint(name, 443, name)).request for name in names]


def observed(request: ProbeRequest) -> Observation:
    """Return what a probe gives here."""
    return Observation(request.target_id, datetime.now(UTC), timedelta(0), ProbeResult())


async def at_once(request: ProbeRequest) -> Observation:
    """Probe without any wait."""
    return observed(request)


async def forever(_: ProbeRequest) -> Observation:
    """Probe without any end."""
    await asyncio.Event().wait()
    raise AssertionError


def limiter_of(in_flight: int, per_second: float = 0) -> ProbeLimiter:
    """Return a limiter."""
    return ProbeLimiter(LoopClock(), in_flight=in_flight, per_second=per_second)


async def ids(probes: ProbeBatch) -> list[str]:
    """Return the ids of everything that ends."""
    found = []
    while results := await probes.taken(10):
        found += [request.target_id for request, _ in results]
    return found


def test_all_are_probed() -> None:
    """Every target is handed over once, also when the limit is low."""

    async def main() -> list[str]:
        return await ids(ProbeBatch(at_once, requests(5), limiter_of(2)))

    assert virtual_time.run(main()) == ["host0", "host1", "host2", "host3", "host4"]


def test_no_requests() -> None:
    """A batch without targets is over at once."""

    async def main() -> list[str]:
        return await ids(ProbeBatch(at_once, [], limiter_of(1)))

    assert virtual_time.run(main()) == []


def test_only_probes_under_way_have_tasks() -> None:
    """Thousands that wait for the limiter cost no task each."""

    async def main() -> int:
        before = len(asyncio.all_tasks())
        probes = ProbeBatch(forever, requests(1000), limiter_of(3))
        await asyncio.sleep(0.01)
        tasks = len(asyncio.all_tasks()) - before
        await probes.abandon()
        return tasks

    assert virtual_time.run(main()) == 3 + 1


def test_batches_start_one_after_the_other() -> None:
    """The probes of a batch are not scattered among those of others: each would record a few at a time."""

    async def main() -> list[str]:
        limiter, order = limiter_of(2), list[str]()

        async def noted(request: ProbeRequest) -> Observation:
            order.append(request.target_id)
            await asyncio.sleep(0)
            return observed(request)

        await asyncio.gather(*(ids(ProbeBatch(noted, requests(3, name), limiter)) for name in ("a", "b")))
        return order

    assert virtual_time.run(main()) == ["a0", "a1", "a2", "b0", "b1", "b2"]


@pytest.mark.parametrize("per_second", [0, 1], ids=["under way", "waiting for the pace"])
def test_abandoned_probes_release_the_limiter(per_second: float) -> None:
    """Whatever was under way or waited, the limiter has all its slots again and nobody holds the turn."""

    async def main() -> tuple[list[Answer], list[str]]:
        limiter = limiter_of(2, per_second)
        first, second = ProbeBatch(forever, requests(5), limiter), ProbeBatch(forever, requests(5), limiter)
        await asyncio.sleep(0.01)
        left = [*await second.abandon(), *await first.abandon()]
        async with asyncio.timeout(10):
            return left, await ids(ProbeBatch(at_once, requests(2), limiter))

    assert virtual_time.run(main()) == ([], ["host0", "host1"])


def test_abandoning_hands_over_what_had_finished() -> None:
    """Nothing that was learned is lost when the rest is given up."""

    async def one_ends(request: ProbeRequest) -> Observation:
        return await (at_once if request.target_id == "host1" else forever)(request)

    async def main() -> list[str]:
        probes = ProbeBatch(one_ends, requests(3), limiter_of(3))
        await asyncio.sleep(0.01)
        return [request.target_id for request, _ in await probes.abandon()]

    assert virtual_time.run(main()) == ["host1"]


async def broken(_: ProbeRequest) -> Observation:
    """Probe with a bug."""
    raise ZeroDivisionError


class BrokenClock(LoopClock):
    """Raise, as a broken clock does."""

    def monotonic(self) -> float:
        """Fail."""
        raise ZeroDivisionError


Probe = Callable[[ProbeRequest], Coroutine[None, None, Observation]]
BUGS = {
    "probe": (broken, lambda: limiter_of(1)),
    "limiter": (at_once, lambda: ProbeLimiter(BrokenClock(), in_flight=1, per_second=1)),
}


@pytest.mark.parametrize(("probe", "make"), BUGS.values(), ids=BUGS)
def test_a_bug_is_raised(probe: Probe, make: Callable[[], ProbeLimiter]) -> None:
    """A bug in a probe or in the limiter is raised to the caller that waits for the batch."""

    async def main() -> None:
        probes = ProbeBatch(probe, requests(2), make())
        try:
            async with asyncio.timeout(10):
                await ids(probes)
        finally:
            await probes.abandon()

    with pytest.raises(ZeroDivisionError):
        virtual_time.run(main())


def test_after_the_expiry_nothing_is_begun() -> None:
    """What has begun by then is handed over, and the limiter has its slots again."""

    async def main() -> tuple[list[str], list[str]]:
        limiter, clock = limiter_of(2), LoopClock()

        async def a_second(request: ProbeRequest) -> Observation:
            await asyncio.sleep(1)
            return observed(request)

        batch = ProbeBatch(a_second, requests(5), limiter, lambda: clock.monotonic() >= 1)
        return await ids(batch), await ids(ProbeBatch(at_once, requests(2, "next"), limiter))

    assert virtual_time.run(main()) == (["host0", "host1"], ["next0", "next1"])


def test_expired_from_the_start() -> None:
    """A batch that is stale when it comes is over at once."""

    async def main() -> list[str]:
        return await ids(ProbeBatch(forever, requests(3), limiter_of(1), lambda: True))

    assert virtual_time.run(main()) == []
