"""Judge failover servers that were forgotten when the servers they can replace got new certificates.

Otherwise that shows at a takeover, the worst moment. It must not judge whether a standby is reachable.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from monitor.addresses import machine_name, split_location
from monitor.assess.correlate import texts
from monitor.assess.correlate.recorders import leaves
from monitor.assess.tolerance import Tolerance
from monitor.model import (
    AlertKey,
    Certificate,
    Check,
    Finding,
    Message,
    Scope,
    Severity,
    Snapshot,
    TargetState,
    qualified,
)
from monitor.model.label_names import group_name
from monitor.model.texts import joined

_LATER = Tolerance(timedelta(days=7), 0.1)

_Ends = dict[tuple[str, str], Certificate]


def failovers_older(snapshot: Snapshot, now: datetime) -> Iterator[tuple[str, Finding]]:  # noqa: ARG001 - as asked of all
    """Yield a finding for each failover server whose leaf expires clearly before those of all others.

    Compared are the last known leaves of one certificate group. Of the servers it can replace the earliest
    expiry counts, so that servers renewed one after the other raise no alert until only it is left.
    """
    standing_in = [state for state in snapshot if state.target.traits.stands_in_for]
    if not standing_in:
        return
    ends = _ends(snapshot, {host for s in standing_in for host in _hosts(s)})
    for state in standing_in:
        yield from _finding(state, ends)


def _hosts(state: TargetState) -> list[str]:
    return [machine_name(host) for host in state.target.traits.stands_in_for]


def _ends(snapshot: Snapshot, hosts: set[str]) -> Mapping[tuple[str, str], Certificate]:
    """Return by host with its zone and certificate group the last known leaf that expires first."""
    found: dict[tuple[str, str], list[Certificate]] = defaultdict(list)
    for state in snapshot:
        target = state.target
        if target.kind == "endpoint" and not target.traits.stands_in_for and state.sightings:
            for host in {machine_name(name) for name in (target.host, *target.aliases)} & hosts:
                key = qualified(host, target.zone), target.label("certificate_group")
                found[key] += [certificate for _, certificate in leaves(state)]
    return {key: min(known, key=lambda one: one.not_after) for key, known in found.items() if known}


def _finding(
    state: TargetState, ends: Mapping[tuple[str, str], Certificate]
) -> Iterator[tuple[str, Finding]]:
    target, group = state.target, state.target.label("certificate_group")
    keys = {host: (qualified(host, target.zone), group) for host in _hosts(state)}
    others = {host: ends[key] for host, key in keys.items() if key in ends}
    severity = target.policy.severity(Check.FAILOVER_OLDER, Severity.WARNING)
    own = min(leaves(state), key=lambda leaf: leaf[1].not_after, default=None)
    if own is None or not others or severity is None:
        return
    location, leaf = own
    if all(other.not_after - leaf.not_after > _LATER.of(leaf, other) for other in others.values()):
        said = _message(group, location, leaf, others)
        machine = qualified(machine_name(target.host) or target.location, target.zone)
        shared = AlertKey(Check.FAILOVER_OLDER, Scope.MACHINE, machine)
        yield target.id, Finding(Check.FAILOVER_OLDER, severity, said, leaf.sha256, location, shared)


def _message(group: str, location: str, leaf: Certificate, others: Mapping[str, Certificate]) -> Message:
    listed = joined(
        [texts.host_expires(host=host, not_after=one.not_after) for host, one in sorted(others.items())]
    )
    _, port = split_location(location)
    not_after = leaf.not_after
    if group:
        return texts.failover_older_in_group(
            group=group_name(group), port=str(port), not_after=not_after, others=listed
        )
    return texts.failover_older(port=str(port), not_after=not_after, others=listed)
