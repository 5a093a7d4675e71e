"""Batches probed in this process: answers as they come, nothing begun too late."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from monitor.model import FailureReason, ProbeRequest, ProbeResult
from monitor.probing import Answer, InProcessRunner, ProbeLimiter
from monitor.sources.files.settings import Files
from support.factories import virtual_time
from support.factories.pipeline.world import showing, target
from support.factories.virtual_time import LoopClock


class Timed:
    """Show a certificate after as many seconds as the host's number says."""

    async def probe(self, request: ProbeRequest) -> ProbeResult:
        """Return it."""
        await asyncio.sleep(int(request.location.removeprefix("host").removesuffix(":443")))
        return showing(request)


@dataclass
class Taken:
    """Remember when which answers came."""

    clock: LoopClock
    at: list[tuple[float, list[str]]] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)

    async def __call__(self, answers: Sequence[Answer]) -> None:
        """Remember them."""
        self.answers += answers
        self.at.append((self.clock.monotonic(), [request.location for request, _ in answers]))


def ran(requests: Sequence[ProbeRequest], expires_at: timedelta | None = None, in_flight: int = 9) -> Taken:
    """Return what a run hands over."""

    async def main() -> Taken:
        clock = LoopClock()
        taken = Taken(clock)
        runner = InProcessRunner(
            {"endpoint": Timed()}, ProbeLimiter(clock, in_flight=in_flight, per_second=0), clock
        )
        await runner.run("one", requests, taken, None if expires_at is None else clock.now() + expires_at)
        return taken

    return virtual_time.run(main())


def test_answers_come_while_slow_probes_run() -> None:
    """Nobody waits for more than half a second for those that take long."""
    taken = ran([target(number).request for number in (0, 3, 1)])
    assert taken.at == [(0.5, ["host0:443"]), (1.5, ["host1:443"]), (3.0, ["host3:443"])]


def test_an_answer_says_what_it_answers() -> None:
    """It comes with the request that was probed, as it was ordered."""
    ordered = replace(target(0).request, timeout=timedelta(seconds=3))
    ((request, observation),) = ran([ordered]).answers
    assert (request, observation.target_id, len(observation.result.sightings)) == (
        ordered,
        ordered.target_id,
        1,
    )


def test_what_expires_is_not_begun() -> None:
    """What has begun by then is probed to its end."""
    taken = ran([target(number).request for number in (2, 1, 1)], timedelta(seconds=1), in_flight=1)
    assert [request.location for request, _ in taken.answers] == ["host2:443"]


def test_without_an_expiry_all_are_probed() -> None:
    """However long they wait for the limiter."""
    taken = ran([target(number).request for number in (2, 1, 1)], None, in_flight=1)
    assert len(taken.answers) == 3


def test_a_kind_without_a_source() -> None:
    """A request that nobody here can probe is a failure of ours, and the others go on."""
    odd = replace(target(0).request, settings=Files(("/a.pem",)))
    answers = ran([odd, target(0).request]).answers
    reasons = [[failure.reason for failure in observation.result.failures] for _, observation in answers]
    assert reasons == [[FailureReason.INTERNAL], []]


def test_a_cancelled_run_hands_over_what_has_finished() -> None:
    """Nothing that was learned is lost, and the limiter is free again."""

    async def main() -> list[str]:
        clock = LoopClock()
        taken, limiter = Taken(clock), ProbeLimiter(clock, in_flight=2, per_second=0)
        runner = InProcessRunner({"endpoint": Timed()}, limiter, clock)
        run = asyncio.create_task(runner.run("one", [target(n).request for n in (0, 9)], taken, None))
        await asyncio.sleep(0.1)
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)
        async with asyncio.timeout(5):
            await runner.run("two", [target(0).request] * 2, taken, None)
        return [request.location for request, _ in taken.answers]

    assert virtual_time.run(main()) == ["host0:443"] * 3


def test_the_clock_of_an_answer_is_this_machines() -> None:
    """An observation says when its probe began, by the clock that was given."""
    began: list[datetime] = [observation.started_at for _, observation in ran([target(1).request]).answers]
    assert began == [LoopClock.begun_at]
