"""Judge recorders of which only one of the two certificates was renewed.

A recorder has a streaming media certificate and a server certificate, which are installed separately; the
second is easily forgotten. It must not judge either of them on its own.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import product

from monitor.addresses import machine_name, split_location
from monitor.assess.correlate import texts
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

RECORDERS = frozenset({"recording_server", "failover_recorder"})
_GROUPS = ("streaming_media", "server")
# Both are seldom issued within one hour, and a second attempt may take days.
_TOGETHER = Tolerance(timedelta(days=7), 0.1)
# Both may expire with their CA: then only the dates from which they are valid differ.
_MUCH_LATER = Tolerance(timedelta(days=30), 1 / 3)

_ServedLeaf = tuple[TargetState, str, Certificate]


def recorders_out_of_step(snapshot: Snapshot, now: datetime) -> Iterator[tuple[str, Finding]]:  # noqa: ARG001 - as asked of all
    """Yield a finding for both ports of each recorder whose two certificates are out of step."""
    hosts: dict[tuple[str, str], dict[str, list[_ServedLeaf]]] = defaultdict(lambda: defaultdict(list))
    for state in snapshot:
        target = state.target
        group = target.label("certificate_group") if target.labels else ""
        recorder = target.kind == "endpoint" and target.label("component") in RECORDERS
        if group in _GROUPS and recorder and _known(state):
            hosts[target.zone, machine_name(target.host)][group] += [(state, *leaf) for leaf in leaves(state)]
    for (_, host), groups in hosts.items():
        pairs = product(*(groups[group] for group in _GROUPS))
        apart = [pair for pair in pairs if _out_of_step(pair[0][2], pair[1][2])]
        if apart and host:
            yield from _findings(host, max(apart, key=_gap))


def leaves(state: TargetState) -> list[tuple[str, Certificate]]:
    """Return location and certificate of every leaf that an endpoint served when it was last reached."""
    return [(s.location, s.certificate) for s in state.sightings if s.position == 0]


def _known(state: TargetState) -> bool:
    """Return whether the last known certificate is still served: an unreachable port may have a new one."""
    return bool(state.up) or state.target.traits.standby


def _out_of_step(one: Certificate, other: Certificate) -> bool:
    if one.sha256 == other.sha256:
        return False
    if not _expire_together(one, other):
        return True
    apart = abs(one.not_before - other.not_before) > _MUCH_LATER.of(one, other)
    return apart and bool(_names(one) & _names(other))


def _expire_together(one: Certificate, other: Certificate) -> bool:
    return abs(one.not_after - other.not_after) <= _TOGETHER.of(one, other)


def _names(certificate: Certificate) -> set[str]:
    return {name.lower() for name in (*certificate.dns_names, *certificate.ip_addresses)}


def _gap(pair: tuple[_ServedLeaf, ...]) -> tuple[timedelta, timedelta]:
    (_, _, one), (_, _, other) = pair
    return abs(one.not_after - other.not_after), abs(one.not_before - other.not_before)


def _findings(host: str, pair: tuple[_ServedLeaf, ...]) -> Iterator[tuple[str, Finding]]:
    """Yield the finding of the older certificate, which is at fault, then that of the other."""
    older, newer = sorted(pair, key=lambda one: (one[2].not_after, one[2].not_before))
    if _expire_together(older[2], newer[2]):
        older, newer = sorted(pair, key=lambda one: one[2].not_before)
    said = texts.recorder_pair(host=host, newer=_described(newer), older=_described(older))
    for (state, location, certificate), at_fault in ((older, True), (newer, False)):
        severity = state.target.policy.severity(Check.RECORDER_PAIR, Severity.WARNING)
        if severity is not None:
            sha256 = certificate.sha256 if at_fault else ""
            shared = AlertKey(Check.RECORDER_PAIR, Scope.MACHINE, qualified(host, state.target.zone))
            yield state.target.id, Finding(Check.RECORDER_PAIR, severity, said, sha256, location, shared)


def _described(served: _ServedLeaf) -> Message:
    state, location, certificate = served
    _, port = split_location(location)
    return texts.recorder_certificate(
        group=group_name(state.target.label("certificate_group")),
        port=str(port),
        sha1=certificate.sha1,
        not_after=certificate.not_after,
    )
