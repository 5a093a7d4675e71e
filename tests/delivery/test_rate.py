"""How many notifications a receiver is sent in a time: what is over waits, is not lost, and catches up."""

import asyncio
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.delivery import RateLimit, SendAllowance, deliver_due
from monitor.delivery.rate import BURST, Permissions, refilled
from monitor.delivery.receiver import refused, retry
from support.factories.delivery.outbox_world import Scripted, mail, stored
from support.factories.recorded import NOW

MINUTE = timedelta(minutes=1)
LIMIT = RateLimit(60)


@pytest.mark.parametrize(
    ("left", "passed", "expected"),
    [
        (0, timedelta(0), 0),
        (0, MINUTE, 1),
        (0, timedelta(seconds=30), 0.5),
        (5, 3 * MINUTE, 8),
        (5, timedelta(days=300), BURST),
        (5, -timedelta(days=300), 5),
    ],
)
def test_refilling(left: float, passed: timedelta, expected: float) -> None:
    """Permissions come back evenly, up to a bound; a clock that is set back takes none."""
    assert refilled(Permissions(left, NOW), LIMIT, NOW + passed) == Permissions(expected, NOW + passed)


@given(st.integers(1, 500), st.lists(st.integers(0, 4000), min_size=1, max_size=300))
def test_no_hour_has_too_many(per_hour: int, pauses: list[int]) -> None:
    """In no hour are more sent than at once and in an hour together."""
    allowance, now, taken = SendAllowance(RateLimit(per_hour)), NOW, list[datetime]()
    for pause in pauses:
        now += timedelta(seconds=pause)
        while allowance.take(now):
            taken.append(now)
    bound = allowance.limit.burst + per_hour
    assert all(sum(at <= one < at + timedelta(hours=1) for one in taken) <= bound for at in taken)


def passes(
    receiver: Scripted, allowance: SendAllowance, number: int, instants: Iterable[datetime]
) -> list[int]:
    """Return how many notifications were sent until the end of each pass."""

    async def run() -> list[int]:
        store, counts = await stored(*(mail(one) for one in range(number))), list[int]()
        for now in instants:
            await deliver_due(store, receiver, now, allowance=allowance)
            counts.append(len(receiver.seen))
        await store.close()
        return counts

    return asyncio.run(run())


def test_flood_is_spread() -> None:
    """After an outage 20 arrive at once and one a minute from then on, and none is lost."""
    receiver = Scripted()
    instants = [
        NOW,
        NOW + MINUTE,
        NOW + 2 * MINUTE,
        NOW + timedelta(minutes=2, seconds=10),
        NOW + 12 * MINUTE,
    ]
    assert passes(receiver, SendAllowance(LIMIT), 30, instants) == [20, 21, 22, 22, 30]
    assert sorted(receiver.seen) == sorted({f"body {number}" for number in range(30)})


def test_worst_goes_first() -> None:
    """What is critical does not wait behind warnings that are held back."""

    async def run() -> list[str]:
        store = await stored(*(mail(one) for one in range(25)), mail(99, "expired"))
        receiver = Scripted()
        await deliver_due(store, receiver, NOW, allowance=SendAllowance(LIMIT))
        await store.close()
        return list(receiver.seen)

    assert asyncio.run(run())[0] == "body 99"


@pytest.mark.parametrize("answer", [retry("greylisted"), refused("no such user")])
def test_what_is_not_accepted_costs_nothing(answer: object) -> None:
    """Attempts that nobody accepted use up no permission."""
    receiver = Scripted({f"body {number}": answer for number in range(30)})  # type: ignore[misc]
    assert passes(receiver, SendAllowance(LIMIT), 30, [NOW]) == [30]


def test_small_limit() -> None:
    """A limit below the burst is a limit of what is sent at once, too."""
    instants = [NOW, NOW + 29 * MINUTE, NOW + 31 * MINUTE]
    assert passes(Scripted(), SendAllowance(RateLimit(2)), 9, instants) == [2, 2, 3]


def test_without_allowance_there_is_no_limit() -> None:
    """Who asks for a delivery himself gets all of it."""

    async def run() -> int:
        store, receiver = await stored(*(mail(one) for one in range(30))), Scripted()
        await deliver_due(store, receiver, NOW)
        await store.close()
        return len(receiver.seen)

    assert asyncio.run(run()) == 30


def test_log_says_once_that_notifications_wait(caplog: pytest.LogCaptureFixture) -> None:
    """A limit that holds back is said once until nothing waits."""
    caplog.set_level(logging.INFO, "monitor.delivery.delivery_pass")
    instants = [NOW, NOW + timedelta(seconds=10), NOW + MINUTE, NOW + 12 * MINUTE]
    passes(Scripted(), SendAllowance(LIMIT), 30, instants)
    found = [record.getMessage() for record in caplog.records if record.name.endswith("delivery_pass")]
    assert found == ["notifications wait, the receiver had enough"]


def test_new_limit_is_in_force_at_once() -> None:
    """A reload with a higher limit lets more through, without a new start."""
    allowance = SendAllowance(RateLimit(2))
    assert [allowance.take(NOW) for _ in range(3)] == [True, True, False]
    allowance.limit = RateLimit(3600)
    assert allowance.take(NOW + timedelta(seconds=1))
