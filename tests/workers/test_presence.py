"""When a zone counts as one without a worker."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

import pytest
from nats.errors import ConnectionClosedError
from nats.errors import TimeoutError as NatsTimeout
from nats.js import JetStreamContext
from nats.js.api import ConsumerConfig, ConsumerInfo
from nats.js.errors import NotFoundError

from monitor.clock import SystemClock
from monitor.workers.presence import ANSWERS_LATELY, EVERY, IDLE_FOR, SILENT_FOR, WorkerPresence
from support.factories import virtual_time


@dataclass
class Clock(SystemClock):
    """A clock that stands still."""

    seconds: float = 100.0

    def monotonic(self) -> float:
        """Return the monotonic time."""
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    """Return a clock to be put forward."""
    return Clock()


@pytest.fixture
def presence(clock: Clock) -> WorkerPresence:
    """Return what is known of two zones."""
    return WorkerPresence(("", "dmz"), clock)


def test_nobody_asks_and_nobody_has_anything(presence: WorkerPresence, clock: Clock) -> None:
    """After some seconds the workers of that zone are gone, since the first time that nobody asked."""
    presence.note("", asked=True, busy=False)
    presence.note("dmz", asked=False, busy=False)
    clock.seconds += IDLE_FOR - 1
    before = presence.absent()
    clock.seconds += 1
    assert (before, presence.absent()) == ({}, {"dmz": 100.0})


def test_a_busy_worker_asks_for_nothing(presence: WorkerPresence, clock: Clock) -> None:
    """While a batch is out, its worker may be busy; a minute without an answer is too long."""
    for _ in range(int(SILENT_FOR) - 1):
        presence.note("dmz", asked=False, busy=True)
        clock.seconds += 1
    before = presence.absent()
    clock.seconds += 1
    assert (before, presence.absent()) == ({}, {"dmz": 100.0})


@pytest.mark.parametrize("again", ["asks", "answers", "unknown"])
def test_a_worker_is_back(presence: WorkerPresence, clock: Clock, again: str) -> None:
    """It asks or answers; or nothing is known any more."""
    presence.note("dmz", asked=False, busy=False)
    clock.seconds += SILENT_FOR
    if again == "asks":
        presence.note("dmz", asked=True, busy=False)
    elif again == "answers":
        presence.heard("dmz")
    else:
        presence.forget()
    assert presence.absent() == {}


def test_workers_count_while_they_answer(presence: WorkerPresence, clock: Clock) -> None:
    """Each once, by the name that it gives itself; who only asks for batches was seen."""
    for worker in ("a", "b", "a"):
        presence.heard("dmz", worker)
    presence.note("", asked=True, busy=False)
    here, dmz = presence.states()
    assert (here.answering, dmz.answering) == (0, 2)
    assert here.seen_at is not None
    clock.seconds += ANSWERS_LATELY
    assert presence.states()[1].answering == 0


class _Stream:
    """A server that answers questions, or does not."""

    def __init__(self, *errors: Exception | None) -> None:
        self._errors = iter(errors)

    async def consumer_info(self, _stream: str, _consumer: str) -> ConsumerInfo:
        """Answer, or fail as the next error says."""
        error = next(self._errors)
        if error is not None:
            raise error
        now = datetime(2026, 11, 30, tzinfo=UTC)
        return ConsumerInfo("zone-dmz", "ORDERS", ConsumerConfig(), now, num_waiting=1, num_ack_pending=0)


@pytest.mark.parametrize(
    ("errors", "problem"),
    [
        ((None, NatsTimeout()), ""),
        ((NatsTimeout(), NatsTimeout()), "it does not answer"),
        ((NatsTimeout(), ConnectionClosedError()), "nats: connection closed"),
        ((NatsTimeout(), NatsTimeout(), None), ""),
        ((NotFoundError(), NotFoundError()), ""),
    ],
)
def test_a_server_that_is_frozen(clock: Clock, errors: tuple[Exception | None, ...], problem: str) -> None:
    """Two questions in a row without an answer: it is frozen, though its connections are open."""
    presence = WorkerPresence(("dmz",), clock)

    async def scenario() -> str:
        following = asyncio.create_task(presence.follow(cast("JetStreamContext", _Stream(*errors))))
        await asyncio.sleep(len(errors) * EVERY - 1)
        following.cancel()
        return presence.problem

    assert virtual_time.run(scenario()) == problem


def test_a_queue_that_is_missing_hides_no_other(clock: Clock) -> None:
    """Somebody has deleted it, or its zone was added just now."""
    presence = WorkerPresence(("yard", "dmz"), clock)

    async def scenario() -> None:
        stream = cast("JetStreamContext", _Stream(NotFoundError(), None))
        following = asyncio.create_task(presence.follow(stream))
        await asyncio.sleep(EVERY - 1)
        following.cancel()

    virtual_time.run(scenario())
    assert [one.seen_at is not None for one in presence.states()] == [False, True]
