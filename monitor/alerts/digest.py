"""The digest and the heartbeat of one receiver as data; it decides nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor.alerts.decision import NotificationItem, UpcomingExpiry
from monitor.model import AlertLevel


@dataclass(frozen=True, slots=True)
class AcknowledgedItem:
    """An alert that somebody took on: by whom, until when it is not notified, and what is being done."""

    item: NotificationItem
    by: str
    until: datetime
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """That the monitor is alive: how much it watches, and when it says so again.

    It is about the targets that routes lead to its receiver. ``open`` counts their alerts that are neither
    acknowledged nor silenced, with those about the monitor itself. ``first`` is the certificate that expires
    next, ``None`` where none is known.
    """

    targets: int
    certificates: int
    next_at: datetime
    open: int = 0
    acknowledged: int = 0
    first: UpcomingExpiry | None = None

    @property
    def all_is_well(self) -> bool:
        """Return whether no alert is open, not even an acknowledged one."""
        return not self.open and not self.acknowledged


@dataclass(frozen=True, slots=True)
class Digest:
    """What a receiver is sent at a fixed time.

    ``new`` was never notified, ``open`` was and is due again; ``over`` is what is renewed or resolved.
    ``heartbeat`` is the heartbeat that is due at the same time.
    """

    new: tuple[NotificationItem, ...] = ()
    open: tuple[NotificationItem, ...] = ()
    acknowledged: tuple[AcknowledgedItem, ...] = ()
    over: tuple[NotificationItem, ...] = ()
    heartbeat: Heartbeat | None = None

    @property
    def urgent(self) -> bool:
        """Return whether anything is worse than a warning, acknowledged or not."""
        return any(item.level not in (None, AlertLevel.WARNING) for item in self.items)

    @property
    def items(self) -> Iterator[NotificationItem]:
        """Iterate over all that is not over."""
        yield from self.new
        yield from self.open
        yield from (one.item for one in self.acknowledged)
