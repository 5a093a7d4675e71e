"""Where notified certificates are now: still seen, replaced, or gone; and the items about their renewal."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace

from monitor.alerts.alert import alert_location, known_certificates
from monitor.alerts.decision import NotificationItem, NotifyReason
from monitor.alerts.texts import renewed
from monitor.assess import flapping
from monitor.model import (
    AlertLocation,
    AlertRecord,
    Certificate,
    Check,
    FormerLeaf,
    Message,
    Snapshot,
    TargetState,
    is_within,
)

# A location behind a load balancer serves now this, now that certificate: one probe proves nothing.
PROBES_TO_CONFIRM = 2


@dataclass(frozen=True, slots=True)
class Replacement:
    """A certificate that was replaced by a later one at one location."""

    location: AlertLocation
    old: Certificate
    new: Certificate


@dataclass(slots=True)
class LocationIndex:
    """What the snapshot says of some fingerprints and locations.

    ``seen`` are the locations by fingerprint; ``unconfirmed`` are the fingerprints that only one probe missed
    somewhere; ``states`` are the targets that have a location.
    """

    seen: dict[str, set[str]] = field(default_factory=dict)
    unconfirmed: set[str] = field(default_factory=set)
    replacements: dict[str, list[Replacement]] = field(default_factory=dict)
    states: dict[str, list[TargetState]] = field(default_factory=dict)

    def owners(self, record: AlertRecord) -> list[tuple[str, TargetState]]:
        """Return each location of a record with the targets that have it."""
        return [(location, state) for location in record.locations for state in self.states.get(location, ())]


def index_locations(
    snapshot: Snapshot, fingerprints: Collection[str], locations: Collection[str]
) -> LocationIndex:
    """Return where these certificates are and which targets have these locations, in one pass."""
    index = LocationIndex()
    for state in snapshot.states.values():
        _add_state(index, state, locations)
        _add_seen(index, state, fingerprints)
        if state.former_leaves or state.assessment.superseded:
            _add_replaced(index, state, fingerprints)
    return index


def unreachable_at(state: TargetState, location: str = "") -> bool:
    """Return whether the last probe did not show what a target has at a location (or anywhere).

    Of a standby that no longer answers the last known certificates count.
    """
    if state.up or (state.target.traits.standby and state.succeeded_at is not None):
        return False
    if state.probed_at is None or not location or not state.failures:
        return True
    return any(not failure.location or is_within(location, failure.location) for failure in state.failures)


def replacements_in(state: TargetState) -> Iterator[Replacement]:
    """Yield the certificates of one target that were renewed, confirmed by two probes, or are superseded."""
    for former_leaves in state.former_leaves:
        new = former_leaves.new
        if new is not None and former_leaves.probes >= PROBES_TO_CONFIRM and _is_later(former_leaves, new):
            yield Replacement(alert_location(state, former_leaves.location), former_leaves.old, new)
    if state.assessment.superseded:
        yield from _superseded(state)


def renewal_items(replacements: Iterable[Replacement]) -> Iterator[NotificationItem]:
    """Yield one item for each pair of an old and a new certificate, with every location of the pair."""
    pairs: dict[tuple[str, str], list[Replacement]] = {}
    for replacement in replacements:
        pairs.setdefault((replacement.old.sha256, replacement.new.sha256), []).append(replacement)
    for same in pairs.values():
        locations = tuple(dict.fromkeys(replacement.location for replacement in same))
        old, new = same[0].old, same[0].new
        said = renewed(not_after=new.not_after, previous=old.not_after)
        item = renewal_item(locations[0].title, said, locations, new, old.sha256)
        yield replace(item, replaced_sha1=old.sha1)


def renewal_item(
    title: str, said: Message, locations: tuple[AlertLocation, ...], new: Certificate, old: str
) -> NotificationItem:
    """Return the item about one renewal; ``old`` is the SHA-256 of the replaced certificate."""
    return NotificationItem(
        reason=NotifyReason.RENEWED,
        level=None,
        checks=(Check.EXPIRY,),
        title=title,
        messages=(said,),
        locations=locations,
        certificate=new,
        replaced_sha256=old,
    )


def all_renewals(snapshot: Snapshot) -> dict[tuple[str, str], NotificationItem]:
    """Return an item for every renewal in the snapshot, by the SHA-256 of the old and the new certificate.

    Where the certificate changes at every probe that is an alert, and no renewal.
    """
    visible = [
        replacement
        for state in snapshot.states.values()
        if (state.former_leaves or state.assessment.superseded) and not flapping(state.former_leaves)
        for replacement in replacements_in(state)
    ]
    return {
        (item.replaced_sha256, item.certificate.sha256): item
        for item in renewal_items(visible)
        if item.certificate
    }


def merged_renewals(items: Iterable[NotificationItem]) -> list[NotificationItem]:
    """Return the items with those about one renewal merged into one."""
    merged: dict[tuple[str, str, str], NotificationItem] = {}
    for number, item in enumerate(items):
        new = item.certificate.sha256 if item.certificate else ""
        old = item.replaced_sha256
        key = (item.reason.value, old, new) if old else (item.reason.value, "", str(number))
        merged[key] = merge(merged[key], item) if key in merged else item
    return list(merged.values())


def merge(first: NotificationItem, second: NotificationItem) -> NotificationItem:
    """Return the first item with the checks, messages and locations of the second added."""
    return replace(
        first,
        checks=tuple(dict.fromkeys(first.checks + second.checks)),
        messages=tuple(dict.fromkeys(first.messages + second.messages)),
        locations=tuple(dict.fromkeys(first.locations + second.locations)),
    )


def _add_state(index: LocationIndex, state: TargetState, locations: Collection[str]) -> None:
    own = [sighting.location for sighting in state.sightings if sighting.location in locations]
    own += [one.location for one in state.lists if one.location in locations]
    if state.target.location in locations:
        own.append(state.target.location)
    for location in dict.fromkeys(own) if own else ():
        index.states.setdefault(location, []).append(state)


def _add_seen(index: LocationIndex, state: TargetState, fingerprints: Collection[str]) -> None:
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
                index.seen.setdefault(sha256, set()).add(location)


def _add_replaced(index: LocationIndex, state: TargetState, fingerprints: Collection[str]) -> None:
    for former_leaves in state.former_leaves:
        if former_leaves.probes < PROBES_TO_CONFIRM and former_leaves.old.sha256 in fingerprints:
            index.unconfirmed.add(former_leaves.old.sha256)
    for replacement in replacements_in(state):
        if replacement.old.sha256 in fingerprints:
            index.replacements.setdefault(replacement.old.sha256, []).append(replacement)


def _superseded(state: TargetState) -> Iterator[Replacement]:
    known = known_certificates(state)
    locations = {sighting.certificate.sha256: sighting.location for sighting in state.sightings}
    for superseded in state.assessment.superseded:
        old, new = known.get(superseded.old), known.get(superseded.new)
        if old is not None and new is not None:
            yield Replacement(alert_location(state, locations.get(old.sha256, "")), old, new)


def _is_later(former_leaves: FormerLeaf, new: Certificate) -> bool:
    return new.not_before > former_leaves.old.not_before
