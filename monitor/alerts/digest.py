"""The digest of one receiver as data: what is new, open, acknowledged and over; it decides nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor.alerts.decision import NotificationItem
from monitor.model import AlertLevel


@dataclass(frozen=True, slots=True)
class AcknowledgedItem:
    """An alert that somebody took on: by whom, and until when it is not notified."""

    item: NotificationItem
    by: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Digest:
    """What a receiver is told at a fixed time.

    ``new`` was never notified, ``open`` was and is due again; ``over`` is what is renewed or resolved.
    """

    new: tuple[NotificationItem, ...] = ()
    open: tuple[NotificationItem, ...] = ()
    acknowledged: tuple[AcknowledgedItem, ...] = ()
    over: tuple[NotificationItem, ...] = ()

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
