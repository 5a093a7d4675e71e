"""Whether the wall clock was set forward: a pure function of its readings and of time that cannot be set.

A jump that nobody confirmed is held for an hour: until then the time is the one that an undisturbed clock
would show, so that nothing false is judged, recorded or notified. Then the wall clock is believed, and it
stays suspected until somebody accepts it or it is set back.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

JUMP = timedelta(minutes=10)
"""A clock that moved further than this within one reading was set.

Time services slew or step by milliseconds to seconds; what steps by minutes follows a long outage. A smaller
jump that is undone does little harm: the clock counts as wrong for as many minutes, and notifications wait.
"""

HOLD = timedelta(hours=1)
"""How long a jump is not believed when nobody answers."""

_NONE = timedelta(0)


@dataclass(frozen=True, slots=True)
class ClockReading:
    """The wall time, and the time since some start that nobody can set and that goes on during sleep."""

    wall: datetime
    elapsed: timedelta


@dataclass(frozen=True, slots=True)
class ClockJump:
    """A jump forward that was neither confirmed nor undone: the wall time before and after it.

    ``ahead`` is how far the wall clock is ahead of an undisturbed one, which is more than the jump where it
    jumped before. ``held`` says that the wall clock is not believed yet.
    """

    before: datetime
    after: datetime
    ahead: timedelta
    held: bool


@dataclass(frozen=True, slots=True)
class ClockDoubts:
    """Why the wall time may be wrong now.

    ``too_early`` says that it cannot be right. ``unverified_since`` is set in the first pass after a start:
    the newest time recorded before it. What the wall clock did since then could be compared with nothing.
    """

    jump: ClockJump | None = None
    unverified_since: datetime | None = None
    too_early: bool = False


NO_DOUBTS = ClockDoubts()


@dataclass(frozen=True, slots=True)
class ClockState:
    """What is known of the wall clock at a reading.

    ``ahead`` is how far it is ahead of an undisturbed clock (negative: behind); ``held`` is the part of that
    which is not believed for another ``hold_left``; ``before`` and ``after`` are the times around the jump
    that is asked about.
    """

    reading: ClockReading
    ahead: timedelta = _NONE
    held: timedelta = _NONE
    hold_left: timedelta = _NONE
    before: datetime | None = None
    after: datetime | None = None

    @property
    def now(self) -> datetime:
        """Return the time to go by."""
        return self.reading.wall - self.held

    @property
    def undisturbed(self) -> datetime:
        """Return the time that the clock would show if nobody had set it."""
        return self.reading.wall - self.ahead

    @property
    def jump(self) -> ClockJump | None:
        """Return the jump that makes the clock suspected, if there is one."""
        if self.before is None or self.after is None:
            return None
        return ClockJump(self.before, self.after, self.ahead, held=self.hold_left > _NONE)


def observe(state: ClockState, reading: ClockReading, plausible_from: datetime) -> ClockState:
    """Return the state at the next reading.

    ``plausible_from`` is a time that is over for certain: a clock that was behind it before it moved was
    wrong, and its setting is no disturbance.
    """
    passed = reading.elapsed - state.reading.elapsed
    step = reading.wall - state.reading.wall - passed
    state = _passed(state, passed)
    if abs(step) <= JUMP:
        return replace(state, reading=reading)
    undisturbed = state.undisturbed + passed
    if state.before is None and undisturbed < plausible_from <= reading.wall:
        return ClockState(reading)
    return _stepped(state, reading, step)


def _passed(state: ClockState, passed: timedelta) -> ClockState:
    """Return the state after some time; once the hold is over the wall clock is believed."""
    left = max(_NONE, state.hold_left - passed)
    return replace(state, hold_left=left, held=state.held if left else _NONE)


def _stepped(state: ClockState, reading: ClockReading, step: timedelta) -> ClockState:
    ahead = state.ahead + step
    if ahead <= JUMP:
        # Undone, or behind: then the clock is wrong, and what is recorded tells.
        return ClockState(reading, ahead=ahead if ahead < -JUMP else _NONE)
    if state.hold_left or step < _NONE:
        held = max(_NONE, state.held + step) if state.hold_left else _NONE
        return replace(state, reading=reading, ahead=ahead, held=held)
    held = min(step, ahead)
    return ClockState(reading, ahead, held, HOLD, before=reading.wall - held, after=reading.wall)


def resumed(saved: ClockState, reading: ClockReading) -> ClockState:
    """Return the state after a restart; ``saved`` is the last one before it.

    Nothing says how long the restart took, so an hour of the wall clock ends a hold as well. A clock that
    reads earlier than before the restart was set back.
    """
    passed = reading.wall - saved.reading.wall
    if passed < -JUMP:
        return ClockState(reading)
    return replace(_passed(saved, max(_NONE, passed)), reading=reading)
