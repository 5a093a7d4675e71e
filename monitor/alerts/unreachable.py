"""Alerts of unreachable targets: one per host, or a single one when many become unreachable at once."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from monitor.alerts.alert import ALARMING, Alert, alert_location, remind_every
from monitor.alerts.decision import NotificationItem, NotifyReason, ResolvedAlerts
from monitor.alerts.keys import NETWORK, unreachable_key
from monitor.alerts.texts import (
    failed_such_as,
    many_reachable,
    many_unreachable,
    many_unreachable_network,
    reachable_again,
    still_unreachable,
)
from monitor.model import (
    AlertKey,
    AlertLevel,
    AlertLocation,
    AlertRecord,
    AlertResolution,
    Check,
    FailureReason,
    Message,
    Scope,
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
    hosts: dict[str, Alert] = {}
    for state in unreachable:
        if state.target.id not in as_one:
            _add(hosts, state)
    alerts = {alert.key: alert for alert in hosts.values()}
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


def resolve_unreachable(
    snapshot: Snapshot, inactive: Mapping[AlertKey, AlertRecord], active: Collection[AlertKey]
) -> ResolvedAlerts:
    """Return which recorded alerts of unreachable targets are over, by their keys and as items."""
    found = ResolvedAlerts()
    keys = [key for key in inactive if key.check is Check.UNREACHABLE and key != NETWORK]
    known = [key for key in keys if _can_be_unreachable(snapshot, key.scope_id)]
    found.over |= dict.fromkeys(keys, AlertResolution.GONE)
    for key in known:
        del found.over[key]
    reachable = [key for key in known if snapshot.states[key.scope_id].up]
    if NETWORK in active:
        found.over |= dict.fromkeys(reachable, AlertResolution.REACHABLE_AGAIN)
    elif NETWORK in inactive:
        found.over |= dict.fromkeys([NETWORK, *reachable], AlertResolution.REACHABLE_AGAIN)
        found.items.append(_network_is_back(snapshot))
    else:
        _resolve_hosts(found, snapshot, known, active)
    return found


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


def _network_sentences(unreachable: list[TargetState], watched: int) -> Iterator[Message]:
    """Yield how many are unreachable, and the reasons where some are not the network's."""
    failures = [state.failures[0] for state in unreachable if state.failures]
    others = sum(failure.reason not in _NETWORK_REASONS for failure in failures)
    counted = many_unreachable if others * 2 > len(unreachable) else many_unreachable_network
    yield counted(count=len(unreachable), watched=watched)
    examples = {failure.reason: failure.message for failure in reversed(failures)} if others else {}
    for reason, count in Counter(failure.reason for failure in failures).most_common(len(examples)):
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


def _can_be_unreachable(snapshot: Snapshot, target_id: str) -> bool:
    """Return whether a target is still watched, and has not become a standby."""
    state = snapshot.states.get(target_id)
    return state is not None and not state.target.traits.standby


def _resolve_hosts(
    found: ResolvedAlerts, snapshot: Snapshot, inactive: list[AlertKey], active: Collection[AlertKey]
) -> None:
    """Add the hosts that are reachable at every port again."""
    hosts: dict[str, list[AlertKey]] = {}
    for key in inactive:
        hosts.setdefault(host_of(snapshot.states[key.scope_id]), []).append(key)
    still = [key for key in active if key.check is Check.UNREACHABLE and key.scope is Scope.TARGET]
    unreachable = {host_of(snapshot.states[key.scope_id]) for key in still}
    for host, members in hosts.items():
        if host not in unreachable and all(snapshot.states[key.scope_id].up for key in members):
            found.over |= dict.fromkeys(members, AlertResolution.REACHABLE_AGAIN)
            found.items.append(_reachable_again(snapshot, host, members))


def _reachable_again(snapshot: Snapshot, host: str, keys: list[AlertKey]) -> NotificationItem:
    locations = tuple(alert_location(snapshot.states[key.scope_id]) for key in keys)
    title = locations[0].title if len(locations) == 1 else host
    said = reachable_again(title=title)
    return NotificationItem(
        NotifyReason.REACHABLE_AGAIN, None, (Check.UNREACHABLE,), title, (said,), locations
    )


def _network_is_back(snapshot: Snapshot) -> NotificationItem:
    unreachable = unreachable_states(snapshot)
    messages = [many_reachable(count=len(snapshot) - len(unreachable), watched=len(snapshot))]
    if unreachable:
        messages.append(still_unreachable(count=len(unreachable)))
    locations = tuple(alert_location(state) for state in unreachable)
    return NotificationItem(
        NotifyReason.REACHABLE_AGAIN, None, (Check.UNREACHABLE,), "", tuple(messages), locations
    )
