"""Alerts of unreachable targets: one per host, or a single one when many become unreachable at once."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from monitor.alerts.active.unreachable_sources import WatchedSource, unreachable_sources
from monitor.alerts.alert import ALARMING, Alert, alert_location, remind_every
from monitor.alerts.keys import NETWORK, unreachable_key
from monitor.alerts.texts import (
    failed_such_as,
    many_unreachable,
    many_unreachable_network,
)
from monitor.model import (
    AlertKey,
    AlertLevel,
    AlertLocation,
    AlertRecord,
    Check,
    FailureReason,
    Message,
    Severity,
    Snapshot,
    TargetState,
    qualified,
)

_FEWEST = 5
_BEGINS_ABOVE = 0.20
# The alert of many is resolved at half of that, so that a share near the limit does not notify twice an hour.
_ENDS_AT = 0.10
_NETWORK_REASONS = frozenset(
    {
        FailureReason.DNS,
        FailureReason.REFUSED,
        FailureReason.UNREACHABLE,
        FailureReason.TIMEOUT,
        FailureReason.CLOSED,
        FailureReason.PROXY,
    }
)
# Other reasons that have one cause for many targets: a share that is gone, a password that was changed.
_SHARED_REASONS = _NETWORK_REASONS | {
    FailureReason.NOT_FOUND,
    FailureReason.PERMISSION,
    FailureReason.UNREADABLE,
    FailureReason.UNAUTHORIZED,
    FailureReason.FORBIDDEN,
}


def unreachable_states(snapshot: Snapshot) -> list[TargetState]:
    """Return the targets whose finding ``unreachable`` is due."""
    return [
        state
        for state in snapshot.states.values()
        if state.unreachable is not None
        and state.unreachable.check is Check.UNREACHABLE
        and state.unreachable.severity in ALARMING
    ]


def host_of(state: TargetState) -> str:
    """Return the host that becomes unreachable together with this target, with its zone."""
    return qualified(state.target.host or state.target.location, state.target.zone)


def common_title(locations: Iterable[AlertLocation], host: str) -> str:
    """Return the title of several targets of a host: that of their server, if known, else the host."""
    shared = {one.server or one.title for one in locations}
    return shared.pop() if len(shared) == 1 else host


def collect_unreachable(
    snapshot: Snapshot, open_alerts: Mapping[AlertKey, AlertRecord]
) -> dict[AlertKey, Alert]:
    """Return the alerts of all unreachable targets by key."""
    unreachable = unreachable_states(snapshot)
    together = unreachable_together(unreachable, len(snapshot), going_on=NETWORK in open_alerts)
    as_one = {state.target.id for state in together}
    # With an alert of the whole network nothing that may share a cause is left.
    failing = () if together or not unreachable else failing_together(snapshot)
    unseen = [_source(one) for one in unreachable_sources(snapshot, unreachable, failing, open_alerts)]
    of_source = {key for alert in unseen for key in alert.covers}
    hosts: dict[str, Alert] = {}
    for state in unreachable:
        if state.target.id not in as_one and unreachable_key(state.target.id) not in of_source:
            _add(hosts, state)
    alerts = {alert.key: alert for alert in (*hosts.values(), *unseen)}
    return alerts | ({NETWORK: _network(together, len(snapshot))} if together else {})


def unreachable_together(
    unreachable: list[TargetState], watched: int, *, going_on: bool = False
) -> list[TargetState]:
    """Return those of the unreachable targets that are one alert, none where they are few.

    A target that answers, but not as it should, is never among them: many of that kind would otherwise
    keep each host that becomes unreachable later from having its own alert.
    """
    shared = [state for state in unreachable if _may_share_cause(state)]
    return shared if _are_many(len(shared), watched, going_on=going_on) else []


def unreachable_alert(state: TargetState) -> Alert:
    """Return the alert of one unreachable target by itself, also before it is due."""
    hosts: dict[str, Alert] = {}
    _add(hosts, state)
    return hosts[host_of(state)]


def unreachable_record(state: TargetState, lead: str, now: datetime) -> AlertRecord:
    """Return the record of a target that is named as unreachable before it is an alert.

    ``lead`` is the id of the first such target of its host.
    """
    location = alert_location(state)
    key = unreachable_key(state.target.id)
    return AlertRecord(key, AlertLevel.WARNING, now, now, location.title, (location.location,), lead)


def _may_share_cause(state: TargetState) -> bool:
    return not state.failures or any(failure.reason in _SHARED_REASONS for failure in state.failures)


def _are_many(unreachable: int, watched: int, *, going_on: bool) -> bool:
    if going_on:
        return unreachable > watched * _ENDS_AT
    return unreachable >= _FEWEST and unreachable > watched * _BEGINS_ABOVE


def _network(unreachable: list[TargetState], watched: int) -> Alert:
    alert = Alert(
        key=NETWORK,
        group=(Check.UNREACHABLE,),
        check=Check.UNREACHABLE,
        level=AlertLevel.WARNING,
        remind_every=timedelta.max,
        title="",
        low_impact=True,
        messages=dict.fromkeys(_network_sentences(unreachable, watched)),
    )
    for state in unreachable:
        _add_target(alert, state)
        alert.covers[unreachable_key(state.target.id)] = ()
    return alert


def failing_together(snapshot: Snapshot) -> frozenset[str]:
    """Return the ids of the targets whose last probe failed for what may be a shared cause."""
    return frozenset(one.target.id for one in snapshot if one.up is False and _may_share_cause(one))


def _source(source: WatchedSource) -> Alert:
    alert = Alert(
        key=source.key,
        group=(Check.UNREACHABLE, source.key.id),
        check=Check.UNREACHABLE,
        level=AlertLevel.WARNING,
        remind_every=timedelta.max,
        title=source.title,
        low_impact=True,
    )
    counted = many_unreachable(count=len(source.failing), watched=source.watched)
    alert.messages.update(dict.fromkeys((counted, *_examples(source.failing))))
    for state in source.failing:
        _add_target(alert, state)
        alert.covers[unreachable_key(state.target.id)] = ()
    return alert


def _network_sentences(unreachable: list[TargetState], watched: int) -> Iterator[Message]:
    """Yield how many are unreachable, and the reasons where some are not the network's."""
    failures = [state.failures[0] for state in unreachable if state.failures]
    others = sum(failure.reason not in _NETWORK_REASONS for failure in failures)
    counted = many_unreachable if others * 2 > len(unreachable) else many_unreachable_network
    yield counted(count=len(unreachable), watched=watched)
    if others:
        yield from _examples(unreachable)


