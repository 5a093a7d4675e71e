"""Tests of which targets an agent is still to probe because somebody asked."""

from dataclasses import replace
from datetime import timedelta

from monitor.daemon.agents.requested_checks import MOST_TARGETS, VALID_FOR, RequestedChecks
from monitor.model import TargetState
from support.factories.pipeline.world import NOW, FakeClock, target

STATE = TargetState(target(1, "dmz"))
ID = STATE.target.id
SECOND = timedelta(seconds=1)


def test_a_check_is_pending_until_the_target_was_probed() -> None:
    """A lost reply loses nothing; probes of before do not count, nor do targets that are gone."""
    states = {ID: replace(STATE, probed_at=NOW - 10 * SECOND)}
    checks = RequestedChecks(states.get, FakeClock())
    assert checks.add("dmz", (ID, "gone"))
    assert checks.pending("dmz") == checks.pending("dmz") == (ID,)
    assert checks.pending("yard") == ()
    states[ID] = replace(STATE, probed_at=NOW + SECOND)
    assert checks.pending("dmz") == ()


def test_a_probe_just_before_a_request_does_not_answer_it() -> None:
    """Though one that seems to be as old may be newer, by the clock of an agent."""
    states = {ID: replace(STATE, probed_at=NOW - SECOND)}
    checks = RequestedChecks(states.get, FakeClock())
    checks.add("dmz", (ID,))
    assert checks.pending("dmz") == (ID,)
    states[ID] = replace(STATE, probed_at=NOW - SECOND / 2)
    assert checks.pending("dmz") == ()


def test_a_check_expires() -> None:
    """An agent that comes back after an hour probes at its times."""
    clock = FakeClock()
    checks = RequestedChecks({ID: STATE}.get, clock)
    checks.add("dmz", (ID,))
    clock.ticks = VALID_FOR.total_seconds()
    assert checks.pending("dmz") == ()


def test_a_clock_that_is_set_back_prolongs_no_check() -> None:
    """The probes that answer it seem to be older than the request: the target would be probed all day."""
    clock = FakeClock()
    checks = RequestedChecks({ID: STATE}.get, clock)
    checks.add("dmz", (ID,))
    clock.wall, clock.ticks = NOW - timedelta(days=1), VALID_FOR.total_seconds()
    assert checks.pending("dmz") == ()


def test_too_many_are_refused() -> None:
    """Those that are requested already go on."""
    checks = RequestedChecks({ID: STATE}.get, FakeClock())
    assert checks.add("dmz", (ID,))
    assert not checks.add("dmz", [str(number) for number in range(MOST_TARGETS)])
    assert checks.pending("dmz") == (ID,)
