"""What was decided: the alerts of now, and what each receiver is notified; plain values."""

from dataclasses import dataclass

from monitor.alerts.decision import Inventory, NotificationItem
from monitor.alerts.digest import Digest, Heartbeat
from monitor.model import AlertGroup, AlertKey, AlertRecord, LogChange, Message, ReceiverChanges, Silence


@dataclass(frozen=True, slots=True)
class ReceiverDecision:
    """What one receiver is notified now, and how the record of what it was notified changes.

    ``remarks`` are about the notification itself; a reader is shown them before what it is about.
    ``digest`` is a second notification, with ``digest_log`` as its changes of the log. ``waiting`` are alerts
    that are over and left to the next digest; they stay open until then. ``heartbeat`` is one that no digest
    takes along, and ``outage`` a notification of its own about one of the monitor.
    """

    receiver: str
    items: tuple[NotificationItem, ...] = ()
    inventory: Inventory | None = None
    changes: ReceiverChanges = ReceiverChanges()
    remarks: tuple[Message, ...] = ()
    digest: Digest | None = None
    digest_log: tuple[LogChange, ...] = ()
    waiting: frozenset[AlertKey] = frozenset()
    heartbeat: Heartbeat | None = None
    outage: NotificationItem | None = None

    @property
    def nothing_to_send(self) -> bool:
        """Return whether no notification follows but the digest."""
        return not self.items and self.inventory is None


@dataclass(frozen=True, slots=True)
class Decision:
    """The alerts of now, how their records change, and what each receiver is notified.

    ``silences`` are those that ended. All changes and notifications are stored in one transaction.
    """

    groups: tuple[AlertGroup, ...] = ()
    alert_changes: tuple[AlertRecord, ...] = ()
    receivers: tuple[ReceiverDecision, ...] = ()
    silences: tuple[Silence, ...] = ()
