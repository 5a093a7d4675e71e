"""Where certificates that were told are now: still seen, replaced, or out of sight."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from monitor.alerts.decision import Spot
from monitor.alerts.matter import known_certificates, spot_of
from monitor.model import Certificate, Departed, Snapshot, TargetState

# A place behind a load balancer shows now this, now that certificate: one look proves nothing.
LOOKS_TO_BELIEVE = 2


@dataclass(frozen=True, slots=True)
class Replacement:
    """Say that at one place a certificate gave way to a later one."""

    spot: Spot
    old: Certificate
    new: Certificate


@dataclass(slots=True)
class Whereabouts:
    """Hold, for the fingerprints and places asked about, what the snapshot says of them."""

    seen: dict[str, set[str]] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)
    replacements: dict[str, list[Replacement]] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)
    states: dict[str, list[TargetState]] = field(default_factory=dict)


def blind_at(state: TargetState, place: str = "") -> bool:
    """Return whether what a target shows at a place (or anywhere) is not known from its last look."""
    if state.up:
        return False
    if state.looked_at is None or not place or not state.failures:
        return True
    return any(failure.place in ("", place) for failure in state.failures)


def replacements_in(state: TargetState) -> Iterator[Replacement]:
    """Yield what was renewed at one target and stayed so for two looks, or lies beside its successor."""
    for departed in state.departed:
        new = departed.new
        if new is not None and departed.looks >= LOOKS_TO_BELIEVE and _later(departed, new):
            yield Replacement(spot_of(state, departed.place), departed.old, new)
    if state.assessment.superseded:
        yield from _superseded(state)


def whereabouts(snapshot: Snapshot, fingerprints: Collection[str], places: Collection[str]) -> Whereabouts:
    """Return where these certificates are and which targets own these places; one pass over everything."""
    found = Whereabouts()
    for state in snapshot.states.values():
        _own(found, state, places)
        for departed in state.departed:
            if departed.old.sha256 in fingerprints:
                _depart(found, departed)
        for replacement in replacements_in(state):
            if replacement.old.sha256 in fingerprints:
                found.replacements.setdefault(replacement.old.sha256, []).append(replacement)
        _see(found, state, fingerprints)
    return found


def _own(found: Whereabouts, state: TargetState, places: Collection[str]) -> None:
    own = {state.target.where, *(sighting.place for sighting in state.sightings)}
    for place in own.intersection(places):
        found.states.setdefault(place, []).append(state)


def _depart(found: Whereabouts, departed: Departed) -> None:
    if departed.looks < LOOKS_TO_BELIEVE:
        found.waiting.add(departed.old.sha256)
    else:
        found.left.add(departed.old.sha256)


def _see(found: Whereabouts, state: TargetState, fingerprints: Collection[str]) -> None:
    retired = {superseded.old for superseded in state.assessment.superseded}
    for sighting in state.sightings:
        sha256 = sighting.certificate.sha256
        if sha256 in fingerprints and sha256 not in retired:
            found.seen.setdefault(sha256, set()).add(sighting.place)
    for path in state.assessment.paths:
        for certificate in path.certificates:
            if certificate.sha256 in fingerprints and certificate.sha256 not in retired:
                found.seen.setdefault(certificate.sha256, set()).add(path.place)


def _superseded(state: TargetState) -> Iterator[Replacement]:
    known = known_certificates(state)
    places = {sighting.certificate.sha256: sighting.place for sighting in state.sightings}
    for superseded in state.assessment.superseded:
        old, new = known.get(superseded.old), known.get(superseded.new)
        if old is not None and new is not None:
            yield Replacement(spot_of(state, places.get(old.sha256, "")), old, new)


def _later(departed: Departed, new: Certificate) -> bool:
    return new.not_before > departed.old.not_before
