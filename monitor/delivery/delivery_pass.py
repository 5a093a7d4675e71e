"""One pass over what is due to a receiver: worst first, none waits for another, a success drains the rest."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.delivery.outbox import LoggedErrors, Outbox, SendCounters, Uncounted, attempt, report
from monitor.delivery.rate import SendAllowance
from monitor.delivery.receiver import Receiver, SendStatus
from monitor.logs import event
from monitor.model import Notification

log = logging.getLogger(__name__)

PATIENCE = timedelta(seconds=10)
"""How long an attempt may take before the next notification is attempted beside it."""

MOST_AT_ONCE = 3
"""Attempts at the same time; mail relays limit the connections of one client, Microsoft 365 to three.

https://techcommunity.microsoft.com/t5/exchange-team-blog/changes-coming-to-the-smtp-authenticated-submission-client/ba-p/607825
"""


async def deliver_due(  # noqa: PLR0913 - services and bounds, each by name
    store: Outbox,
    receiver: Receiver,
    now: datetime,
    *,
    counters: SendCounters | None = None,
    errors: LoggedErrors | None = None,
    allowance: SendAllowance | None = None,
    limit: int = 50,
) -> int:
    """Attempt every notification that is due, at most ``limit`` of them; return how many were attempted.

    The first success after an error makes all that waits due at once. When the receiver is down the rest of
    the pass is postponed with the first one instead of waiting for the same timeout repeatedly. What the
    ``allowance`` does not permit now stays due for a later pass. Raises what ``store`` raises.
    """
    counters, errors = counters or Uncounted(), errors or LoggedErrors()
    return await _DeliveryPass(store, receiver, now, counters, errors, allowance=allowance).run(limit)


class _DeliveryPass:
    def __init__(  # noqa: PLR0913 - services, and what is known of the receiver
        self,
        store: Outbox,
        receiver: Receiver,
        now: datetime,
        counters: SendCounters,
        errors: LoggedErrors,
        *,
        allowance: SendAllowance | None,
    ) -> None:
        self._store = store
        self._receiver = receiver
        self._now = now
        self._counters = counters
        self._errors = errors
        self._allowance = allowance
        self._held_back = False
        self._tried: set[str] = set()
        self._running: set[asyncio.Task[None]] = set()
        self._succeeded = False
        self._down: Notification | None = None

    async def run(self, limit: int) -> int:
        try:
            while waiting := await self._next(limit):
                await self._attempt_in_turn(waiting)
            self._note_held_back()
            return len(self._tried)
        finally:
            await self._cancel()

    async def _next(self, limit: int) -> Sequence[Notification]:
        """Return what is due and was not tried; while there is none, wait for the attempts that still run."""
        while True:
            if self._held_back:
                await self._finish()
                return ()
            due = await self._store.due_notifications(self._receiver.name, self._now, limit + MOST_AT_ONCE)
            untried = [one for one in due if one.id not in self._tried][: limit - len(self._tried)]
            if untried or not self._running:
                return untried
            await self._wait()
            await self._released()

    async def _attempt_in_turn(self, waiting: Sequence[Notification]) -> None:
        """Attempt one after the other until the receiver is down, or more is due than before."""
        for number, notification in enumerate(waiting):
            if self._allowance is not None and not self._allowance.take(self._now):
                self._held_back = True
                return
            self._tried.add(notification.id)
            self._running.add(asyncio.create_task(self._attempt(notification)))
            await self._wait()
            while len(self._running) >= MOST_AT_ONCE:
                await self._wait()
            if self._down is not None:
                await self._put_off(waiting[number + 1 :], self._down)
                return
            if await self._released():
                return

    async def _attempt(self, notification: Notification) -> None:
        results, after = await attempt(self._store, self._receiver, notification, self._now)
        report(after, results, self._counters, self._errors)
        if any(one.status is SendStatus.ACCEPTED for one in results.values()):
            self._succeeded = True
        elif self._allowance is not None:
            self._allowance.give_back()
        if results and all(one.receiver_down for one in results.values()):
            self._down = after

    async def _wait(self) -> None:
        """Wait until an attempt ends, but not longer than one may delay others; raise its error."""
        done, _ = await asyncio.wait(
            self._running, timeout=PATIENCE.total_seconds(), return_when=asyncio.FIRST_COMPLETED
        )
        if not done:
            self._now += PATIENCE
        self._running -= done
        for task in done:
            task.result()

    async def _released(self) -> bool:
        """Make all that waits due after the first success since an error; return whether there is more."""
        if not (self._succeeded and self._errors.failing):
            return False
        self._succeeded = self._errors.failing = False
        return await self._store.release(self._receiver.name, self._now, self._tried) > 0

    async def _put_off(self, waiting: Sequence[Notification], tried: Notification) -> None:
        """Postpone notifications that were not tried, without counting an attempt."""
        self._down = None
        for one in waiting:
            later = replace(one, next_attempt_at=tried.next_attempt_at, last_error=tried.last_error)
            await self._store.attempted(later, self._now)

    async def _finish(self) -> None:
        while self._running:
            await self._wait()

    def _note_held_back(self) -> None:
        """Log once that the limit of the receiver holds notifications back."""
        if self._allowance is None:
            return
        if self._held_back and not self._allowance.held_back:
            name, most = self._receiver.name, self._allowance.limit.per_hour
            event(log, "notifications wait, the receiver had enough", receiver=name, max_per_hour=most)
        self._allowance.held_back = self._held_back

    async def _cancel(self) -> None:
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
