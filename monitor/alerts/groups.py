"""Alerts of one thing at fault as one group, and what is recorded of each alert; it decides nothing.

A group is what people count: one line on the page, one series for Prometheus, one item of a notification.
Its id, check and title come from the alert that leads it, which stays the same while it lasts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from monitor.alerts.active.collect import collect_alerts
from monitor.alerts.active.unreachable import common_title
from monitor.alerts.alert import Alert, Group
from monitor.alerts.decision import NotifiedReceiver
from monitor.alerts.keys import TITLES
from monitor.alerts.notifications.due import badness
from monitor.alerts.resolution.pending import common_label, with_pending
from monitor.model import (
    AlertGroup,
    AlertKey,
    AlertLocation,
    AlertRecord,
    AlertState,
    Check,
    ReceiverRecord,
    Snapshot,
    TargetState,
)

MOST_LOCATIONS = 1000
_NEVER = datetime.max.replace(tzinfo=UTC)
Records = Mapping[AlertKey, AlertRecord]


def alert_groups(
    alerts: Iterable[Alert],
    records: Records,
    pending: Sequence[AlertRecord],
    snapshot: Snapshot,
    now: datetime,
) -> tuple[AlertGroup, ...]:
    """Return the groups of all open alerts, worst first.

    ``records`` are those of the open alerts so far, ``pending`` those that nothing shows now.
    """
    by_group: dict[Group, list[Alert]] = {}
    for alert in alerts:
        by_group.setdefault(alert.group, []).append(alert)
    leading = {record.key.id: record for record in pending if record.lead == record.key.id}
    groups = [_group(sorted(some, key=badness), records, leading, now) for some in by_group.values()]
    return tuple(sorted(with_pending(groups, pending, snapshot), key=_order))


def alerts_of_target(state: TargetState, now: datetime) -> tuple[AlertGroup, ...]:
    """Return the alerts about one target that is probed once; one probe does not make it unreachable."""
    snapshot = Snapshot({state.target.id: state})
    return alert_groups(collect_alerts(snapshot, now).values(), {}, (), snapshot, now)


def changed_records(
    alerts: Iterable[Alert],
    groups: Iterable[AlertGroup],
    records: Records,
    states: Mapping[AlertKey, AlertState],
    now: datetime,
) -> Iterator[AlertRecord]:
    """Yield the records of alerts that are new or differ from what is recorded.

    ``states`` are those of the alerts that are kept back.
    """
    leads = {key: group.id for group in groups for key in group.alerts}
    for alert in alerts:
        for key, locations in alert.members():
            before = records.get(key)
            after = _record(alert, key, locations, before, now)
            after = replace(after, lead=leads[key], state=states.get(key, AlertState.ACTIVE))
            if after != before:
                yield after


def notified_of(group: AlertGroup, receivers: Iterable[ReceiverRecord]) -> Iterator[NotifiedReceiver]:
    """Yield the receivers that were notified of a group, by what each was notified of last."""
    for receiver in receivers:
        records = [receiver.log[key] for key in group.alerts if key in receiver.log]
        if records:
            last = max(records, key=lambda one: one.last_at)
            yield NotifiedReceiver(receiver.receiver, last.level, last.last_at)


def _record(
    alert: Alert, key: AlertKey, locations: tuple[str, ...], before: AlertRecord | None, now: datetime
) -> AlertRecord:
    if before is None:
        return AlertRecord(key, alert.level, now, now, alert.title, locations[:MOST_LOCATIONS])
    joined = tuple(dict.fromkeys(before.locations + locations))[:MOST_LOCATIONS]
    since = before.level_since if before.level is alert.level else now
    return replace(before, level=alert.level, level_since=since, title=alert.title, locations=joined)


def _group(
    alerts: list[Alert], records: Records, leading: dict[str, AlertRecord], now: datetime
) -> AlertGroup:
    members = tuple(key for alert in alerts for key, _ in alert.members())
    locations = {pair: one for alert in alerts for pair, one in alert.locations.items()}
    shown_at = tuple(dict.fromkeys(locations.values()))
    lead = _lead(alerts, records, leading)
    return AlertGroup(
        id=lead.key.id,
        check=lead.key.check,
        level=max((alert.level for alert in alerts), key=lambda level: level.rank),
        title=_title(lead, shown_at),
        since=min((records[one].opened_at for one in members if one in records), default=now),
        alerts=members,
        targets=tuple(dict.fromkeys(target_id for target_id, _ in locations)),
        locations=shown_at,
        messages=tuple(dict.fromkeys(one for alert in alerts for one in alert.messages)),
        certificate=next((alert.certificate for alert in alerts if alert.certificate), None),
        site=common_label("site", shown_at),
        component=common_label("component", shown_at),
        owner=common_label("owner", shown_at),
        low_impact=all(alert.low_impact for alert in alerts),
    )


@dataclass(frozen=True, slots=True)
class _Lead:
    """The alert that gives a group its id, check and title."""

    key: AlertKey
    title: str


def _lead(alerts: list[Alert], records: Records, leading: dict[str, AlertRecord]) -> _Lead:
    """Return what led the group before, even where nothing shows it now, or else the worst alert."""
    known = [(alert, records[key]) for alert in alerts for key in _candidates(alert) if key in records]
    for alert, record in known:
        if record.lead == record.key.id:
            return _Lead(record.key, alert.title)
    for _, record in known:
        # Taken away, as no two groups may have one id.
        if before := leading.pop(record.lead, None):
            return _Lead(before.key, before.title)
    return _Lead(alerts[0].key, alerts[0].title)


def _candidates(alert: Alert) -> Iterable[AlertKey]:
    """Return the keys that may lead: any port of a host, but no host of many that are unreachable at once."""
    return alert.covers if alert.key in alert.covers else (alert.key,)


def _title(lead: _Lead, locations: Sequence[AlertLocation]) -> str:
    """Return the title of a group: that of its lead, but all ports of a standby have one that fits them."""
    title = lead.title or TITLES[lead.key.check]
    if lead.key.check is Check.NEVER_SEEN and len(locations) > 1:
        return common_title(locations, title)
    return title


def _order(group: AlertGroup) -> tuple[int, datetime, str, str]:
    expires_at = group.certificate.not_after if group.certificate else _NEVER
    return -group.level.rank, expires_at, group.title, group.id
