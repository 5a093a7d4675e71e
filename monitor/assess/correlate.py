"""Find what shows only across targets.

It must not change any target's own judgment; what it finds is added beside it.
"""

from collections import defaultdict
from datetime import datetime

from monitor.assess.expiry import day_and_minute
from monitor.model import Certificate, Check, Finding, Severity, Snapshot, Target, TargetState

_MOST_LISTED = 5

_Seat = tuple[Target, str, Certificate]


def correlate(snapshot: Snapshot, now: datetime) -> dict[str, tuple[Finding, ...]]:
    """Return by target id the findings that need several targets.

    ``inconsistent``: one server name answers with different leaf certificates at different hosts, on one
    port. Only what is served now counts. Every target of the group gets the same sentence and ``matter``.
    """
    groups: dict[tuple[str, str], list[_Seat]] = defaultdict(list)
    for state in snapshot:
        if state.target.server_name and state.target.kind == "endpoint" and state.up:
            _take_seats(groups, state)
    found: dict[str, tuple[Finding, ...]] = {}
    for (name, port), seats in groups.items():
        if _differ(seats):
            found.update(_findings(f"{name}:{port}", seats, now))
    return found


def _take_seats(groups: dict[tuple[str, str], list[_Seat]], state: TargetState) -> None:
    name = state.target.server_name.rstrip(".").lower()
    for sighting in state.sightings:
        if sighting.position == 0:
            port = sighting.place.rpartition(":")[2]
            groups[name, port].append((state.target, sighting.place, sighting.certificate))


def _differ(seats: list[_Seat]) -> bool:
    """Tell a real difference from two targets that look at one host in two ways."""
    served: dict[str, set[str]] = defaultdict(set)
    for target, _, certificate in seats:
        served[target.host].add(certificate.sha256)
    return len({frozenset(leaves) for leaves in served.values()}) > 1


def _findings(matter: str, seats: list[_Seat], now: datetime) -> dict[str, tuple[Finding, ...]]:
    sentence = f"{matter} answers with different certificates: {_listed(seats, now)}"
    found: dict[str, tuple[Finding, ...]] = {}
    for target, place, certificate in seats:
        severity = target.policy.severity(Check.INCONSISTENT, Severity.WARNING)
        if severity is not None:
            finding = Finding(
                Check.INCONSISTENT,
                severity,
                sentence,
                certificate.sha256,
                place,
                matter=f"inconsistent {matter}",
            )
            found[target.id] = (finding,)
    return found


def _listed(seats: list[_Seat], now: datetime) -> str:
    """List by certificate, the soonest end first, so that a single odd address among many still shows."""
    places: dict[str, list[str]] = defaultdict(list)
    certificates: dict[str, Certificate] = {}
    for _, place, certificate in seats:
        places[certificate.sha256].append(place)
        certificates[certificate.sha256] = certificate
    ordered = sorted(certificates.values(), key=lambda one: (one.not_after, one.sha256))
    return _bounded("; ", [_served(one, places[one.sha256], now) for one in ordered])


def _served(certificate: Certificate, places: list[str], now: datetime) -> str:
    verb = "ends" if now < certificate.not_after else "ended"
    where = _bounded(", ", sorted(places))
    return f"{certificate.sha1} ({verb} {day_and_minute(certificate.not_after)}) at {where}"


def _bounded(between: str, texts: list[str]) -> str:
    more = len(texts) - _MOST_LISTED
    return between.join(texts[:_MOST_LISTED]) + (f"{between}and {more} more" if more > 0 else "")
