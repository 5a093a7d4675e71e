"""The clock that the daemon goes by: the machine's, except while a jump forward is held."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Lock

from monitor.alerts.clock_jump import JUMP, ClockReading, ClockState, observe
from monitor.model import MachineClock

_APART = 1.0
"""Seconds; two clocks that were read further apart are read again: the machine slept in between."""

_JUMP = JUMP.total_seconds()
_NEVER = datetime.min.replace(tzinfo=UTC)


class SteadyClock:
    """A ``Clock`` that notices at each reading whether the wall clock was set.

    ``plausible_from`` is a time that is over for certain.
    """

    def __init__(self, machine: MachineClock) -> None:
        """Take the machine's clock and believe it for now."""
        self.machine = machine
        self.plausible_from = _NEVER
        self._lock = Lock()
        self._last = self._read()
        self._state = ClockState(_reading(self._last))

    def now(self) -> datetime:
        """Return the time to go by, aware and in UTC."""
        with self._lock:
            last, self._last = self._last, self._read()
            step = (self._last[0] - last[0]).total_seconds() - (self._last[1] - last[1])
            # Each probe reads the clock a few times: what happens nearly always costs little.
            if not self._state.hold_left and abs(step) < _JUMP:
                return self._last[0]
            before = replace(self._state, reading=_reading(last))
            self._state = observe(before, _reading(self._last), self.plausible_from)
            return self._state.now

    def monotonic(self) -> float:
        """Return seconds that never step, from an arbitrary start."""
        return self.machine.monotonic()

    @property
    def state(self) -> ClockState:
        """Return the state of the clock at the last reading."""
        with self._lock:
            return replace(self._state, reading=_reading(self._last))

    def reading(self) -> ClockReading:
        """Return the machine's wall time, with the time that nobody can set."""
        return _reading(self._read())

    def believe(self, state: ClockState | None = None) -> None:
        """Continue from a recorded state, or trust the machine's clock where there is none."""
        with self._lock:
            self._last = self._read()
            self._state = state or ClockState(_reading(self._last))

    def _read(self) -> tuple[datetime, float]:
        while True:
            begun = self.machine.elapsed()
            wall = self.machine.now()
            elapsed = self.machine.elapsed()
            if elapsed - begun < _APART:
                return wall, elapsed


def _reading(read: tuple[datetime, float]) -> ClockReading:
    return ClockReading(read[0], timedelta(seconds=read[1]))
