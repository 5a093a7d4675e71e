"""What is recorded of one alert, open or over: who was notified of it when, and who acknowledged it."""

from dataclasses import dataclass
from datetime import datetime

from monitor.model.alerts.alert import AlertLevel, AlertRecord
from monitor.model.alerts.notification import NotificationKind, RecipientStatus
from monitor.model.alerts.silence import Silence


@dataclass(frozen=True, slots=True)
class SentNotification:
    """One notification about an alert: for whom, why, and at which level (``None`` for good news).

    ``accepted_at`` is when the last recipient accepted or refused it, ``None`` before and where all refused;
    ``refused`` is true where all did. ``recipients`` are the addresses, where the receiver has any, with what
    became of each.
    """

    receiver: str
    kind: NotificationKind
    reason: str
    level: AlertLevel | None
    decided_at: datetime
    accepted_at: datetime | None = None
    refused: bool = False
    recipients: tuple[tuple[str, RecipientStatus], ...] = ()


@dataclass(frozen=True, slots=True)
class AlertHistory:
    """The record of an alert, notifications about it and its acknowledgements, each the latest first."""

    record: AlertRecord
    notifications: tuple[SentNotification, ...] = ()
    acknowledgements: tuple[Silence, ...] = ()
