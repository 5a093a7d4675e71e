"""Attempt one notification and record the result; ``delivery_pass`` says which ones, and when.

A notification is rendered just before its first attempt, and what is sent is recorded before it is sent. Its
result is recorded afterwards: a crash in between repeats it, the same to the last byte, and loses none. The
next attempt is computed by a pure function.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from monitor.delivery.receiver import Receiver, SendResult, SendStatus, retry
from monitor.logs import event
from monitor.model import FIRST_WAIT, LONGEST_WAIT, Notification, RecipientStatus, retry_wait

log = logging.getLogger(__name__)

STALE_AFTER = timedelta(hours=1)
"""What was rendered longer ago is rendered again, since it may say when something happens."""

_STATES = {
    SendStatus.ACCEPTED: RecipientStatus.ACCEPTED,
    SendStatus.REFUSED: RecipientStatus.REFUSED,
    SendStatus.RETRY: RecipientStatus.PENDING,
}


class Outbox(Protocol):
    """A store of notifications until they are delivered."""

    async def due_notifications(self, receiver: str, now: datetime, limit: int) -> Sequence[Notification]:
        """Return a receiver's unfinished notifications whose next attempt is due, worst level first."""
        ...

    async def attempting(self, notification: Notification) -> bool:
        """Record what is about to be sent; return false where it is not to be sent any more."""
        ...

    async def attempted(self, notification: Notification, now: datetime) -> None:
        """Record the new state of a notification after an attempt, and what its receiver accepted."""
        ...

    async def release(self, receiver: str, now: datetime, tried: Collection[str]) -> int:
        """Make all that waits for a receiver due now, except what was just tried; return their number."""
        ...


class SendCounters(Protocol):
    """Counts of send results by receiver, and by ``accepted``, ``retry`` and ``refused``."""

    def count(self, receiver: str, result: str, number: int) -> None:
        """Add to one of the three counters of a receiver."""
        ...


class LoggedErrors:
    """The errors logged since the last success, so that each is logged once until something is accepted.

    ``failing`` is true after an error, and after a start, until a success was made use of.
    """

    def __init__(self, limit: int = 100) -> None:
        """Remember at most ``limit`` sentences."""
        self.failing = True
        self._most = limit
        self._said: dict[str, None] = {}

    @property
    def latest(self) -> str:
        """Return the last sentence that was new, empty for none since the last success."""
        return next(reversed(self._said), "")

    def is_new(self, sentence: str) -> bool:
        """Return whether a sentence was not logged since the last success, and remember it."""
        self.failing = True
        new = sentence not in self._said
        self._said[sentence] = None
        if len(self._said) > self._most:
            del self._said[next(iter(self._said))]
        return new

    def clear(self) -> None:
        """Forget every sentence, so that later errors are logged again."""
        self._said.clear()


@dataclass(frozen=True, slots=True)
class Uncounted:
    """``SendCounters`` that count nothing."""

    def count(self, receiver: str, result: str, number: int) -> None:
        """Do nothing."""


def next_attempt(attempts: int, now: datetime, after: timedelta | None = None) -> datetime:
    """Return the time of the next attempt: after ``retry_wait``, or when the receiver asks for it.

    It is at least 5 seconds and at most 15 minutes away.
    """
    wait = retry_wait(attempts) if after is None else min(max(after, FIRST_WAIT), LONGEST_WAIT)
    return now + wait


async def attempt(
    store: Outbox, receiver: Receiver, notification: Notification, now: datetime
) -> tuple[Mapping[str, SendResult], Notification]:
    """Render, send and record one notification; return the results and its new state.

    There are no results for what was withdrawn meanwhile.
    """
    try:
        ready = await rendered(receiver, notification, now)
    except Exception:
        # One that cannot be rendered must not hold up the others.
        log.exception("rendering %s for %s failed with a bug of cert-monitor", notification.id, receiver.name)
        failed = retry("it could not be rendered, which is a bug of cert-monitor")
        results: Mapping[str, SendResult] = dict.fromkeys(notification.pending, failed)
        after = after_attempt(notification, results, now)
    else:
        # Until the result is recorded nobody knows whether it was accepted.
        if not await store.attempting(replace(ready, uncertain=True)):
            return {}, notification
        results = await receiver.send(ready, now)
        after = after_attempt(ready, results, now)
    await store.attempted(after, now)
    return results, after


async def rendered(receiver: Receiver, notification: Notification, now: datetime) -> Notification:
    """Return a notification in the form that is sent: the old one where it may have been accepted."""
    if notification.rendered is not None and not _outdated(notification, now):
        return notification
    return replace(notification, rendered=await receiver.render(notification, now), rendered_at=now)


def _outdated(notification: Notification, now: datetime) -> bool:
    if notification.uncertain or not notification.payload:
        return False
    at = notification.rendered_at
    # Both ways, since the clock may have been set back.
    return at is None or abs(now - at) > STALE_AFTER


def after_attempt(
    notification: Notification, results: Mapping[str, SendResult], now: datetime
) -> Notification:
    """Return a notification with its state after an attempt.

    Where it is too large, those who refused it are offered its short form, at once.
    """
    attempts = notification.attempts + 1
    shorten = _may_shorten(notification, results)
    states = tuple(
        (address, _state(results[address], shorten=shorten) if address in results else state)
        for address, state in notification.recipients
    )
    waits = [one.after for one in results.values() if one.after is not None]
    after = replace(
        notification,
        recipients=states,
        attempts=attempts,
        next_attempt_at=next_attempt(attempts, now, max(waits, default=None)),
        last_error="; ".join(_failures(results)),
        uncertain=notification.uncertain or any(one.uncertain for one in results.values()),
    )
    if not shorten:
        return after
    # A receiver that refuses the size of a repeat did not take it the first time.
    return replace(after, short=True, rendered=None, rendered_at=None, uncertain=False, next_attempt_at=now)


def _may_shorten(notification: Notification, results: Mapping[str, SendResult]) -> bool:
    """Return whether it was refused for its size, and can be written in a shorter form."""
    can = not notification.short and notification.payload != ""
    return can and any(one.too_large for one in results.values())


def _state(result: SendResult, *, shorten: bool) -> RecipientStatus:
    return RecipientStatus.PENDING if shorten and result.too_large else _STATES[result.status]


def _failures(results: Mapping[str, SendResult]) -> list[str]:
    return list(dict.fromkeys(o.why for o in results.values() if o.status is not SendStatus.ACCEPTED))


def report(
    tried: Notification, results: Mapping[str, SendResult], counters: SendCounters, errors: LoggedErrors
) -> None:
    """Count the results of an attempt, and log what is new."""
    for status in SendStatus:
        number = sum(one.status is status for one in results.values())
        if number:
            counters.count(tried.receiver, status.value, number)
    accepted = [address for address, one in results.items() if one.status is SendStatus.ACCEPTED]
    if accepted:
        errors.clear()
        event(
            log,
            f"{tried.kind} accepted",
            notification=tried.id,
            receiver=tried.receiver,
            recipients=len(accepted),
            alerts=len(tried.alerts),
        )
    for sentence in _failures(results):
        if errors.is_new(sentence):
            log.warning("%s %s for %s: %s", tried.kind, tried.id, tried.receiver, sentence)
