"""What becomes of a batch while workers or NATS are away."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from monitor.clock import SystemClock
from monitor.model import FailureReason, Observation, TargetState
from monitor.probing import Answer
from monitor.workers import runner
from monitor.workers.connection import Broker
from support.factories.pipeline.world import target
from support.servers.programs import free_port


def test_targets_that_no_worker_answers_for_are_a_fault_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else they would be unreachable after some intervals, though nobody has tried to reach them."""
    monkeypatch.setattr(runner, "LEAST_LIFE", timedelta(seconds=0.5))
    one = target(1, interval=timedelta(seconds=0.5))
    broker = Broker((f"nats://127.0.0.1:{free_port()}",))
    workers = runner.JetStreamRunner(broker, ("",), lambda _: TargetState(one), SystemClock())
    seen: list[Observation] = []

    async def take(answers: Sequence[Answer]) -> None:
        seen.extend(observation for _, observation in answers)

    async def scenario() -> None:
        workers.start()
        await workers.run("1s/1/0", [one.request], take, None)
        await workers.stop()

    asyncio.run(scenario())
    reasons = [[failure.reason for failure in observation.result.failures] for observation in seen]
    assert reasons == [[FailureReason.INTERNAL]]
