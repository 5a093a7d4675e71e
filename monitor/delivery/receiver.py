"""What every kind of receiver is to the outbox, and the results of sending; no I/O."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from monitor.model import Notification

Note = Callable[[str], None]
"""What is called with each line of a conversation with a receiver."""


def unheard(_line: str) -> None:
    """Ignore a line of a conversation."""


class SendStatus(StrEnum):
    """The status of one recipient after one attempt."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    RETRY = "retry"


@dataclass(frozen=True, slots=True)
class SendResult:
    """The status of one recipient after an attempt, and why it was not accepted.

    ``after`` is how long the receiver asks to wait before the next attempt, ``None`` where it does not say.
    ``receiver_down`` is true when the receiver or the permission to use it is at fault: other notifications
    would fail in the same way. ``uncertain`` is true when it may have been accepted all the same.
    ``too_large`` is true when it was refused for its size. ``elsewhere`` is true when it was refused to the
    sender, and another way to the receiver may do.
    """

    status: SendStatus
    why: str = ""
    after: timedelta | None = None
    receiver_down: bool = False
    uncertain: bool = False
    too_large: bool = False
    elsewhere: bool = False


ACCEPTED = SendResult(SendStatus.ACCEPTED)


def refused(why: str, *, too_large: bool = False, elsewhere: bool = False) -> SendResult:
    """Return the result for a recipient that will never get this notification in this form."""
    return SendResult(SendStatus.REFUSED, why, too_large=too_large, elsewhere=elsewhere)


def retry(
    why: str, after: timedelta | None = None, *, receiver_down: bool = False, uncertain: bool = False
) -> SendResult:
    """Return the result for a recipient to try again."""
    return SendResult(SendStatus.RETRY, why, after, receiver_down, uncertain)


class Facts(Protocol):
    """A store of single values, for receivers that remember something."""

    async def fact(self, key: str) -> str | None:
        """Return a value, ``None`` when it was never set."""
        ...

    async def set_facts(self, facts: Mapping[str, str]) -> None:
        """Set some values."""
        ...


class Receiver(Protocol):
    """A receiver of notifications, reached in the way of its kind."""

    @property
    def name(self) -> str:
        """Return the name by which notifications name it."""

    async def render(self, notification: Notification, now: datetime) -> bytes:
        """Return the form in which a notification is sent, the short one for what is marked so.

        An error is a bug, and the attempt is repeated.
        """

    async def send(
        self, notification: Notification, now: datetime, note: Note = unheard
    ) -> Mapping[str, SendResult]:
        """Send what is rendered; return a result for every pending recipient.

        Never raises for failures of the receiver or the network. ``note`` is called with each step, without
        secrets.
        """

    def close(self) -> None:
        """Release what it holds."""
