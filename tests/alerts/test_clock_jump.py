"""Whether the wall clock was set forward: what its readings say."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.clock_jump import HOLD, JUMP, ClockJump, ClockReading, ClockState, observe, resumed
from support.factories.alerts.world import DAYS, NOW

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
NONE = timedelta(0)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
STARTED = ClockState(ClockReading(NOW, NONE))

Move = tuple[timedelta, timedelta]
"""How long passes, and how far the wall clock is set meanwhile."""


def after(*moves: Move, state: ClockState = STARTED, plausible_from: datetime = LONG_AGO) -> ClockState:
    """Return the state after some readings."""
    for passed, step in moves:
        before = state.reading
        reading = ClockReading(before.wall + passed + step, before.elapsed + passed)
        state = observe(state, reading, plausible_from)
    return state


def test_forward() -> None:
    """It is asked about, and the time goes on as if nobody had set the clock."""
    state = after((MINUTE, 3 * DAYS))
    assert state.jump == ClockJump(NOW + MINUTE, NOW + MINUTE + 3 * DAYS, 3 * DAYS, held=True)
    assert state.now == NOW + MINUTE


@pytest.mark.parametrize("step", [JUMP, -JUMP, timedelta(seconds=2), NONE])
def test_a_correction_is_no_jump(step: timedelta) -> None:
    """The wall clock is believed at once."""
    state = after((MINUTE, step))
    assert (state.jump, state.now) == (None, NOW + MINUTE + step)


def test_sleep_is_no_jump() -> None:
    """A clock that goes on during sleep counts what the wall clock shows."""
    assert after((60 * HOUR, NONE)).jump is None


def test_back_within_the_hour() -> None:
    """Set back to where it would be, there is nothing to ask any more."""
    state = after((MINUTE, 3 * DAYS), (30 * MINUTE, NONE), (MINUTE, -3 * DAYS + MINUTE))
    assert (state.jump, state.now) == (None, NOW + 33 * MINUTE)


def test_after_an_hour_it_is_believed_and_asked_about() -> None:
    """A hold lasts an hour of time that nobody can set, and not longer."""
    waiting, over = after((MINUTE, 3 * DAYS), (HOLD - MINUTE, NONE)), after((MINUTE, 3 * DAYS), (HOLD, NONE))
    assert waiting.jump
    assert (waiting.jump.held, waiting.now) == (True, NOW + HOLD)
    assert over.jump
    assert (over.jump.held, over.now) == (False, NOW + MINUTE + HOLD + 3 * DAYS)


def test_back_after_days() -> None:
    """However late it is set back, there is nothing to ask any more."""
    state = after((MINUTE, 3 * DAYS), (5 * DAYS, NONE), (MINUTE, -3 * DAYS))
    assert (state.jump, state.now) == (None, NOW + 5 * DAYS + 2 * MINUTE)


def test_back_too_far() -> None:
    """A clock that is behind now is not ahead; where it should be is known."""
    state = after((MINUTE, 3 * DAYS), (MINUTE, -4 * DAYS))
    assert (state.jump, state.undisturbed) == (None, NOW + 2 * MINUTE)


def test_back_in_part() -> None:
    """It is still ahead; meanwhile the time does not change."""
    state = after((MINUTE, 3 * DAYS), (MINUTE, -2 * DAYS))
    assert (state.ahead, state.now) == (DAYS, NOW + 2 * MINUTE)


def test_back_in_part_after_the_hour() -> None:
    """What was believed is not held again."""
    state = after((MINUTE, 3 * DAYS), (HOLD, NONE), (MINUTE, -2 * DAYS))
    assert state.jump
    assert (state.ahead, state.jump.held, state.now) == (DAYS, False, state.reading.wall)


def test_a_second_jump_does_not_lengthen_the_hold() -> None:
    """All of it is held until the hour of the first one is over."""
    state = after((MINUTE, 3 * DAYS), (30 * MINUTE, 2 * DAYS))
    assert (state.ahead, state.hold_left, state.now) == (5 * DAYS, 30 * MINUTE, NOW + 31 * MINUTE)


def test_a_jump_after_the_hour_is_asked_about_anew() -> None:
    """Only the new part is held; set back by both, there is nothing to ask."""
    state = after((MINUTE, 3 * DAYS), (HOLD, NONE), (MINUTE, 2 * DAYS))
    assert state.jump
    assert (state.jump.after - state.jump.before, state.jump.held) == (2 * DAYS, True)
    assert after((MINUTE, -5 * DAYS), state=state).jump is None


def test_a_clock_that_was_behind_and_is_set_right() -> None:
    """Right again is where it would be without both steps."""
    assert after((MINUTE, -6 * HOUR), (HOUR, 6 * HOUR)).jump is None


def test_a_clock_that_could_not_be_right_and_is_set() -> None:
    """After a start with an empty battery, the step to the present is no disturbance."""
    state = after((MINUTE, 3000 * DAYS), plausible_from=NOW + 100 * DAYS)
    assert (state.jump, state.now) == (None, state.reading.wall)


def test_a_restart_within_the_hold() -> None:
    """It is neither forgotten nor held for another hour; the time of a restart counts."""
    saved = after((MINUTE, 3 * DAYS), (10 * MINUTE, NONE))
    reading = ClockReading(saved.reading.wall + 20 * MINUTE, timedelta(seconds=5))
    state = resumed(saved, reading)
    assert (state.jump, state.hold_left, state.now) == (saved.jump, 30 * MINUTE, NOW + 31 * MINUTE)
    assert after((MINUTE, -3 * DAYS), state=state).jump is None


def test_restarts_do_not_lengthen_the_hold() -> None:
    """Restarted again and again, the hour ends all the same."""
    state = after((MINUTE, 3 * DAYS))
    for _ in range(60):
        state = resumed(state, ClockReading(state.reading.wall + MINUTE, NONE))
    assert state.jump
    assert not state.jump.held


def test_set_back_while_stopped() -> None:
    """A clock that reads earlier than before the restart was set back."""
    saved = after((MINUTE, 3 * DAYS))
    state = resumed(saved, ClockReading(NOW + HOUR, NONE))
    assert (state.jump, state.now) == (None, NOW + HOUR)


STEPS = st.timedeltas(min_value=-4000 * DAYS, max_value=4000 * DAYS)
MOVES = st.lists(st.tuples(st.timedeltas(min_value=NONE, max_value=2 * DAYS), STEPS), max_size=12)


@given(MOVES)
def test_never_held_for_longer_than_an_hour(moves: list[Move]) -> None:
    """Whatever the clock did, an hour later it is believed."""
    state = after(*moves, (HOLD, NONE))
    assert state.now == state.reading.wall


@given(MOVES)
def test_never_later_than_the_clock_nor_before_the_undisturbed_time(moves: list[Move]) -> None:
    """While a jump is held the time lies between the undisturbed one and the wall clock."""
    state = after(*moves)
    assert state.now <= state.reading.wall
    assert state.jump is None or state.undisturbed <= state.now


@given(MOVES)
def test_undone_as_a_whole_nothing_is_left(moves: list[Move]) -> None:
    """Set back to where it would be, no clock is suspected, and its time is believed."""
    state = after(*moves)
    back = after((NONE, -state.ahead), state=state)
    assert (back.jump, back.now) == (None, back.reading.wall)


@given(st.lists(st.timedeltas(min_value=NONE, max_value=400 * DAYS), max_size=20))
def test_a_clock_that_nobody_sets_is_believed(passed: list[timedelta]) -> None:
    """However long it runs or sleeps."""
    state = after(*((one, NONE) for one in passed))
    assert (state.jump, state.now) == (None, state.reading.wall)
