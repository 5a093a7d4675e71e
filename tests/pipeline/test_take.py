"""Answers from outside: judged, shown and recorded like those of this process, however often they come."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from monitor.model import Failure, FailureReason, Observation, ProbeResult, Target, text
from monitor.probing import Answer
from monitor.sources.endpoint.connect_options import Endpoint
from support.factories.pipeline.world import HOUR, Shows, World, showing, target
from support.pki import NOW

ZONE = "dmz"
FAILED = ProbeResult(failures=(Failure(FailureReason.REFUSED, text("refused")),))


def remote(number: int, **policy: object) -> Target:
    """Return a target of the zone outside."""
    return target(number, ZONE, **policy)


def answer(one: Target, at: datetime = NOW, result: ProbeResult | None = None) -> Answer:
    """Return what a probe of a target gave at some time."""
    return one.request, Observation(one.id, at, timedelta(seconds=1), result or showing(one.request))


def taken(*deliveries: Sequence[Answer], zone: str = ZONE, targets: Sequence[Target] = (remote(1),)) -> World:
    """Return the world after answers came."""
    world = World(Shows())
    pipeline = world.pipeline(targets)

    async def main() -> None:
        for answers in deliveries:
            await pipeline.take(zone, answers)

    asyncio.run(main())
    return world


@pytest.mark.parametrize("zone", ["", ZONE])
def test_answers_are_judged_shown_and_recorded(zone: str) -> None:
    """The results go to the board and to one transaction, whatever the runner."""
    targets = [target(1, zone), target(2, zone)]
    world = taken([answer(one) for one in targets], zone=zone, targets=targets)
    shown = [(state.up, len(state.assessment.paths)) for state in world.board.snapshot]
    assert (shown, world.store.batches) == ([(True, 1)] * 2, [[one.id for one in targets]])


def test_failures_are_counted() -> None:
    """The daemon's own metrics count them by kind and reason."""
    assert taken([answer(remote(1), result=FAILED)]).counters.failures == [
        ("endpoint", FailureReason.REFUSED)
    ]


@pytest.mark.parametrize(
    "other",
    [remote(2), replace(remote(1), settings=Endpoint("host1", 443, "host1", "smtp"))],
    ids=["gone", "defined anew"],
)
def test_an_answer_about_what_is_no_longer_watched(other: Target) -> None:
    """It is neither shown nor recorded nor counted."""
    world = taken([answer(other, result=FAILED)])
    (state,) = world.board.snapshot
    assert (state.probed_at, world.store.batches, world.counters.failures) == (None, [], [])


@pytest.mark.parametrize("zone", ["", ZONE])
def test_an_answer_of_a_foreign_zone(zone: str) -> None:
    """Nobody speaks for the targets of another zone: it is neither shown nor recorded nor counted."""
    world = taken([answer(target(1, zone), result=FAILED)], zone="other", targets=[target(1, zone)])
    (state,) = world.board.snapshot
    assert (state.probed_at, world.store.batches, world.counters.failures) == (None, [], [])


def test_an_answer_under_an_earlier_policy_counts() -> None:
    """Only what decides how a target is probed makes it another."""
    world = taken([answer(remote(1, unreachable_after=9))])
    assert world.store.batches == [[remote(1).id]]


def test_a_repeat_changes_nothing() -> None:
    """An answer that comes three times, also within one delivery, is one probe that failed."""
    one = answer(remote(1), result=FAILED)
    world = taken([one, one], [one])
    (state,) = world.board.snapshot
    assert (state.failed_probes, world.store.batches, len(world.counters.failures)) == (
        1,
        [[remote(1).id]],
        1,
    )


def test_an_older_answer_changes_nothing() -> None:
    """What was probed later is known already."""
    world = taken([answer(remote(1))], [answer(remote(1), NOW - HOUR, FAILED)])
    (state,) = world.board.snapshot
    assert (state.up, state.probed_at, len(world.store.batches)) == (True, NOW, 1)


def test_several_answers_about_a_target_in_one_delivery() -> None:
    """Who kept them while we were away sends them in their order: each counts."""
    world = taken([answer(remote(1), NOW - number * HOUR, FAILED) for number in (3, 2, 1)])
    (state,) = world.board.snapshot
    assert (state.failed_probes, state.probed_at, len(world.store.batches)) == (3, NOW - HOUR, 3)


def test_a_clock_that_was_ahead_silences_nobody() -> None:
    """What is known of a time that is still to come does not make every later answer an old one."""
    world = taken([answer(remote(1), NOW + 9 * HOUR)], [answer(remote(1), NOW, FAILED)])
    (state,) = world.board.snapshot
    assert (state.up, state.probed_at) == (False, NOW)


def test_our_own_answers_are_never_repeats() -> None:
    """This process hands each over once, and its clock may have been set back: each counts."""
    ours = [[answer(target(1), NOW - number * HOUR, FAILED)] for number in (0, 1, 1)]
    (state,) = taken(*ours, zone="", targets=[target(1)]).board.snapshot
    assert (state.failed_probes, state.probed_at) == (3, NOW - HOUR)
