"""What a decision is made from and what notifications say, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.alerts.alert import RenewalSteps
from monitor.alerts.clock_jump import NO_DOUBTS, ClockDoubts
from monitor.alerts.routing.routes import Routing
from monitor.alerts.routing.schedule import Schedule
from monitor.model import (
    AlertKey,
    AlertLevel,
    AlertLocation,
    AlertRecord,
    AlertResolution,
    Certificate,
    Check,
    FailureReason,
    Message,
    Outage,
    ReceiverRecord,
    Silence,
    SilentZone,
    Snapshot,
)


class NotifyReason(StrEnum):
    """Why an item is notified."""

    FIRST = "first"
    WORSE = "worse"
    REMINDER = "reminder"
    RENEWED = "renewed"
    RESOLVED = "resolved"
    REACHABLE_AGAIN = "reachable_again"
    RELEASED = "released"
    ESCALATED = "escalated"
    CLOCK = "clock"
    OUTAGE = "outage"
    INVENTORY = "inventory"


@dataclass(frozen=True, slots=True)
class NotifiedReceiver:
    """A receiver that was notified of an alert: of which level, and when last."""

    receiver: str
    level: AlertLevel
    at: datetime


@dataclass(frozen=True, slots=True)
class NotificationItem:
    """One item of a notification: about one certificate, one unreachable host, or what targets share.

    ``title`` names what it is about; it is empty where the first message says it all.
    ``level`` is ``None`` for good news. ``checks`` has the worst one first. ``replaced_sha256`` and
    ``replaced_sha1`` identify the certificate that was renewed, empty when not known. ``low_impact`` is true
    where little stops when the certificate expires. ``alert_id`` and ``since`` are those of the group of
    alerts on the board, empty for good news; ``next_reminder_at`` is when it is notified again if nothing
    changes, ``None`` where it is not. ``targets`` are the ids of the group's targets, ``notified`` who was
    notified of it before this; only programs are sent both.
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
    low_impact: bool = False
    alert_id: str = ""
    since: datetime | None = None
    next_reminder_at: datetime | None = None
    targets: tuple[str, ...] = ()
    silenced: bool = False
    notified: tuple[NotifiedReceiver, ...] = ()

    @property
    def check(self) -> Check | None:
        """Return the worst check, ``None`` for what is about the monitor."""
        return self.checks[0] if self.checks else None


@dataclass(frozen=True, slots=True)
class UpcomingExpiry:
    """A certificate whose path expires soon; ``expires_at`` is the earliest expiry on the path."""

    expires_at: datetime
    title: str
    location: str
    certificate: Certificate


@dataclass(frozen=True, slots=True)
class UnreachableHost:
    """One host or source that could not be probed, its locations, and why; ``failure`` is the first cause."""

    title: str
    locations: tuple[str, ...]
    reasons: tuple[Message, ...]
    failure: FailureReason | None = None


@dataclass(frozen=True, slots=True)
class Inventory:
    """The one notification that ends the first pass; its numbers are of targets, each counted once.

    ``not_probed`` counts lists that were not fetched yet too. ``never_seen`` are standbys: no answer is
    normal, but nothing is known of them either. ``network_down`` is true where so many are unreachable that
    the monitor's own network may be at fault. ``not_sent`` are targets with alerts that the receiver is not
    sent.
    """

    watched: int
    need_action: int
    unreachable: int
    not_probed: int
    items: tuple[NotificationItem, ...]
    upcoming: tuple[UpcomingExpiry, ...]
    unreachable_hosts: tuple[UnreachableHost, ...]
    never_seen: tuple[UnreachableHost, ...] = ()
    standby: int = 0
    fine: int = 0
    network_down: bool = False
    not_sent: int = 0


@dataclass(frozen=True, slots=True)
class MonitorState:
    """What a decision depends on beside the snapshot and what is recorded.

    ``first_pass_started_at`` is when this installation first probed (kept over restarts until the inventory
    is sent); ``never_probed`` counts targets without any attempt so far. ``notify_all_renewals`` is the
    setting ``notify_renewals: all``. With ``clock_suspect`` the clock is too early to be right;
    ``clock_doubts`` are why it may be ahead. ``store_fault`` is what is wrong with the database, as a clause,
    ``outage`` the last outage of the monitor, and ``silent_zones`` those that nothing is heard of.
    """

    first_pass_started_at: datetime
    never_probed: int = 0
    clock_suspect: bool = False
    notify_all_renewals: bool = False
    clock_doubts: ClockDoubts = NO_DOUBTS
    store_fault: Message | None = None
    outage: Outage | None = None
    silent_zones: tuple[SilentZone, ...] = ()


@dataclass(frozen=True, slots=True)
class ReceiverRules:
    """What one receiver is notified of, and when.

    ``digest`` is ``None`` where all of it is sent at once, and ``heartbeat`` where it is sent none.
    """

    levels: frozenset[AlertLevel] = frozenset(AlertLevel)
    digest: Schedule | None = None
    heartbeat: Schedule | None = None


@dataclass(frozen=True, slots=True)
class NotifySettings:
    """Who is notified of what.

    ``rules`` are those of each receiver, by name; ``routing`` is ``None`` where every receiver is notified of
    every alert; ``silences`` are those that may keep alerts back. ``renewing`` are the ids of the targets of
    renewal days on which work goes on.
    """

    rules: Mapping[str, ReceiverRules] = field(default_factory=dict)
    routing: Routing | None = None
    silences: tuple[Silence, ...] = ()
    renewing: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DecisionInput:
    """Everything that one decision is made from.

    ``open_alerts`` are the recorded alerts that are not over; ``receivers`` what each was notified so far.
    """

    snapshot: Snapshot
    open_alerts: Mapping[AlertKey, AlertRecord]
    receivers: tuple[ReceiverRecord, ...]
    now: datetime
    monitor: MonitorState
    settings: NotifySettings = NotifySettings()


@dataclass(frozen=True, slots=True)
class Resolution:
    """What became of an alert that is not active any more.

    It is not known yet (``pending``); it is over, with something to notify (``items``); or it is just over.
    """

    pending: bool = False
    items: tuple[NotificationItem, ...] = ()

    @property
    def kind(self) -> AlertResolution:
        """Return the kind of resolution that is recorded."""
        reasons = {item.reason for item in self.items}
        return next((_RESOLUTIONS[one] for one in _RESOLUTIONS if one in reasons), AlertResolution.GONE)


_RESOLUTIONS = {
    NotifyReason.RENEWED: AlertResolution.RENEWED,
    NotifyReason.REACHABLE_AGAIN: AlertResolution.REACHABLE_AGAIN,
    NotifyReason.RESOLVED: AlertResolution.RESOLVED,
}


@dataclass(slots=True)
class ResolvedAlerts:
    """The items to notify about alerts that are over, and how each of these alerts was resolved."""

    items: list[NotificationItem] = field(default_factory=list)
    over: dict[AlertKey, AlertResolution] = field(default_factory=dict)
