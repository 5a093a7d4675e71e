"""Where certificates that were told are now: still seen, replaced, or out of sight."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from monitor.alerts.decision import Spot
from monitor.alerts.matter import known_certificates, spot_of
from monitor.model import Certificate, Departed, Snapshot, TargetState, within

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
    """Hold, for the fingerprints and places asked about, what the snapshot says of them.

    ``waiting`` are the fingerprints that left some place but were missed by one look only; ``states``
    are the targets that own a place.
    """

    seen: dict[str, set[str]] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)
    replacements: dict[str, list[Replacement]] = field(default_factory=dict)
    states: dict[str, list[TargetState]] = field(default_factory=dict)


def blind_at(state: TargetState, place: str = "") -> bool:
    """Return whether what a target shows at a place (or anywhere) is not known from its last look.

    Of a standby that is silent again the last known certificates count.
    """
    if state.up or (state.target.part.standby and state.succeeded_at is not None):
        return False
    if state.looked_at is None or not place or not state.failures:
        return True
    return any(not failure.place or within(place, failure.place) for failure in state.failures)


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
        _see(found, state, fingerprints)
        if state.departed or state.assessment.superseded:
            _follow(found, state, fingerprints)
    return found


def _own(found: Whereabouts, state: TargetState, places: Collection[str]) -> None:
    own = [sighting.place for sighting in state.sightings if sighting.place in places]
    own += [one.place for one in state.lists if one.place in places]
    if state.target.where in places:
        own.append(state.target.where)
    for place in dict.fromkeys(own) if own else ():
        found.states.setdefault(place, []).append(state)


def _see(found: Whereabouts, state: TargetState, fingerprints: Collection[str]) -> None:
    shown = [
        (sighting.certificate.sha256, sighting.place)
        for sighting in state.sightings
        if sighting.certificate.sha256 in fingerprints
    ]
    for path in state.assessment.paths:
        shown += [(c.sha256, path.place) for c in path.certificates if c.sha256 in fingerprints]
    if shown:
        retired = {superseded.old for superseded in state.assessment.superseded}
        for sha256, place in shown:
            if sha256 not in retired:
                found.seen.setdefault(sha256, set()).add(place)


def _follow(found: Whereabouts, state: TargetState, fingerprints: Collection[str]) -> None:
    for departed in state.departed:
        if departed.looks < LOOKS_TO_BELIEVE and departed.old.sha256 in fingerprints:
            found.waiting.add(departed.old.sha256)
    for replacement in replacements_in(state):
        if replacement.old.sha256 in fingerprints:
            found.replacements.setdefault(replacement.old.sha256, []).append(replacement)


def _superseded(state: TargetState) -> Iterator[Replacement]:
    known = known_certificates(state)
    places = {sighting.certificate.sha256: sighting.place for sighting in state.sightings}
    for superseded in state.assessment.superseded:
        old, new = known.get(superseded.old), known.get(superseded.new)
        if old is not None and new is not None:
            yield Replacement(spot_of(state, places.get(old.sha256, "")), old, new)


def _later(departed: Departed, new: Certificate) -> bool:
    return new.not_before > departed.old.not_before
