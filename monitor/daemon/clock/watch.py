"""Whether the wall clock is right, how long the event loop was blocked, and whether the machine slept."""

import logging
from datetime import UTC, datetime, timedelta

from monitor.alerts.clock_jump import JUMP, ClockDoubts, ClockJump, resumed
from monitor.daemon import health_texts
from monitor.daemon.clock.record import read_state, written_state
from monitor.daemon.clock.steady import SteadyClock
from monitor.logs import event
from monitor.metrics import OwnMetrics
from monitor.model import Message
from monitor.store import Store

log = logging.getLogger(__name__)

BUILT_AT = datetime(2026, 11, 23, tzinfo=UTC)
"""The date of this version: a clock that is behind it is wrong. Updated for every release."""

TOLERANCE = timedelta(minutes=1)
"""How far a clock may step back without being suspect; time synchronisation does that."""

STEP = timedelta(seconds=30)
"""A clock that moved this much against the monotonic one was set, or the machine slept."""

ASLEEP = 30.0
"""Seconds without a beat after which this process was not running."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


RECORD = "clock_jump"
"""The fact that keeps a jump over a restart, empty for none."""


class ClockWatch:
    """Compares the clock with the newest recorded instant, with this version's date, and with itself."""

    def __init__(self, clock: SteadyClock, metrics: OwnMetrics) -> None:
        """Take the clock; no recorded instant is known yet."""
        self._clock = clock
        self._metrics = metrics
        self._newest_at = BUILT_AT
        self._early = False
        self._jump: ClockJump | None = None
        self._unverified_since: datetime | None = None
        self._recorded = ""
        self._beat_at = clock.monotonic()
        self._offset: timedelta | None = None
        self._slept = False

    async def resume(self, store: Store) -> None:
        """Load the newest recorded instant, and the jump that was asked about when the service stopped."""
        recorded = await store.newest_instant()
        if recorded is not None:
            self._newest_at = max(self._newest_at, recorded)
        self._recorded = await store.fact(RECORD) or ""
        if saved := read_state(self._recorded):
            self._clock.believe(resumed(saved, self._clock.reading()))
            # What was recorded while it was ahead says nothing.
            self._newest_at = max(BUILT_AT, saved.undisturbed)
            self._jump = self._clock.state.jump
            await self.save(store)
        elif recorded is not None and self._clock.now() - recorded > JUMP:
            self._unverified_since = recorded
        self._clock.plausible_from = self._newest_at - TOLERANCE

    def suspect(self, now: datetime) -> bool:
        """Return whether the clock reads too early to be right, and set the metric."""
        before, self._jump = self._jump, self._clock.state.jump
        if before is not None or self._jump is not None:
            # Later times were recorded by a clock that was ahead.
            self._newest_at = max(BUILT_AT, now if self._jump else self._clock.state.undisturbed)
        self._log_change(before)
        self._early = now < self._newest_at - TOLERANCE
        self._newest_at = max(self._newest_at, now)
        self._clock.plausible_from = self._newest_at - TOLERANCE
        self._metrics.clock_suspect(self._early or self._jump is not None)
        return self._early

    async def compare_with_server(self, store: Store) -> None:
        """Forget recorded times that the server of the database has not reached yet.

        They were recorded by a clock that was ahead, of this center or of another one.
        """
        server = await store.clock_of_server() if self._early else None
        if server is not None:
            self._newest_at = min(self._newest_at, max(BUILT_AT, server))

    @property
    def changed(self) -> bool:
        """Return whether the clock was set, or is believed again, since it was last judged."""
        return self._clock.state.jump != self._jump

    @property
    def jump(self) -> ClockJump | None:
        """Return the jump that is asked about."""
        return self._jump

    def doubts(self, now: datetime) -> ClockDoubts:
        """Judge the clock and return why the time may be wrong."""
        early = self.suspect(now)
        return ClockDoubts(self._jump, self._unverified_since, too_early=early)

    @property
    def problem(self) -> Message | None:
        """Return what is wrong with the clock, ``None`` for nothing."""
        if self._early:
            return health_texts.CLOCK_EARLY
        if self._jump is None:
            return None
        return health_texts.clock_jumped(before=self._jump.before, after=self._jump.after)

    def verified(self) -> None:
        """Note that a pass has handled jumps from before the start."""
        self._unverified_since = None

    async def save(self, store: Store) -> None:
        """Record the jump that is asked about, or that there is none any more."""
        state = self._clock.state
        record = written_state(state) if state.jump else ""
        if record == self._recorded:
            return
        if not record:
            await store.accept_instant(self._newest_at)
        await store.set_facts({RECORD: record})
        self._recorded = record

    async def accept(self, store: Store) -> str:
        """Believe the clock from now on; return why not, where it is before this version was made."""
        now = self._clock.reading().wall
        if now < BUILT_AT - TOLERANCE:
            return f"the clock reads {now:%Y-%m-%d %H:%M} UTC, before this version was made: set it"
        await store.accept_instant(now)
        await store.set_facts({RECORD: ""})
        self._clock.believe()
        self._newest_at, self._early, self._jump, self._recorded = max(BUILT_AT, now), False, None, ""
        self._metrics.clock_suspect(False)
        return ""

    def beat(self) -> None:
        """Note that the event loop runs, and read the clock so that no jump goes unnoticed."""
        self._clock.now()
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

    def _log_change(self, before: ClockJump | None) -> None:
        jump = self._jump
        if jump == before:
            return
        if jump is None:
            event(log, "the clock is no longer ahead")
        elif jump.held:
            event(log, "the clock jumped", level=logging.WARNING, before=jump.before, after=jump.after)
        else:
            event(log, "nobody accepted the clock in an hour: it is believed, and mails say so")
