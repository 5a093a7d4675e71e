"""Whether the wall clock can be believed, and how long the loop was blocked."""

from datetime import UTC, datetime, timedelta

from monitor.metrics import OwnMetrics
from monitor.model import Clock
from monitor.store import Store

BUILT_AT = datetime(2026, 11, 23, tzinfo=UTC)
"""When this version was made: a clock that reads earlier is wrong. Set anew for every release."""

TOLERANCE = timedelta(minutes=1)
"""How far a clock may step back without being suspect; time synchronisation does that."""


class ClockWatch:
    """Compare the clock with the newest instant that was ever recorded, and with this version's date."""

    def __init__(self, clock: Clock, own: OwnMetrics) -> None:
        """Know no recorded instant yet."""
        self._clock = clock
        self._own = own
        self._newest_at = BUILT_AT
        self._beat_at = clock.monotonic()

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
        self._beat_at = self._clock.monotonic()

    @property
    def loop_age(self) -> float:
        """Return seconds since the loop last proved that it runs."""
        return self._clock.monotonic() - self._beat_at
