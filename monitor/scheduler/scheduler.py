"""Run batches: APScheduler with one job for each batch, and a watchdog against clock steps.

APScheduler's defaults would lose probes: it drops a job that is a second late, so the grace time is unlimited
and missed runs are coalesced. It waits for wall time: after the clock is set back by hours it would do
nothing for hours, so a watchdog compares the wall clock with the monotonic one and reschedules.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from apscheduler.events import EVENT_JOB_SUBMITTED, JobSubmissionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from monitor.model import Batch, Clock
from monitor.scheduler.batches import EPOCH, Probed, due_after, overdue

log = logging.getLogger(__name__)

STEP = timedelta(seconds=30)
"""A difference between wall and monotonic time that is a step and not a slew."""

WATCH_EVERY = 5.0
"""Seconds between two readings of both clocks by the watchdog."""

RunBatch = Callable[[Batch, datetime], Awaitable[None]]


class PhaseTrigger(BaseTrigger):  # type: ignore[misc]  # APScheduler 3 has no types
    """A trigger that fires at a batch's fixed phase, independent of earlier runs."""

    def __init__(self, batch: Batch) -> None:
        """Use the phase given by the id and interval of a batch."""
        self.batch = batch

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """Return the next time of the phase; the name is APScheduler's."""
        return due_after(self.batch, max(now, previous_fire_time) if previous_fire_time else now)


class Scheduler:
    """A scheduler that runs batches at their times until stopped."""

    def __init__(self, run: RunBatch, clock: Clock) -> None:
        """Prepare to run batches with a function; ``start`` needs a running loop."""
        self._run = run
        self._clock = clock
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        self._scheduler.add_listener(self._submitted, EVENT_JOB_SUBMITTED)
        self._due_at: dict[str, datetime] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._watchdog: asyncio.Task[None] | None = None
        self._woke_at = clock.monotonic()

    @property
    def age(self) -> float:
        """Return the seconds since the scheduler's last heartbeat."""
        return self._clock.monotonic() - self._woke_at

    def start(self) -> None:
        """Start running jobs on the current loop."""
        self._woke_at = self._clock.monotonic()
        # Not APScheduler's own interval trigger: after a step forward by years (a clock without a battery
        # that is set at last) it would count every missed run one by one, for many minutes.
        beat = Batch("beat", timedelta(seconds=WATCH_EVERY))
        self._scheduler.add_job(self._beat, PhaseTrigger(beat), id=beat.id, next_run_time=self._clock.now())
        self._scheduler.start()
        self._watchdog = asyncio.create_task(self._watch())

    async def plan(self, batches: Iterable[Batch], states: Mapping[str, Probed]) -> None:
        """Replace all jobs; targets that are overdue according to their states are probed immediately.

        A thousand batches take half a second, so others get the loop in between.
        """
        wanted = {batch.id: batch for batch in batches}
        for job in self._scheduler.get_jobs():
            if job.id != "beat" and job.id not in wanted:
                job.remove()
        now = self._clock.now()
        for batch in wanted.values():
            self._scheduler.add_job(
                self._fire, PhaseTrigger(batch), args=(batch,), id=batch.id, replace_existing=True
            )
            if late := overdue(batch, states, now):
                self._begin(Batch(batch.id, batch.interval, late), now)
            await asyncio.sleep(0)

    async def stop(self) -> None:
        """Stop within seconds: cancel running batches and wait until they have recorded their results.

        The tasks are awaited here because the scheduler's shutdown only cancels them.
        """
        if self._watchdog is not None:
            self._watchdog.cancel()
        if self._scheduler.running:
            self._scheduler.remove_all_jobs()
        for task in tuple(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
            await asyncio.sleep(0)

    def _submitted(self, event: JobSubmissionEvent) -> None:
        self._due_at[event.job_id] = event.scheduled_run_times[0]

    async def _beat(self) -> None:
        self._woke_at = self._clock.monotonic()

    async def _fire(self, batch: Batch) -> None:
        due_at = self._due_at.pop(batch.id, self._clock.now())
        await asyncio.wait({self._begin(batch, due_at)})

    def _begin(self, batch: Batch, due_at: datetime) -> asyncio.Task[None]:
        task = asyncio.ensure_future(self._guarded(batch, due_at))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def _guarded(self, batch: Batch, due_at: datetime) -> None:
        try:
            await self._run(batch, due_at)
        except Exception:
            log.exception(
                "batch %s failed with a bug of cert-monitor; it runs again at its next time", batch.id
            )

    async def _watch(self) -> None:
        offset = self._offset()
        while True:
            await asyncio.sleep(WATCH_EVERY)
            if abs(self._offset() - offset) > STEP:
                log.warning("the clock was set by %s; scheduling all batches again", self._offset() - offset)
                self._replan()
            elif self._too_far():
                log.warning("the clock was set forward and back; scheduling all batches again")
                self._replan()
            else:
                # Its timer is hours long where it read a clock that was set back for a moment.
                self._scheduler.wakeup()
            offset = self._offset()

    def _offset(self) -> timedelta:
        return self._clock.now() - EPOCH - timedelta(seconds=self._clock.monotonic())

    def _too_far(self) -> bool:
        """Return whether a batch waits for longer than its interval: both clocks may agree by now."""
        now = self._clock.now()
        return any(
            job.next_run_time - now > job.trigger.batch.interval + STEP for job in self._scheduler.get_jobs()
        )

    def _replan(self) -> None:
        now = self._clock.now()
        for job in self._scheduler.get_jobs():
            job.modify(next_run_time=job.trigger.get_next_fire_time(None, now))
        self._scheduler.wakeup()
