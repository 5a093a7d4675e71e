"""Which alerts wait until work on a renewal day ends: services restart, and ports serve old and new."""

from collections.abc import Collection, Iterable, Iterator

from monitor.alerts.active.unreachable import host_of
from monitor.alerts.alert import Alert
from monitor.model import AlertKey, Check, Snapshot

_NEVER_WAIT = frozenset({Check.EXPIRY, Check.CA_EXPIRY, Check.REVOKED})
"""Checks whose alerts never wait: certificates expire and are revoked whatever is being worked on."""


def waiting_alerts(
    targets: Collection[str], alerts: Iterable[Alert], snapshot: Snapshot
) -> Iterator[AlertKey]:
    """Yield the alerts about nothing but the servers of these targets, all of their targets included."""
    hosts = {host_of(snapshot.states[one]) for one in targets if one in snapshot.states}
    if not hosts:
        return
    busy = {state.target.id for state in snapshot if host_of(state) in hosts}
    for alert in alerts:
        about = {target_id for target_id, _ in alert.locations}
        if about and about <= busy and alert.check not in _NEVER_WAIT:
            yield from (key for key, _ in alert.members())
