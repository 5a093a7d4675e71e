"""The clock that the daemon goes by: the machine's, except while a jump forward is held."""

from datetime import UTC, datetime, timedelta
from threading import Lock

from monitor.alerts.clock_jump import ClockReading, ClockState, observe
from monitor.model import MachineClock

_APART = timedelta(seconds=1)
"""Two clocks that were read further apart are read again: the machine slept in between."""

_NEVER = datetime.min.replace(tzinfo=UTC)


class SteadyClock:
    """A ``Clock`` that notices at each reading whether the wall clock was set; ``state`` is the last one.

    ``plausible_from`` is a time that is over for certain.
    """

    def __init__(self, machine: MachineClock) -> None:
        """Take the machine's clock and believe it for now."""
        self.machine = machine
        self.plausible_from = _NEVER
        self._lock = Lock()
        self.state = ClockState(self.reading())

    def now(self) -> datetime:
        """Return the time to go by, aware and in UTC."""
        with self._lock:
            self.state = observe(self.state, self.reading(), self.plausible_from)
            return self.state.now

    def monotonic(self) -> float:
        """Return seconds that never step, from an arbitrary start."""
        return self.machine.monotonic()

    def reading(self) -> ClockReading:
        """Return the machine's wall time, with the time that nobody can set."""
        while True:
            begun = timedelta(seconds=self.machine.elapsed())
            wall = self.machine.now()
            elapsed = timedelta(seconds=self.machine.elapsed())
            if elapsed - begun < _APART:
                return ClockReading(wall, elapsed)

    def believe(self, state: ClockState | None = None) -> None:
        """Go on from a state, or believe the machine's clock as it is."""
        with self._lock:
            self.state = state or ClockState(self.reading())