def _examples(unreachable: list[TargetState]) -> Iterator[Message]:
    """Yield each reason with an example."""
    failures = [state.failures[0] for state in unreachable if state.failures]
    examples = {failure.reason: failure.message for failure in reversed(failures)}
    for reason, count in Counter(failure.reason for failure in failures).most_common():
        yield failed_such_as(reason=reason, count=count, detail=examples[reason])


def _add(hosts: dict[str, Alert], state: TargetState) -> None:
    host, key = host_of(state), unreachable_key(state.target.id)
    alert = hosts.get(host)
    if alert is None:
        alert = hosts[host] = Alert(
            key=key,
            group=(Check.UNREACHABLE, host),
            check=Check.UNREACHABLE,
            level=AlertLevel.WARNING,
            remind_every=timedelta.max,
            title=state.target.info.title or state.target.location,
            low_impact=True,
        )
    _add_target(alert, state)
    if len(alert.locations) > 1:
        alert.title = common_title(alert.locations.values(), host)
    alert.covers[key] = (state.target.location,)
    if state.unreachable is not None:
        alert.messages[state.unreachable.message] = None


def _add_target(alert: Alert, state: TargetState) -> None:
    severity = state.unreachable.severity if state.unreachable else Severity.WARNING
    if severity is Severity.CRITICAL:
        alert.level = AlertLevel.CRITICAL
    alert.low_impact = alert.low_impact and state.target.info.low_impact
    alert.remind_every = min(alert.remind_every, remind_every(state, severity))
    alert.locations[state.target.id, state.target.location] = alert_location(state)
