"""Tests of the outcomes of probes: only their changes are rows, few for each target, and gone with it."""

from dataclasses import replace
from datetime import datetime

from monitor.model import Failure, FailureReason, Observation, TargetState, text
from monitor.store import OutcomePeriod, Store
from monitor.store.observations.outcomes import MOST
from support.factories.recorded import DAY, HOUR, NOW, probe, sighting, target, using

Probe = tuple[TargetState, dict[str, Observation]]
TIMEOUT, REFUSED = FailureReason.TIMEOUT, FailureReason.REFUSED


def good(hours: int) -> Probe:
    """Return a probe that succeeded."""
    return probe(NOW + hours * HOUR, sighting("a"))


def bad(hours: int, reason: FailureReason = TIMEOUT, said: str = "no answer") -> Probe:
    """Return a probe that failed."""
    state, _ = good(hours)
    failure = Failure(reason, text(said), "host:443")
    return replace(state, failed_probes=1, failures=(failure,)), {}


def periods(where: str, *probes: Probe) -> list[OutcomePeriod]:
    """Return the periods of the usual target after some probes."""

    async def act(store: Store) -> list[OutcomePeriod]:
        for state, seen in probes:
            await store.record([state], seen)
        return await store.outcomes(target().id)

    return using(act, where)


def at(hours: int) -> datetime:
    """Return an instant."""
    return NOW + hours * HOUR


def test_probes_with_one_outcome_are_one_period(where: str) -> None:
    """Whether they succeed or fail, and however the failure is worded."""
    probes = good(0), good(1), good(30), bad(31), bad(32, said="still no answer")
    assert periods(where, *probes) == [
        OutcomePeriod(TIMEOUT, at(31), None),
        OutcomePeriod(None, at(0), at(31)),
    ]


def test_another_reason_is_another_period(where: str) -> None:
    """A server that is off first does not answer, then refuses."""
    assert periods(where, bad(0), bad(1, REFUSED), good(2)) == [
        OutcomePeriod(None, at(2), None),
        OutcomePeriod(REFUSED, at(1), at(2)),
        OutcomePeriod(TIMEOUT, at(0), at(1)),
    ]


def test_a_failed_probe_without_failures_has_a_reason(where: str) -> None:
    """Nothing else than this program can be why."""
    state, _ = bad(0)
    assert periods(where, (replace(state, failures=()), {})) == [
        OutcomePeriod(FailureReason.INTERNAL, at(0), None)
    ]


def test_a_period_does_not_end_before_it_began(where: str) -> None:
    """A clock that was ahead is put right."""
    assert periods(where, good(9), bad(1)) == [
        OutcomePeriod(TIMEOUT, at(1), None),
        OutcomePeriod(None, at(9), at(9)),
    ]


def test_the_newest_are_kept(where: str) -> None:
    """A server that fails at every second probe fills no disk, and takes nothing from others."""

    async def act(store: Store) -> tuple[list[OutcomePeriod], list[OutcomePeriod]]:
        other, seen = probe(NOW, sighting("b"), of=target("other"))
        await store.record([other], seen)
        for hours in range(MOST + 5):
            state, observations = (good, bad)[hours % 2](hours)
            await store.record([state], observations)
        return await store.outcomes(target().id), await store.outcomes(other.target.id)

    many, other = using(act, where)
    assert (len(many), many[0].began_at, many[-1].began_at) == (MOST, at(MOST + 4), at(5))
    assert other == [OutcomePeriod(None, at(0), None)]


def test_a_forgotten_target_has_none(where: str) -> None:
    """They are gone with it; when it comes back they begin anew."""

    async def act(store: Store) -> tuple[list[OutcomePeriod], list[OutcomePeriod]]:
        for state, seen in (good(0), bad(1)):
            await store.record([state], seen)
        await store.forget_targets([target().id], at(2))
        gone = await store.outcomes(target().id)
        state, seen = bad(3)
        await store.record([state], seen)
        return gone, await store.outcomes(target().id)

    assert using(act, where) == ([], [OutcomePeriod(TIMEOUT, at(3), None)])


def test_what_ended_long_ago_is_pruned(where: str) -> None:
    """As long as history is kept; the present outcome stays however old it is."""

    async def act(store: Store) -> list[OutcomePeriod]:
        for state, seen in (good(0), bad(1), good(2)):
            await store.record([state], seen)
        await store.prune(at(1) + 2 * DAY + HOUR / 2, 2 * DAY)
        left = await store.outcomes(target().id)
        await store.prune(at(900), DAY)
        return [*left, *await store.outcomes(target().id)]

    present = OutcomePeriod(None, at(2), None)
    assert using(act, where) == [present, OutcomePeriod(TIMEOUT, at(1), at(2)), present]
