"""The alert about a zone whose agents are silent: one alert in place of one for each of its hosts."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from monitor.alerts.alert import Alert
from monitor.alerts.decision import MonitorState, NotificationItem, NotifyReason
from monitor.alerts.keys import zone_key
from monitor.alerts.texts import (
    WORKER_ADVICE,
    ZONE_ADVICE,
    ZONE_EFFECT,
    ZONE_UNPROBED,
    zone_heard,
    zone_silent,
    zone_without_worker,
)
from monitor.model import (
    AlertKey,
    AlertLevel,
    AlertRecord,
    Message,
    MonitorCheck,
    SilentZone,
    Snapshot,
)

_CRITICAL_AFTER = 6
"""Times the length after which it is an alert at all."""
_REMIND_EVERY = timedelta(days=1)


def names_of_silent(monitor: MonitorState) -> frozenset[str]:
    """Return the zones whose agents are silent, also those that are no alert yet."""
    return frozenset(one.zone for one in monitor.silent_zones)


def silent_zones(zones: Iterable[SilentZone], now: datetime) -> dict[AlertKey, Alert]:
    """Return the alerts about zones that are silent for long enough, by their keys."""
    found = {}
    for one in zones:
        for_so_long = now - one.since
        if for_so_long < one.silent_after:
            continue
        key = zone_key(one.zone)
        critical = for_so_long >= _CRITICAL_AFTER * one.silent_after
        found[key] = Alert(
            key=key,
            group=(key.id,),
            check=MonitorCheck.ZONE_SILENT,
            level=AlertLevel.CRITICAL if critical else AlertLevel.WARNING,
            remind_every=_REMIND_EVERY,
            title=one.zone,
            messages=dict.fromkeys(_messages(one)),
        )
    return found


def _messages(silent: SilentZone) -> tuple[Message, ...]:
    if silent.by_workers:
        said = zone_without_worker(zone=silent.zone, since=silent.since)
        return said, ZONE_UNPROBED, WORKER_ADVICE
    return zone_silent(zone=silent.zone, since=silent.since), ZONE_EFFECT, ZONE_ADVICE


def heard_again(record: AlertRecord, snapshot: Snapshot) -> tuple[NotificationItem, ...]:
    """Return the items about a zone whose agents report again, none where it has no targets any more."""
    zone = record.key.scope_id
    if not any(state.target.zone == zone for state in snapshot):
        return ()
    return (NotificationItem(NotifyReason.RESOLVED, None, (), zone, (zone_heard(zone=zone),)),)
