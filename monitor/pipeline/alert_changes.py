"""How the alerts on the board change from one pass to the next, and its lines in the log."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.logs import event
from monitor.model import AlertGroup


class ChangeKind(StrEnum):
    """What became of a group of alerts: it is new, has another level, or is over."""

    OPENED = "opened"
    CHANGED = "changed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class AlertChange:
    """A change, and the group as it is now, or as it was last."""

    kind: ChangeKind
    group: AlertGroup


def alert_changes(
    before: Sequence[AlertGroup], after: Sequence[AlertGroup], now: datetime
) -> Iterator[AlertChange]:
    """Yield the changes between two passes; alerts found at a start are not new."""
    known = {group.id: group for group in before}
    for group in after:
        old = known.pop(group.id, None)
        if old is None and group.since == now:
            yield AlertChange(ChangeKind.OPENED, group)
        elif old is not None and old.level is not group.level:
            yield AlertChange(ChangeKind.CHANGED, group)
    for group in known.values():
        yield AlertChange(ChangeKind.CLOSED, group)


def log_change(log: logging.Logger, change: AlertChange) -> None:
    """Log a change in one line."""
    group = change.group
    event(
        log,
        f"alert {change.kind}",
        alert=group.id,
        check=group.check.value,
        alert_level=group.level.value,
        title=group.title,
        site=group.site,
        targets=len(group.targets),
        target=group.targets[0] if len(group.targets) == 1 else "",
    )
