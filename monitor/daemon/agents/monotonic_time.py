"""Times for comparisons, which nobody sets: a wall clock set ahead by an hour would be an hour of silence."""

from datetime import datetime, timedelta

from monitor.model import Clock


class MonotonicTime:
    """The time of the start and what passed since, whatever the wall clock says meanwhile."""

    def __init__(self, clock: Clock) -> None:
        """Start at the wall time."""
        self._clock = clock
        self._started_at, self._started = clock.now(), clock.monotonic()

    def now(self) -> datetime:
        """Return the time since the start added to the time of the start."""
        return self._started_at + timedelta(seconds=self._clock.monotonic() - self._started)

    def wall_time(self, at: datetime) -> datetime:
        """Return a time of this clock as the wall clock would have had it, in whole seconds of difference."""
        return at + timedelta(seconds=round((self._clock.now() - self.now()).total_seconds()))
