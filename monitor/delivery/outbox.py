"""Deliver the mails that are due, one pass at a time, and record the result of each.

An attempt is recorded after it was made: a crash in between repeats the mail with the same Message-ID and
loses none. The next attempt is computed by a pure function; nothing sleeps here.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from monitor.delivery.receiver import Relay, SendResult, SendStatus
from monitor.model import Mail, RecipientStatus

log = logging.getLogger(__name__)

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
_DOUBLINGS = 6
_STATES = {
    SendStatus.ACCEPTED: RecipientStatus.ACCEPTED,
    SendStatus.REFUSED: RecipientStatus.REFUSED,
    SendStatus.RETRY: RecipientStatus.PENDING,
}


class Outbox(Protocol):
    """A store of mails until they are delivered."""

    async def due_mails(self, now: datetime, limit: int) -> Sequence[Mail]:
        """Return mails with pending recipients whose next attempt is due, oldest first."""
        ...

    async def mail_attempted(self, mail: Mail) -> None:
        """Record the new state of a mail after an attempt."""
        ...


class SendCounters(Protocol):
    """Counts of send results, by ``accepted``, ``retry`` and ``refused``."""

    def count(self, result: str, number: int) -> None:
        """Add to one of the three counters."""
        ...


class LoggedErrors:
    """The errors logged since the last success, so that each is logged once until a mail is accepted."""

    def __init__(self, limit: int = 100) -> None:
        """Remember at most ``most`` sentences."""
        self._most = limit
        self._said: dict[str, None] = {}

    def is_new(self, sentence: str) -> bool:
        """Return whether a sentence was not logged since the last success, and remember it."""
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

    def count(self, result: str, number: int) -> None:
        """Do nothing."""


def next_attempt(attempts: int, now: datetime) -> datetime:
    """Return the time of the next attempt: after 1, 2, 4 ... minutes, at most an hour."""
    doublings = min(max(attempts - 1, 0), _DOUBLINGS)
    return now + min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


async def deliver_due(  # noqa: PLR0913 - services and bounds, each by name
    store: Outbox,
    relay: Relay,
    now: datetime,
    *,
    counters: SendCounters | None = None,
    errors: LoggedErrors | None = None,
    limit: int = 50,
) -> int:
    """Attempt every mail that is due, at most ``limit`` of them; return how many were attempted.

    When the relay is down the rest of the pass is postponed with the first mail instead of waiting for the
    same timeout repeatedly. Raises what ``store`` raises.
    """
    counters, errors = counters or Uncounted(), errors or LoggedErrors()
    mails = await store.due_mails(now, limit)
    for number, mail in enumerate(mails):
        results = await relay.send(mail)
        after = after_attempt(mail, results, now)
        await store.mail_attempted(after)
        _report(mail, results, counters, errors)
        if results and all(one.relay_down for one in results.values()):
            await _put_off(store, mails[number + 1 :], after)
            return number + 1
    return len(mails)


def after_attempt(mail: Mail, results: Mapping[str, SendResult], now: datetime) -> Mail:
    """Return a mail with its state after an attempt."""
    attempts = mail.attempts + 1
    states = tuple(
        (address, _STATES[results[address].result] if address in results else state)
        for address, state in mail.recipients
    )
    failures = dict.fromkeys(o.text for o in results.values() if o.result is not SendStatus.ACCEPTED)
    return replace(
        mail,
        recipients=states,
        attempts=attempts,
        next_attempt_at=next_attempt(attempts, now),
        last_error="; ".join(failures),
    )


async def _put_off(store: Outbox, mails: Sequence[Mail], tried: Mail) -> None:
    """Postpone mails that were not tried, without counting an attempt."""
    for mail in mails:
        later = replace(mail, next_attempt_at=tried.next_attempt_at, last_error=tried.last_error)
        await store.mail_attempted(later)


def _report(
    mail: Mail, results: Mapping[str, SendResult], counters: SendCounters, errors: LoggedErrors
) -> None:
    for status in SendStatus:
        number = sum(one.result is status for one in results.values())
        if number:
            counters.count(status.value, number)
    if any(one.result is SendStatus.ACCEPTED for one in results.values()):
        errors.clear()
    for sentence in dict.fromkeys(o.text for o in results.values() if o.result is not SendStatus.ACCEPTED):
        if errors.is_new(sentence):
            log.warning("mail %r: %s", mail.subject, sentence)
