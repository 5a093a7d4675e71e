"""Alerts of one thing at fault as one group, and what is recorded of each alert; it decides nothing.

A group is what people count: one line on the page, one series for Prometheus, one item of a notification.
Its id, check and title come from the alert that leads it, which stays the same while it lasts.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from monitor.alerts.alert import Alert, Group
from monitor.alerts.collect import collect_alerts
from monitor.alerts.due import badness
from monitor.alerts.keys import TITLES
from monitor.alerts.unreachable import common_title
from monitor.model import AlertGroup, AlertKey, AlertLocation, AlertRecord, Check, Snapshot, TargetState

MOST_LOCATIONS = 1000
_NEVER = datetime.max.replace(tzinfo=UTC)
Records = Mapping[AlertKey, AlertRecord]


def alert_groups(alerts: Iterable[Alert], records: Records, now: datetime) -> tuple[AlertGroup, ...]:
    """Return the groups of these alerts, worst first; ``records`` are those of the open alerts so far."""
    by_group: dict[Group, list[Alert]] = {}
    for alert in alerts:
        by_group.setdefault(alert.group, []).append(alert)
    groups = (_group(sorted(some, key=badness), records, now) for some in by_group.values())
    return tuple(sorted(groups, key=_order))


def alerts_of_target(state: TargetState, now: datetime) -> tuple[AlertGroup, ...]:
    """Return the alerts about one target that is probed once; one probe does not make it unreachable."""
    return alert_groups(collect_alerts(Snapshot({state.target.id: state}), now).values(), {}, now)


def changed_records(
    alerts: Iterable[Alert], groups: Iterable[AlertGroup], records: Records, now: datetime
) -> Iterator[AlertRecord]:
    """Yield the records of alerts that are new or differ from what is recorded."""
    leads = {group.id for group in groups}
    for alert in alerts:
        for key, locations in alert.members():
            before = records.get(key)
            after = _record(alert, key, locations, before, now)
            after = replace(after, leads=key.id in leads)
            if after != before:
                yield after


def _record(
    alert: Alert, key: AlertKey, locations: tuple[str, ...], before: AlertRecord | None, now: datetime
) -> AlertRecord:
    if before is None:
        return AlertRecord(key, alert.level, now, now, alert.title, locations[:MOST_LOCATIONS])
    joined = tuple(dict.fromkeys(before.locations + locations))[:MOST_LOCATIONS]
    since = before.level_since if before.level is alert.level else now
    return replace(before, level=alert.level, level_since=since, title=alert.title, locations=joined)


def _group(alerts: list[Alert], records: Records, now: datetime) -> AlertGroup:
    lead, key = _lead(alerts, records)
    members = tuple(key for alert in alerts for key, _ in alert.members())
    locations = {pair: one for alert in alerts for pair, one in alert.locations.items()}
    shown_at = tuple(dict.fromkeys(locations.values()))
    return AlertGroup(
        id=key.id,
        check=lead.check,
        level=max((alert.level for alert in alerts), key=lambda level: level.rank),
        title=_title(lead, shown_at),
        since=min((records[one].opened_at for one in members if one in records), default=now),
        alerts=members,
        targets=tuple(dict.fromkeys(target_id for target_id, _ in locations)),
        locations=shown_at,
        messages=tuple(dict.fromkeys(one for alert in alerts for one in alert.messages)),
        certificate=next((alert.certificate for alert in alerts if alert.certificate), None),
        site=_common("site", shown_at),
        component=_common("component", shown_at),
        owner=_common("owner", shown_at),
    )


def _lead(alerts: list[Alert], records: Records) -> tuple[Alert, AlertKey]:
    """Return the alert that led the group before, or else the worst one, and the key that names it."""
    for alert in alerts:
        for key, _ in alert.members():
            if key in records and records[key].leads:
                return alert, key
    return alerts[0], alerts[0].key


def _title(lead: Alert, locations: Iterable[AlertLocation]) -> str:
    """Return the title of a group: that of its lead, but all ports of a standby have one that fits them."""
    title = lead.title or TITLES[lead.check]
    return common_title((one.title for one in locations), title) if lead.check is Check.NEVER_SEEN else title


def _common(name: str, locations: Iterable[AlertLocation]) -> str:
    """Return the value of a label that all locations have, empty where they differ."""
    values = {dict(one.labels).get(name, "") for one in locations}
    return values.pop() if len(values) == 1 else ""


def _order(group: AlertGroup) -> tuple[int, datetime, str, str]:
    expires_at = group.certificate.not_after if group.certificate else _NEVER
    return -group.level.rank, expires_at, group.title, group.id
