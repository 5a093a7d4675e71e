"""The notification log: what each receiver was notified of, and how that changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from monitor.model.alerts.alert import AlertKey, AlertLevel


@dataclass(frozen=True, slots=True)
class NotificationRecord:
    """What one receiver was notified of one alert.

    ``level`` is the worst one notified so far and ``reason`` why it was notified last. ``pending_id`` is the
    notification whose delivery is not known yet, empty when there is none. ``accepted_level`` is the level
    that the receiver accepted, and ``accepted_at`` when that was decided; ``refused_at`` is when the last
    notification was refused for good by all recipients. ``at_once`` is false where it was notified in digests
    alone; then its end is too.
    """

    key: AlertKey
    level: AlertLevel
    first_at: datetime
    last_at: datetime
    reason: str = ""
    pending_id: str = ""
    refused_at: datetime | None = None
    accepted_level: AlertLevel | None = None
    accepted_at: datetime | None = None
    at_once: bool = True


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
    """How the record of one receiver changes.

    ``inventory_at`` is set when it is sent the inventory, ``digest_at`` when a digest was due,
    ``heartbeat_at`` when it is sent a heartbeat, and ``outage_at`` when it is notified of an outage;
    ``retried`` is true when what it refused is decided again.
    """

    log: tuple[LogChange, ...] = ()
    renewals_added: tuple[tuple[str, str], ...] = ()
    renewals_removed: tuple[tuple[str, str], ...] = ()
    inventory_at: datetime | None = None
    digest_at: datetime | None = None
    heartbeat_at: datetime | None = None
    outage_at: datetime | None = None
    retried: bool = False

    def __bool__(self) -> bool:
        """Return whether anything changes."""
        return self != ReceiverChanges()


@dataclass(frozen=True, slots=True)
class ReceiverRecord:
    """What one receiver was notified so far: of alerts by key, of renewals, and whether of the inventory.

    ``renewals`` are pairs of the SHA-256 of the old and the new certificate; ``inventory_at`` is ``None``
    before the inventory was sent, ``digest_at`` before the first digest was due, ``heartbeat_at`` before the
    first heartbeat, and ``outage_at`` before it was notified of an outage. ``retry_at`` is when what all
    recipients refused is decided again, ``None`` where nothing waits for that.
    """

    receiver: str
    log: Mapping[AlertKey, NotificationRecord] = field(default_factory=dict)
    renewals: frozenset[tuple[str, str]] = frozenset()
    inventory_at: datetime | None = None
    retry_at: datetime | None = None
    digest_at: datetime | None = None
    heartbeat_at: datetime | None = None
    outage_at: datetime | None = None
