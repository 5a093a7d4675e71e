"""Judge server names that answer with different certificates at different hosts.

It must not compare ports: one server may well serve different certificates on two ports.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from monitor.addresses import join_host_port, machine_name, split_location
from monitor.assess.correlate import texts
from monitor.model import (
    AlertKey,
    Certificate,
    Check,
    Finding,
    Message,
    Scope,
    Severity,
    Snapshot,
    Target,
    TargetState,
    qualified,
)
from monitor.model.texts import joined, names

_Served = tuple[Target, str, Certificate]


def inconsistent(snapshot: Snapshot, now: datetime) -> Iterator[tuple[str, Finding]]:  # noqa: ARG001 - as asked of all
    """Yield a finding for each target whose server name answers with another leaf elsewhere, on one port.

    Only what is served now counts, in each zone by itself. Every target of the group gets the same message
    and ``shared_alert``.
    """
    groups: dict[tuple[str, str], list[_Served]] = defaultdict(list)
    for state in snapshot:
        if state.target.server_name and state.target.kind == "endpoint" and state.up:
            _add_served(groups, state)
    for (zone, served_as), seats in groups.items():
        if _differ(seats):
            yield from _findings(served_as, zone, seats)


def _add_served(groups: dict[tuple[str, str], list[_Served]], state: TargetState) -> None:
    target = state.target
    name = machine_name(target.server_name)
    for sighting in state.sightings:
        if sighting.position == 0:
            _, port = split_location(sighting.location)
            served_as = target.zone, join_host_port(name, port)
            groups[served_as].append((target, sighting.location, sighting.certificate))


def _differ(seats: list[_Served]) -> bool:
    """Return whether certificates differ other than by two targets that probe one host in two ways.

    What one target received at several locations always counts: it probes each address in the same way.
    """
    if len(seats) == 1:
        return False
    shown = {(target.id, certificate.sha256) for target, _, certificate in seats}
    if len(shown) > len({target.id for target, _, _ in seats}):
        return True
    served: dict[str, set[str]] = defaultdict(set)
    for target, _, certificate in seats:
        served[target.host].add(certificate.sha256)
    return len({frozenset(leaves) for leaves in served.values()}) > 1


def _findings(served_as: str, zone: str, seats: list[_Served]) -> Iterator[tuple[str, Finding]]:
    said = texts.inconsistent(name=served_as, served=_listed(seats))
    for target, location, certificate in seats:
        severity = target.policy.severity(Check.INCONSISTENT, Severity.WARNING)
        if severity is not None:
            finding = Finding(
                Check.INCONSISTENT,
                severity,
                said,
                certificate.sha256,
                location,
                shared_alert=AlertKey(Check.INCONSISTENT, Scope.NAME, qualified(served_as, zone)),
            )
            yield target.id, finding


def _listed(seats: list[_Served]) -> Message:
    """Return each certificate with its locations; the first few are those that expire first."""
    locations: dict[str, list[str]] = defaultdict(list)
    certificates: dict[str, Certificate] = {}
    for _, location, certificate in seats:
        locations[certificate.sha256].append(location)
        certificates[certificate.sha256] = certificate
    ordered = sorted(certificates.values(), key=lambda one: (one.not_after, one.sha256))
    return joined([_served(one, locations[one.sha256]) for one in ordered])


def _served(certificate: Certificate, locations: list[str]) -> Message:
    return texts.served_at(
        sha1=certificate.sha1, not_after=certificate.not_after, locations=names(sorted(locations))
    )
