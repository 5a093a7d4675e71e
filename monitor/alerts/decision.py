"""What a decision is made from, what it consists of and what it is, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.alerts.alert import AlertLevel, AlertLocation, RenewalSteps
from monitor.model import Certificate, Check, LogChange, Message, NotificationRecord, Snapshot


class NotifyReason(StrEnum):
    """Why an item is notified."""

    FIRST = "first"
    WORSE = "worse"
    REMINDER = "reminder"
    RENEWED = "renewed"
    RESOLVED = "resolved"
    REACHABLE_AGAIN = "reachable_again"
    CLOCK = "clock"
    INVENTORY = "inventory"


@dataclass(frozen=True, slots=True)
class NotificationItem:
    """One item of a notification: about one certificate, one unreachable host, or what targets share.

    ``title`` names what it is about; it is empty where the first message says it all.
    ``level`` is ``None`` for good news. ``checks`` has the worst one first. ``replaced_sha256`` and
    ``replaced_sha1`` identify the certificate that was renewed, empty when not known.
    """

    reason: NotifyReason
    level: AlertLevel | None
    checks: tuple[Check, ...]
    title: str
    messages: tuple[Message, ...] = ()
    locations: tuple[AlertLocation, ...] = ()
    certificate: Certificate | None = None
    replaced_sha256: str = ""
    replaced_sha1: str = ""
    renewal_steps: tuple[RenewalSteps, ...] = ()


@dataclass(frozen=True, slots=True)
class UpcomingExpiry:
    """A certificate whose path expires soon; ``expires_at`` is the earliest expiry on the path."""

    expires_at: datetime
    title: str
    location: str
    certificate: Certificate


@dataclass(frozen=True, slots=True)
class UnreachableHost:
    """One host or source that could not be probed, its locations, and why."""

    title: str
    locations: tuple[str, ...]
    reasons: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Inventory:
    """The one notification that ends the first pass; the first four are numbers of targets.

    ``never_seen`` are standbys: that they are silent is no fault, but nothing is known of them either.
    """

    watched: int
    need_action: int
    unreachable: int
    not_probed: int
    items: tuple[NotificationItem, ...]
    upcoming: tuple[UpcomingExpiry, ...]
    unreachable_hosts: tuple[UnreachableHost, ...]
    never_seen: tuple[UnreachableHost, ...] = ()


@dataclass(frozen=True, slots=True)
class MonitorState:
    """What a decision depends on beside the snapshot and the notification log.

    ``first_pass_started_at`` is when this installation first probed (kept over restarts until the inventory
    is sent); ``never_probed`` counts targets without any attempt so far. ``notify_all_renewals`` is the
    setting ``notify_renewals: all``.
    """

    first_pass_started_at: datetime
    inventory_sent: bool = False
    never_probed: int = 0
    clock_suspect: bool = False
    notify_all_renewals: bool = False


@dataclass(frozen=True, slots=True)
class DecisionInput:
    """Everything that one decision is made from."""

    snapshot: Snapshot
    log: Mapping[str, NotificationRecord]
    now: datetime
    monitor: MonitorState


@dataclass(frozen=True, slots=True)
class Resolution:
    """What became of an alert that is not active any more.

    It is not known yet (``pending``); it is over, with something to notify (``items``); or it is just over.
    """

    pending: bool = False
    items: tuple[NotificationItem, ...] = ()


@dataclass(slots=True)
class ResolvedAlerts:
    """The items to notify about alerts that are over, and the keys of all that are over."""

    items: list[NotificationItem] = field(default_factory=list)
    over: list[str] = field(default_factory=list)

    @property
    def changes(self) -> list[LogChange]:
        """Return the changes that remove the records of what is over."""
        return [LogChange(key, None) for key in dict.fromkeys(self.over)]


@dataclass(frozen=True, slots=True)
class Decision:
    """What is notified now and how the notification log changes, both to be stored in one transaction."""

    items: tuple[NotificationItem, ...] = ()
    inventory: Inventory | None = None
    changes: tuple[LogChange, ...] = ()

    @property
    def nothing_to_send(self) -> bool:
        """Return whether no notification follows."""
        return not self.items and self.inventory is None
