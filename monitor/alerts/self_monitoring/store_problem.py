"""The alert about a database that cannot be used, or whose records will be lost; mails go on meanwhile."""

from datetime import timedelta

from monitor.alerts.alert import Alert
from monitor.alerts.decision import MonitorState, NotificationItem, NotifyReason
from monitor.alerts.keys import STORE
from monitor.alerts.texts import STORE_ADVICE, STORE_EFFECT, STORE_RECORDS, STORE_USABLE, store_unusable
from monitor.model import AlertKey, AlertLevel, MonitorCheck

_REMIND_EVERY = timedelta(days=1)


def store_problem(monitor: MonitorState) -> dict[AlertKey, Alert]:
    """Return the alert by its key where there is a fault."""
    if monitor.store_fault is None:
        return {}
    said = (store_unusable(why=monitor.store_fault), STORE_EFFECT, STORE_ADVICE)
    alert = Alert(
        key=STORE,
        group=(STORE.id,),
        check=MonitorCheck.STORE,
        level=AlertLevel.WARNING,
        remind_every=_REMIND_EVERY,
        title="",
        messages=dict.fromkeys(said),
    )
    return {STORE: alert}


def store_usable_again() -> NotificationItem:
    """Return the item that says that the database can be used again."""
    return NotificationItem(NotifyReason.RESOLVED, None, (), "", (STORE_USABLE, STORE_RECORDS))
