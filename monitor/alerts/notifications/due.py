"""Which alerts are due, which items they become, and how the notification log records them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.alerts.alert import Alert, Group
from monitor.alerts.clock_jump import JUMP
from monitor.alerts.decision import NotificationItem, NotifyReason
from monitor.alerts.keys import is_of_many, is_source
from monitor.alerts.steps.fill import merged_steps
from monitor.model import AlertKey, AlertLevel, Check, LogChange, MonitorCheck, NotificationRecord, Scope

# Once one reminder is due, those due within this share of their interval come along: a mail a day with ten
# items is read, ten mails are not.
_COMES_ALONG = 0.25
_MOST_URGENT_FIRST = (
    NotifyReason.FIRST,
    NotifyReason.ESCALATED,
    NotifyReason.WORSE,
    NotifyReason.RELEASED,
    NotifyReason.REMINDER,
    NotifyReason.INVENTORY,
)
_CHECK_ORDER = {check: order for order, check in enumerate((*MonitorCheck, *Check))}
_LONGEST = timedelta(days=3650)
_WEEK = timedelta(days=7)
_SOON_FOR_A_CA = timedelta(days=30)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""The time of the last notification of an alert that is to be notified again as soon as possible."""
_NEVER = datetime.max.replace(tzinfo=UTC)

DueAlert = tuple[Alert, NotifyReason]
Log = Mapping[AlertKey, NotificationRecord]
"""What one receiver was notified of each alert."""


def due_alerts(
    alerts: Iterable[Alert],
    log: Log,
    now: datetime,
    released: Collection[AlertKey] = (),
    *,
    ahead: timedelta = timedelta(0),
) -> list[DueAlert]:
    """Return the alerts to notify now, each with its reason; ``released`` were kept back until now.

    Reminders that are due within ``ahead`` are included.
    """
    alerts = list(alerts)
    reasons = [(alert, _reason(alert, log, now, released, ahead=ahead, share=1.0)) for alert in alerts]
    if any(reason is NotifyReason.REMINDER for _, reason in reasons):
        share = 1.0 - _COMES_ALONG
        reasons = [(alert, _reason(alert, log, now, released, ahead=ahead, share=share)) for alert in alerts]
    return [(alert, reason) for alert, reason in reasons if reason is not None]


def is_urgent(alert: Alert) -> bool:
    """Return whether an alert is notified at once and does not wait for a digest."""
    if alert.key.scope in (Scope.MONITOR, Scope.ZONE) or is_of_many(alert.key):
        return True
    return alert.level.rank >= AlertLevel.CRITICAL.rank and not alert.low_impact


def notified(
    alert: Alert, reason: NotifyReason, log: Log, now: datetime, *, at_once: bool = True
) -> Iterator[LogChange]:
    """Yield the log changes that record an alert as notified now, at its present level."""
    level = _worst([alert.level, *(record.level for record in _records(alert, log))])
    for key, _ in alert.members():
        new = NotificationRecord(key, level, now, now, reason, at_once=at_once)
        if before := log.get(key):
            new = replace(
                new,
                first_at=before.first_at,
                accepted_level=before.accepted_level,
                accepted_at=before.accepted_at,
                at_once=at_once or before.at_once,
            )
        yield LogChange(key, new, reason)


def notified_ahead(log: Log, now: datetime) -> Iterator[LogChange]:
    """Yield the changes that date notifications of a clock that was ahead to now.

    Otherwise no reminder would come until that time is reached.
    """
    for key, record in log.items():
        if record.last_at > now + JUMP:
            yield LogChange(key, replace(record, last_at=now))


def members_added(alert: Alert, log: Log) -> Iterator[LogChange]:
    """Yield the changes by which alerts that joined a notified one are recorded without a notification.

    Their records follow the result of that notification.
    """
    new, records = [key for key, _ in alert.members() if key not in log], _records(alert, log)
    if not new or not records:
        return
    known = replace(
        max(records, key=lambda record: record.last_at),
        level=_worst(record.level for record in records),
        first_at=min(record.first_at for record in records),
        reason="",
    )
    for key in new:
        yield LogChange(key, replace(known, key=key))


