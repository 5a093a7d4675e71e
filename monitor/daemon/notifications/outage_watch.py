"""When the monitor was last alive, kept over restarts, so that people are notified of its own outages."""

import json
import logging
from datetime import datetime, timedelta

from monitor.alerts.self_monitoring.outage import LONGEST_PAUSE, outage_since
from monitor.daemon.clock.steady import SteadyClock
from monitor.daemon.clock.watch import ClockWatch
from monitor.logs import event
from monitor.model import Outage
from monitor.store import Store
from monitor.store.facts import ALIVE, OUTAGE

log = logging.getLogger(__name__)

EVERY = 60.0
"""Seconds between two checks whether the machine slept."""

RECORD_EVERY = timedelta(minutes=5)
"""Time between two records: each is a write to the disk, and no outage of less than an hour is notified."""


class OutageWatch:
    """Knows the last outage: the service was stopped or killed, or the machine slept."""

    def __init__(self, store: Store, clock: SteadyClock, clock_watch: ClockWatch) -> None:
        """Take the services; no outage is known yet."""
        self._store = store
        self._clock = clock
        self._clock_watch = clock_watch
        self._elapsed = clock.reading().elapsed
        self._recorded_at: datetime | None = None
        self.outage: Outage | None = None

    async def resume(self) -> None:
        """Find out whether a start ends an outage, and record that before anybody is notified of it.

        While a jump of the clock is asked about, nobody knows how long the service was stopped.
        """
        # A standby may have waited for days since it was made, while another center ran.
        self._elapsed = self._clock.reading().elapsed
        now, alive = self._clock.now(), await self._store.fact(ALIVE)
        self.outage = _read(await self._store.fact(OUTAGE) or "")
        self._recorded_at = datetime.fromisoformat(alive) if alive else None
        if self._recorded_at is None or self._clock_watch.jump:
            return
        if outage := outage_since(self._recorded_at, now, self.outage):
            await self._note(outage)

    async def round(self) -> None:
        """Notice that the machine slept, by time that nobody can set, and record at times that we live."""
        elapsed, now = self._clock.reading().elapsed, self._clock.now()
        away, self._elapsed = elapsed - self._elapsed, elapsed
        if away > LONGEST_PAUSE:
            await self._note(Outage(now - away, now))
        elif self._due(now):
            await self._record(now)

    async def notified(self) -> None:
        """Record that something was done after an outage: another one does not continue it."""
        if self._just_ended:
            await self._record(self._clock.now())

    async def stop(self) -> None:
        """Record when the service ended, where it did anything."""
        if not self._just_ended:
            await self._record(self._clock.now())

    @property
    def _just_ended(self) -> bool:
        return self.outage is not None and self._recorded_at == self.outage.ended_at

    def _due(self, now: datetime) -> bool:
        # Both ways, since the clock may have been set back.
        return self._recorded_at is None or abs(now - self._recorded_at) >= RECORD_EVERY

    async def _note(self, outage: Outage) -> None:
        event(log, "the monitor was not running", since=outage.began_at, until=outage.ended_at)
        self.outage = outage
        await self._record(outage.ended_at)

    async def _record(self, now: datetime) -> None:
        if now < self._clock.plausible_from:
            # Later, this would look like an outage of years.
            return
        await self._store.set_facts({ALIVE: now.isoformat(), OUTAGE: _written(self.outage)})
        self._recorded_at = now


def _written(outage: Outage | None) -> str:
    return json.dumps([outage.began_at.isoformat(), outage.ended_at.isoformat()]) if outage else ""


def _read(record: str) -> Outage | None:
    try:
        began_at, ended_at = map(datetime.fromisoformat, json.loads(record or "null"))
    except (ValueError, TypeError):
        return None
    return Outage(began_at, ended_at)
