"""Whether the wall clock can be believed, how long the loop was blocked, and whether we were away."""

from datetime import UTC, datetime, timedelta

from monitor.metrics import OwnMetrics
from monitor.model import Clock
from monitor.store import Store

BUILT_AT = datetime(2026, 11, 23, tzinfo=UTC)
"""When this version was made: a clock that reads earlier is wrong. Set anew for every release."""

TOLERANCE = timedelta(minutes=1)
"""How far a clock may step back without being suspect; time synchronisation does that."""

STEP = timedelta(seconds=30)
"""A clock that moved this much against the monotonic one was set, or the machine slept."""

ASLEEP = 30.0
"""Seconds without a beat after which this process was not running."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ClockWatch:
    """Compare the clock with the newest instant that was ever recorded, and with this version's date."""

    def __init__(self, clock: Clock, own: OwnMetrics) -> None:
        """Know no recorded instant yet."""
        self._clock = clock
        self._own = own
        self._newest_at = BUILT_AT
        self._beat_at = clock.monotonic()
        self._offset: timedelta | None = None
        self._slept = False

    async def resume(self, store: Store) -> None:
        """Take the newest instant from the record."""
        recorded = await store.newest_instant()
        if recorded is not None:
            self._newest_at = max(self._newest_at, recorded)

    def suspect(self, now: datetime) -> bool:
        """Return whether the clock reads too early to be believed, and note it in the metric."""
        found = now < self._newest_at - TOLERANCE
        self._newest_at = max(self._newest_at, now)
        self._own.clock_suspect(found)
        return found

    def beat(self) -> None:
        """Note that the loop runs."""
        # Some systems count sleep in their monotonic clock (Windows) and some do not (Linux).
        self._slept = self._slept or self.loop_age > ASLEEP
        self._beat_at = self._clock.monotonic()

    def woke(self, now: datetime) -> bool:
        """Return whether we were away since the last call: just started, asleep, or the clock was set."""
        self.beat()
        before, self._offset = self._offset, now - EPOCH - timedelta(seconds=self._clock.monotonic())
        away = self._slept or before is None or abs(self._offset - before) > STEP
        self._slept = False
        return away

    @property
    def loop_age(self) -> float:
        """Return seconds since the loop last proved that it runs."""
        return self._clock.monotonic() - self._beat_at
