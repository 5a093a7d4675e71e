"""What was notified."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from monitor.model.alert import AlertKey, AlertLevel


@dataclass(frozen=True, slots=True)
class NotificationRecord:
    """What one receiver was notified of one alert.

    ``level`` is the worst one notified so far and ``reason`` why it was notified last. ``pending_id`` is the
    notification whose delivery is not known yet, empty when there is none; ``refused_at`` is when a
    notification of it was refused for good.
    """

    key: AlertKey
    level: AlertLevel
    first_at: datetime
    last_at: datetime
    reason: str = ""
    pending_id: str = ""
    refused_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LogChange:
    """One change of a receiver's log: ``record`` is put, or ``key`` forgotten when it is ``None``.

    ``reason`` is why the alert is notified with this change, empty when it is not.
    """

    key: AlertKey
    record: NotificationRecord | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReceiverChanges:
    """How the record of one receiver changes; ``inventory_at`` is set when it is sent the inventory."""

    log: tuple[LogChange, ...] = ()
    renewals_added: tuple[tuple[str, str], ...] = ()
    renewals_removed: tuple[tuple[str, str], ...] = ()
    inventory_at: datetime | None = None

    def __bool__(self) -> bool:
        """Return whether anything changes."""
        return bool(self.log or self.renewals_added or self.renewals_removed or self.inventory_at)


@dataclass(frozen=True, slots=True)
class ReceiverRecord:
    """What one receiver was notified so far: of alerts by key, of renewals, and whether of the inventory.

    ``renewals`` are pairs of the SHA-256 of the old and the new certificate; ``inventory_at`` is ``None``
    before the inventory was sent.
    """

    receiver: str
    log: Mapping[AlertKey, NotificationRecord] = field(default_factory=dict)
    renewals: frozenset[tuple[str, str]] = frozenset()
    inventory_at: datetime | None = None
