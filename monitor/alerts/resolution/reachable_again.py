"""Which alerts of unreachable targets are over: of hosts, of sources, and of the whole network."""

from collections.abc import Collection, Iterator, Mapping

from monitor.alerts.active.unreachable import failing_together, host_of, unreachable_states
from monitor.alerts.active.unreachable_sources import source_keys, sources
from monitor.alerts.alert import alert_location
from monitor.alerts.decision import NotificationItem, NotifyReason, ResolvedAlerts
from monitor.alerts.keys import NETWORK, is_of_many, is_source
from monitor.alerts.texts import many_reachable, reachable_again, still_unreachable
from monitor.model import AlertKey, AlertRecord, AlertResolution, Check, Scope, Snapshot


def resolve_unreachable(
    snapshot: Snapshot, inactive: Mapping[AlertKey, AlertRecord], active: Collection[AlertKey]
) -> ResolvedAlerts:
    """Return which recorded alerts of unreachable targets are over, by their keys and as items."""
    found = ResolvedAlerts()
    keys = [key for key in inactive if key.check is Check.UNREACHABLE and not is_of_many(key)]
    ended = [key for key in inactive if is_source(key)]
    found.over |= dict.fromkeys(ended, AlertResolution.GONE)
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
        found.items += _sources_are_back(found, snapshot, ended)
        many = {*ended, *(key for key in active if is_source(key))}
        of_many = {key for key in known if many and not many.isdisjoint(_sources_of(key, snapshot))}
        found.over |= dict.fromkeys(of_many.intersection(reachable), AlertResolution.REACHABLE_AGAIN)
        _resolve_hosts(found, snapshot, [key for key in known if key not in of_many], active)
    return found


def _sources_of(key: AlertKey, snapshot: Snapshot) -> set[AlertKey]:
    return {one for one, _ in source_keys(snapshot.states[key.scope_id], snapshot)}


def _sources_are_back(
    found: ResolvedAlerts, snapshot: Snapshot, ended: Collection[AlertKey]
) -> Iterator[NotificationItem]:
    """Yield the items about sources of which enough is seen again, and record that they are."""
    for source in sources(snapshot, ended, failing_together(snapshot) if ended else ()).values():
        found.over[source.key] = AlertResolution.REACHABLE_AGAIN
        messages = [many_reachable(count=source.watched - len(source.failing), watched=source.watched)]
        if source.failing:
            messages.append(still_unreachable(count=len(source.failing)))
        locations = tuple(alert_location(state) for state in source.failing)
        yield NotificationItem(
            NotifyReason.REACHABLE_AGAIN,
            None,
            (Check.UNREACHABLE,),
            source.title,
            tuple(messages),
            locations,
        )


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
