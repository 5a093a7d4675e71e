"""Which targets a reader may see, by labels; what a query gives is made from these alone."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from monitor.alerts.resolution.pending import common_label
from monitor.alerts.routing.matching import matches_target
from monitor.model import AlertGroup, AlertLocation, Matcher, Snapshot, Target, TargetState


@dataclass(frozen=True, slots=True)
class TargetScope:
    """The targets whose labels match every matcher; without matchers all of them, and the monitor itself."""

    matchers: tuple[Matcher, ...] = ()

    @property
    def everything(self) -> bool:
        """Return whether nothing is hidden."""
        return not self.matchers

    def allows(self, target: Target) -> bool:
        """Return whether a target may be seen."""
        return matches_target(self.matchers, target)


def scoped(snapshot: Snapshot, scope: TargetScope) -> Snapshot:
    """Return a snapshot as if nothing else were watched.

    Alerts keep the targets, locations and sentences of what may be seen; alerts of the monitor itself and
    the states of discoveries are hidden, as they are about other targets too.
    """
    if scope.everything:
        return snapshot
    states = {key: state for key, state in snapshot.states.items() if scope.allows(state.target)}
    return narrowed(snapshot, states)


def narrowed(
    snapshot: Snapshot, states: Mapping[str, TargetState], alerts: tuple[AlertGroup, ...] | None = None
) -> Snapshot:
    """Return a snapshot of those of its targets that may be seen, with these alerts if they are known."""
    shown = set[str]()
    if snapshot.revocations or snapshot.renewals:
        shown = {sighting.certificate.sha256 for state in states.values() for sighting in state.sightings}
    part = replace(
        snapshot,
        states=states,
        correlated={key: found for key, found in snapshot.correlated.items() if key in states},
        discoveries={},
        revocations={key: one for key, one in snapshot.revocations.items() if key in shown},
        renewals={key: one for key, one in snapshot.renewals.items() if key in shown},
    )
    return replace(part, alerts=tuple(_visible(part)) if alerts is None else alerts)


def _visible(snapshot: Snapshot) -> Iterator[AlertGroup]:
    """Yield the alerts of a narrowed snapshot, limited to its targets."""
    for group in snapshot.alerts:
        states = [snapshot.states[one] for one in group.targets if one in snapshot.states]
        if len(states) == len(group.targets) and states:
            yield group
        elif states:
            yield _narrowed(group, states, snapshot)


def _narrowed(group: AlertGroup, states: list[TargetState], snapshot: Snapshot) -> AlertGroup:
    at = {location for state in states for location in locations_of(state)}
    locations = tuple(one for one in group.locations if one.location in at)
    said = {one.message for state in states for one in snapshot.findings(state.target.id)}
    messages = tuple(one for one in group.messages if one in said)
    return replace(
        group,
        title=_title(group, locations),
        targets=tuple(state.target.id for state in states),
        locations=locations,
        messages=messages,
        site=common_label("site", locations),
        component=common_label("component", locations),
        owner=common_label("owner", locations),
    )


def _title(group: AlertGroup, locations: tuple[AlertLocation, ...]) -> str:
    """Return the title of a group, unless it is that of a target which may not be seen."""
    certificate = group.certificate
    titles = {one.title for one in locations}
    if group.title in titles or (certificate is not None and certificate.title == group.title):
        return group.title
    return next(iter(sorted(titles)), certificate.title if certificate else "")


def locations_of(state: TargetState) -> Iterable[str]:
    """Yield every location of a target, some more than once."""
    yield state.target.location
    yield from (one.location for one in state.sightings)
    yield from (one.location for one in state.lists)
    yield from (one.location for one in state.failures if one.location)
