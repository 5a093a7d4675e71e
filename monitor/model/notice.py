"""What was notified."""

from dataclasses import dataclass
from datetime import datetime


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
