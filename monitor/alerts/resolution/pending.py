"""Alerts that stay open although no finding shows them now, because it is not known how they were resolved.

After a start, for example, a target list or the status of a certificate is unknown until somebody was asked
again. Mails do not call such an alert resolved, so metrics and pages must not either.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from monitor.alerts.active.unreachable import common_title
from monitor.alerts.alert import alert_location
from monitor.alerts.resolution.renewals import index_locations
from monitor.alerts.texts import PROBLEM
from monitor.model import (
    AlertGroup,
    AlertKey,
    AlertLevel,
    AlertLocation,
    AlertRecord,
    Check,
    Scope,
    Snapshot,
    TargetState,
)

_OF_HOST = frozenset({Check.UNREACHABLE, Check.NEVER_SEEN})
_Located = tuple[str, AlertLocation]


def pending_alerts(
    records: Mapping[AlertKey, AlertRecord], active: Collection[AlertKey], over: Collection[AlertKey]
) -> list[AlertRecord]:
    """Return the open alerts that are neither active nor over; those about the monitor never stay open."""
    return [
        record
        for key, record in records.items()
        if key not in active and key not in over and key.scope is not Scope.MONITOR
    ]


def with_pending(
    groups: Iterable[AlertGroup], pending: Sequence[AlertRecord], snapshot: Snapshot
) -> Iterator[AlertGroup]:
    """Yield the groups, completed by their pending alerts, and those of pending alerts alone."""
    by_lead: dict[str, list[AlertRecord]] = {}
    for record in pending:
        by_lead.setdefault(record.lead or record.key.id, []).append(record)
    for group in groups:
        yield _joined(group, by_lead.pop(group.id, []))
    locations = {location for some in by_lead.values() for record in some for location in record.locations}
    owners = index_locations(snapshot, (), locations).states if locations else {}
    for lead, some in by_lead.items():
        yield _group(lead, some, snapshot.states, owners)


def common_label(name: str, locations: Iterable[AlertLocation]) -> str:
    """Return the value of a label that all locations have, empty where they differ."""
    values = {dict(one.labels).get(name, "") for one in locations}
    return values.pop() if len(values) == 1 else ""


def _joined(group: AlertGroup, pending: list[AlertRecord]) -> AlertGroup:
    if not pending:
        return group
    return replace(
        group,
        level=_worst((group.level, *(record.level for record in pending))),
        since=min(group.since, *(record.opened_at for record in pending)),
        alerts=(*group.alerts, *(record.key for record in pending)),
    )


def _group(
    lead: str,
    pending: list[AlertRecord],
    states: Mapping[str, TargetState],
    owners: Mapping[str, Sequence[TargetState]],
) -> AlertGroup:
    """Return the alert of some that are pending, from what is recorded of them."""
    worst = sorted(pending, key=lambda record: -record.level.rank)
    first = next((record for record in worst if record.key.id == lead), worst[0])
    found = [one for record in pending for one in _locations(record, states, owners)]
    shown_at = tuple(dict.fromkeys(location for _, location in found))
    check = first.key.check
    of_host = check in _OF_HOST and len(shown_at) > 1
    return AlertGroup(
        id=first.key.id,
        check=check,
        level=worst[0].level,
        title=common_title(shown_at, first.title) if of_host else first.title,
        since=min(record.opened_at for record in pending),
        alerts=tuple(record.key for record in pending),
        targets=tuple(dict.fromkeys(target_id for target_id, _ in found)),
        locations=shown_at,
        messages=(PROBLEM[check],) if isinstance(check, Check) else (),
        site=common_label("site", shown_at),
        component=common_label("component", shown_at),
        owner=common_label("owner", shown_at),
    )


def _locations(
    record: AlertRecord, states: Mapping[str, TargetState], owners: Mapping[str, Sequence[TargetState]]
) -> Iterator[_Located]:
    own = states.get(record.key.scope_id) if record.key.scope is Scope.TARGET else None
    for location in record.locations:
        for state in (own,) if own else owners.get(location, ()):
            yield state.target.id, alert_location(state, location)


def _worst(levels: Iterable[AlertLevel]) -> AlertLevel:
    return max(levels, key=lambda level: level.rank)
