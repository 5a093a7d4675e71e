"""Whether the wall clock is right, how long the event loop was blocked, and whether the machine slept."""

from datetime import UTC, datetime, timedelta

from monitor.metrics import OwnMetrics
from monitor.model import Clock
from monitor.store import Store

BUILT_AT = datetime(2026, 11, 23, tzinfo=UTC)
"""The date of this version: a clock that is behind it is wrong. Updated for every release."""

TOLERANCE = timedelta(minutes=1)
"""How far a clock may step back without being suspect; time synchronisation does that."""

STEP = timedelta(seconds=30)
"""A clock that moved this much against the monotonic one was set, or the machine slept."""

ASLEEP = 30.0
"""Seconds without a beat after which this process was not running."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ClockWatch:
    """Compares the clock with the newest recorded instant, with this version's date, and with itself."""

    def __init__(self, clock: Clock, metrics: OwnMetrics) -> None:
        """Take the clock; no recorded instant is known yet."""
        self._clock = clock
        self._metrics = metrics
        self._newest_at = BUILT_AT
        self._beat_at = clock.monotonic()
        self._offset: timedelta | None = None
        self._slept = False

    async def resume(self, store: Store) -> None:
        """Load the newest recorded instant."""
        recorded = await store.newest_instant()
        if recorded is not None:
            self._newest_at = max(self._newest_at, recorded)

    def suspect(self, now: datetime) -> bool:
        """Return whether the clock reads too early to be right, and set the metric."""
        found = now < self._newest_at - TOLERANCE
        self._newest_at = max(self._newest_at, now)
        self._metrics.clock_suspect(found)
        return found

    async def accept(self, store: Store) -> str:
        """Believe the clock from now on; return why not, where it is before this version was made."""
        now = self._clock.now()
        if now < BUILT_AT - TOLERANCE:
            return f"the clock reads {now:%Y-%m-%d %H:%M} UTC, before this version was made: set it"
        await store.accept_instant(now)
        self._newest_at = max(BUILT_AT, now)
        self._metrics.clock_suspect(False)
        return ""

    def beat(self) -> None:
        """Note that the event loop runs."""
        # Some systems count sleep in their monotonic clock (Windows) and some do not (Linux).
        self._slept = self._slept or self.loop_age > ASLEEP
        self._beat_at = self._clock.monotonic()

    def woke(self, now: datetime) -> bool:
        """Return whether probing was interrupted since the last call: a start, a sleep, or a clock step."""
        self.beat()
        before, self._offset = self._offset, now - EPOCH - timedelta(seconds=self._clock.monotonic())
        away = self._slept or before is None or abs(self._offset - before) > STEP
        self._slept = False
        return away

    @property
    def loop_age(self) -> float:
        """Return the seconds since the last beat of the event loop."""
        return self._clock.monotonic() - self._beat_at
