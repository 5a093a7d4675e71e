"""What was notified, to whom, and the mails that wait to be delivered."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class NotificationRecord:
    """One alert that was notified, and at which level.

    ``key`` identifies the alert across targets: ``expiry FINGERPRINT`` or ``trust TARGET FINGERPRINT``
    or ``unreachable TARGET`` (see alerts). ``level`` is the worst one notified so far
    (warning, critical, expired). ``locations`` and ``title`` let a later mail name what no longer exists.
    """

    key: str
    level: str
    first_notified_at: datetime
    last_notified_at: datetime
    title: str = ""
    locations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LogChange:
    """One change of the notification log: ``record`` is put, or ``key`` forgotten when it is ``None``."""

    key: str
    record: NotificationRecord | None


class RecipientStatus(StrEnum):
    """What became of one recipient of a mail."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Mail:
    """One rendered mail with its delivery state.

    ``message`` is the complete RFC 5322 message, CRLF line ends, with its own Message-ID, so that a
    repeat after a crash is recognizable. ``recipients`` maps address to state, in the order
    configured. ``id`` is 0 before the mail was stored.
    """

    message_id: str
    subject: str
    message: bytes
    recipients: tuple[tuple[str, RecipientStatus], ...]
    created_at: datetime
    next_attempt_at: datetime
    attempts: int = 0
    last_error: str = ""
    id: int = 0

    @property
    def pending(self) -> tuple[str, ...]:
        """Return the addresses that the mail was not delivered to yet."""
        return tuple(address for address, state in self.recipients if state is RecipientStatus.PENDING)
