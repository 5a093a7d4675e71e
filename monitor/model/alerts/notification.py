"""One notification on its way to one receiver, with its delivery state; not its rendered form."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.model.message import Message

FIRST_WAIT = timedelta(seconds=5)
"""Due notifications are fetched every 10 seconds, so that the first repeat follows within 15."""

LONGEST_WAIT = timedelta(minutes=15)

_DOUBLINGS = 8


def retry_wait(attempts: int) -> timedelta:
    """Return how long to wait after so many failures in a row: 5, 10, 20 ... seconds, at most 15 minutes."""
    doublings = min(max(attempts - 1, 0), _DOUBLINGS)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


class RecipientStatus(StrEnum):
    """What became of one recipient of a notification."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class NotificationKind(StrEnum):
    """What one is for: alerts, the inventory after the first pass, a digest, the monitor, or a test."""

    NOTICE = "notice"
    INVENTORY = "inventory"
    DIGEST = "digest"
    HEARTBEAT = "heartbeat"
    OUTAGE = "outage"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class NotifiedAlert:
    """One alert that a notification is about: why it is notified, and its level (empty for good news)."""

    alert_id: str
    reason: str
    level: str = ""


@dataclass(frozen=True, slots=True)
class NotificationStatus:
    """What became of one notification so far, without its content.

    ``finished_at`` is ``None`` while some recipient still waits; ``last_error`` is the answer of the last
    attempt that failed.
    """

    id: str
    receiver: str
    kind: NotificationKind
    recipients: tuple[tuple[str, RecipientStatus], ...]
    created_at: datetime
    next_attempt_at: datetime
    alerts: tuple[NotifiedAlert, ...] = ()
    attempts: int = 0
    last_error: str = ""
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Notification:
    """One notification for one receiver.

    ``id`` is a UUID; receivers pass it on (a mail in its Message-ID), so that a repeat is recognizable.
    ``payload`` is what it says, as JSON of ``monitor.alerts.payload``; it is empty where there is only
    ``rendered``, the form in which the receiver sends it. ``rendered`` is ``None`` before the first attempt.
    ``uncertain`` is true once an attempt may have been accepted without our knowing; a repeat then has the
    same bytes. ``short`` is true once the receiver refused the complete form for its size. ``recipients``
    pairs addresses with states, in the order configured. ``remarks`` are about the notification itself and
    not stored; those of its payload are.
    """

    id: str
    receiver: str
    kind: NotificationKind
    payload: str
    recipients: tuple[tuple[str, RecipientStatus], ...]
    created_at: datetime
    next_attempt_at: datetime
    alerts: tuple[NotifiedAlert, ...] = ()
    attempts: int = 0
    last_error: str = ""
    rendered: bytes | None = None
    rendered_at: datetime | None = None
    uncertain: bool = False
    short: bool = False
    remarks: tuple[Message, ...] = ()

    @property
    def pending(self) -> tuple[str, ...]:
        """Return the addresses that did not receive it yet and may still do."""
        return tuple(address for address, state in self.recipients if state is RecipientStatus.PENDING)
