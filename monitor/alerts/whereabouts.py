"""Where certificates that were told are now: still seen, replaced, or out of sight."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from monitor.alerts.decision import Spot
from monitor.alerts.matter import known_certificates, spot_of
from monitor.model import Certificate, FormerLeaf, Snapshot, TargetState, within

# A location behind a load balancer shows now this, now that certificate: one probe proves nothing.
PROBES_TO_CONFIRM = 2


@dataclass(frozen=True, slots=True)
class Replacement:
    """Say that at one location a certificate gave way to a later one."""

    spot: Spot
    old: Certificate
    new: Certificate


@dataclass(slots=True)
class Whereabouts:
    """Hold, for the fingerprints and places asked about, what the snapshot says of them.

    ``waiting`` are the fingerprints that left some place but were missed by one probe only; ``states``
    are the targets that own a location.
    """

    seen: dict[str, set[str]] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)
    replacements: dict[str, list[Replacement]] = field(default_factory=dict)
    states: dict[str, list[TargetState]] = field(default_factory=dict)


def unreachable_at(state: TargetState, location: str = "") -> bool:
    """Return whether what a target shows at a location (or anywhere) is not known from its last probe.

    Of a standby that is silent again the last known certificates count.
    """
    if state.up or (state.target.traits.standby and state.succeeded_at is not None):
        return False
    if state.probed_at is None or not location or not state.failures:
        return True
    return any(not failure.location or within(location, failure.location) for failure in state.failures)


def replacements_in(state: TargetState) -> Iterator[Replacement]:
    """Yield what was renewed at one target and stayed so for two probes, or lies beside its successor."""
    for former_leaves in state.former_leaves:
        new = former_leaves.new
        if new is not None and former_leaves.probes >= PROBES_TO_CONFIRM and _later(former_leaves, new):
            yield Replacement(spot_of(state, former_leaves.location), former_leaves.old, new)
    if state.assessment.superseded:
        yield from _superseded(state)


def whereabouts(snapshot: Snapshot, fingerprints: Collection[str], locations: Collection[str]) -> Whereabouts:
    """Return where these certificates are and which targets own these places; one pass over everything."""
    found = Whereabouts()
    for state in snapshot.states.values():
        _own(found, state, locations)
        _see(found, state, fingerprints)
        if state.former_leaves or state.assessment.superseded:
            _follow(found, state, fingerprints)
    return found


def _own(found: Whereabouts, state: TargetState, locations: Collection[str]) -> None:
    own = [sighting.location for sighting in state.sightings if sighting.location in locations]
    own += [one.location for one in state.lists if one.location in locations]
    if state.target.where in locations:
        own.append(state.target.where)
    for location in dict.fromkeys(own) if own else ():
        found.states.setdefault(location, []).append(state)


def _see(found: Whereabouts, state: TargetState, fingerprints: Collection[str]) -> None:
    shown = [
        (sighting.certificate.sha256, sighting.location)
        for sighting in state.sightings
        if sighting.certificate.sha256 in fingerprints
    ]
    for path in state.assessment.paths:
        shown += [(c.sha256, path.location) for c in path.certificates if c.sha256 in fingerprints]
    if shown:
        retired = {superseded.old for superseded in state.assessment.superseded}
        for sha256, location in shown:
            if sha256 not in retired:
                found.seen.setdefault(sha256, set()).add(location)


def _follow(found: Whereabouts, state: TargetState, fingerprints: Collection[str]) -> None:
    for former_leaves in state.former_leaves:
        if former_leaves.probes < PROBES_TO_CONFIRM and former_leaves.old.sha256 in fingerprints:
            found.waiting.add(former_leaves.old.sha256)
    for replacement in replacements_in(state):
        if replacement.old.sha256 in fingerprints:
            found.replacements.setdefault(replacement.old.sha256, []).append(replacement)


def _superseded(state: TargetState) -> Iterator[Replacement]:
    known = known_certificates(state)
    locations = {sighting.certificate.sha256: sighting.location for sighting in state.sightings}
    for superseded in state.assessment.superseded:
        old, new = known.get(superseded.old), known.get(superseded.new)
        if old is not None and new is not None:
            yield Replacement(spot_of(state, locations.get(old.sha256, "")), old, new)


def _later(former_leaves: FormerLeaf, new: Certificate) -> bool:
    return new.not_before > former_leaves.old.not_before