def as_items(due: Sequence[DueAlert], alerts: Iterable[Alert], now: datetime) -> list[NotificationItem]:
    """Return one item for each group with a due alert; it includes the group's other alerts.

    Its ``alert_id`` is that of a member, see ``identify``.
    """
    reasons: dict[Group, list[NotifyReason]] = {}
    due_by_group: dict[Group, list[Alert]] = {}
    for alert, reason in due:
        reasons.setdefault(alert.group, []).append(reason)
        due_by_group.setdefault(alert.group, []).append(alert)
    members: dict[Group, list[Alert]] = {group: [] for group in reasons}
    for alert in alerts if reasons else ():
        if alert.group in members:
            members[alert.group].append(alert)
    return [
        _item(
            sorted(due_by_group[group], key=badness),
            sorted(members[group], key=badness),
            min(reasons[group], key=_MOST_URGENT_FIRST.index),
            now,
        )
        for group in reasons
    ]


def worst_first(items: Iterable[NotificationItem]) -> tuple[NotificationItem, ...]:
    """Return items in the order in which a person should read them; good news comes last."""
    return tuple(sorted(items, key=_item_order))


def badness(alert: Alert) -> tuple[int, int]:
    """Return what sorts alerts of one group, worst first."""
    return -alert.level.rank, _CHECK_ORDER[alert.check]


def _item(due: list[Alert], members: list[Alert], reason: NotifyReason, now: datetime) -> NotificationItem:
    ordered = due + [alert for alert in members if alert not in due]
    reminded = [every for alert in ordered if (every := reminder_interval(alert, now)) < _LONGEST]
    return NotificationItem(
        reason=reason,
        level=due[0].level,
        checks=tuple(dict.fromkeys(alert.check for alert in ordered if isinstance(alert.check, Check))),
        title=due[0].title,
        messages=tuple(dict.fromkeys(one for alert in ordered for one in alert.messages)),
        locations=tuple(dict.fromkeys(one for alert in ordered for one in alert.locations.values())),
        certificate=next((alert.certificate for alert in ordered if alert.certificate), None),
        renewal_steps=merged_steps([alert.renewal_steps for alert in ordered]),
        low_impact=all(alert.low_impact for alert in ordered),
        alert_id=due[0].key.id,
        next_reminder_at=now + min(reminded) if reminded else None,
    )


def _item_order(item: NotificationItem) -> tuple[int, datetime, str]:
    expires_at = item.certificate.not_after if item.certificate else _NEVER
    return -(item.level.rank if item.level else 0), expires_at, item.title


def _reason(  # noqa: PLR0913 - all that it depends on
    alert: Alert,
    log: Log,
    now: datetime,
    released: Collection[AlertKey],
    *,
    ahead: timedelta,
    share: float,
) -> NotifyReason | None:
    records = _records(alert, log)
    if not records:
        return NotifyReason.FIRST
    if alert.level.rank > max(record.level.rank for record in records):
        return NotifyReason.WORSE
    if released and any(key in released for key, _ in alert.members()):
        return NotifyReason.RELEASED
    waited = now + ahead - max(record.last_at for record in records)
    return NotifyReason.REMINDER if waited >= reminder_interval(alert, now) * share else None


def reminder_interval(alert: Alert, now: datetime) -> timedelta:
    """Return how often an alert is repeated; what expired more than a week ago once a week at most.

    So is a CA with more than 30 days left: renewing it takes weeks, and a mail a day would not be read.
    """
    if alert.certificate is None:
        return alert.remind_every
    left = alert.certificate.not_after - now
    rarely = left <= -_WEEK if alert.level is AlertLevel.EXPIRED else _is_work_of_weeks(alert, left)
    return max(alert.remind_every, _WEEK) if rarely else alert.remind_every


def _is_work_of_weeks(alert: Alert, left: timedelta) -> bool:
    return alert.check is Check.CA_EXPIRY and left > _SOON_FOR_A_CA


def _records(alert: Alert, log: Log) -> list[NotificationRecord]:
    # The alert of many unreachable targets has a record of its own: those of hosts do not count for it.
    # A source of which every host was named before is no news, though.
    if is_of_many(alert.key) and alert.key in log:
        return [log[alert.key]]
    if is_of_many(alert.key) and not (is_source(alert.key) and all(key in log for key in alert.covers)):
        return []
    return [log[key] for key in dict.fromkeys([alert.key, *alert.covers]) if key in log]


def _worst(levels: Iterable[AlertLevel]) -> AlertLevel:
    return max(levels, key=lambda level: level.rank)
