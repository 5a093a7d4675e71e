"""Withdraw notifications that have waited for long when there is more to notify; they are decided again.

Otherwise a relay that comes back after days would deliver the reminders and digests of all these days, each
of them out of date.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, select, update

from monitor.model import Notification, NotificationKind, RecipientStatus
from monitor.store.alerts.delivered import refused_by_all
from monitor.store.alerts.outbox import pending_notifications
from monitor.store.tables import notification, receiver_state

WITHDRAWN = "withdrawn, since later ones say it"


def withdraw(connection: Connection, receivers: Collection[str], before: datetime, now: datetime) -> int:
    """Finish unsent what was decided for these receivers before an instant; return the number.

    It counts as refused by all recipients, with a retry that is due. What some recipient accepted, or may
    have accepted, stays.
    """
    waiting = pending_notifications(connection, receivers, before)
    items = [one for one in waiting if _is_unsent(one)]
    for item in items:
        _withdraw(connection, item, now)
    return len(items)


def _is_unsent(item: Notification) -> bool:
    states = {state for _, state in item.recipients}
    unsent = not item.uncertain and RecipientStatus.ACCEPTED not in states
    return unsent and item.kind is not NotificationKind.TEST


def _withdraw(connection: Connection, item: Notification, now: datetime) -> None:
    state = receiver_state.c
    mine = state.receiver == item.receiver
    refusals = connection.scalar(select(state.refusals).where(mine)) or 0
    refused_by_all(connection, item, now)
    # Nobody refused anything: what is refused later is not to be tried again less often for this.
    connection.execute(update(receiver_state).where(mine).values(refusals=refusals, retry_at=now))
    connection.execute(
        update(notification).where(notification.c.id == item.id).values(last_error=WITHDRAWN, finished_at=now)
    )
