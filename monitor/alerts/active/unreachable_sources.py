"""Sources that are unreachable: a target list, a site or a kind with all its targets; pure.

One cause is likely then (a line, a firewall, a password), so that it is one alert, notified at once. Where
very many of all targets are unreachable, that is the alert of the whole network, and none of these.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from monitor.model import AlertKey, Check, Scope, Snapshot, TargetState, qualified

_FEWEST_HOSTS = 3
_BEGINS_AT = 0.9
# It is over at half of its targets, so that a few that come and go do not notify again and again.
_ENDS_AT = 0.5
_COMMON = "endpoint"
"""The kind of most targets, which is no source."""

_ORDER = (Scope.DISCOVERY, Scope.SITE, Scope.MONITOR)


@dataclass(slots=True)
class WatchedSource:
    """A source: its name, how many of its targets should answer, and which fail for a shared cause."""

    key: AlertKey
    title: str
    watched: int = 0
    failing: list[TargetState] = field(default_factory=list)

    def is_unreachable(self, *, going_on: bool) -> bool:
        """Return whether nearly nothing of it is seen; ``going_on``: it was so at the last pass."""
        if going_on:
            return len(self.failing) > self.watched * _ENDS_AT
        return len(self.failing) >= self.watched * _BEGINS_AT and len(_hosts(self.failing)) >= _FEWEST_HOSTS


def source_keys(state: TargetState, snapshot: Snapshot) -> Iterator[tuple[AlertKey, str]]:
    """Yield the keys of alerts about the sources of a target, with their titles."""
    target = state.target
    if target.origin in snapshot.discoveries:
        yield AlertKey(Check.UNREACHABLE, Scope.DISCOVERY, target.origin), target.origin
    if site := target.label("site"):
        yield AlertKey(Check.UNREACHABLE, Scope.SITE, site.casefold()), site
    if target.kind != _COMMON:
        yield AlertKey(Check.UNREACHABLE, Scope.MONITOR, subject=target.kind), target.kind


def sources(
    snapshot: Snapshot, keys: Collection[AlertKey], failing: Collection[str]
) -> Mapping[AlertKey, WatchedSource]:
    """Return the sources with these keys; ``failing`` are the ids of targets that fail for a shared cause."""
    found: dict[AlertKey, WatchedSource] = {}
    for state in snapshot if keys else ():
        if state.target.traits.standby:
            continue
        for key, title in source_keys(state, snapshot):
            if key in keys:
                source = found.setdefault(key, WatchedSource(key, title))
                source.watched += 1
                source.failing += [state] if state.target.id in failing else []
    return found


def unreachable_sources(
    snapshot: Snapshot,
    unreachable: Iterable[TargetState],
    failing: Collection[str],
    going_on: Collection[AlertKey],
) -> Iterator[WatchedSource]:
    """Yield the sources that are unreachable, each failing target with one of them alone.

    One of the targets at least has failed for so long that it counts as ``unreachable``. A source that was
    unreachable before keeps its targets, then come target lists, sites and kinds.
    """
    keys = {key for state in unreachable for key, _ in source_keys(state, snapshot)}
    found = sources(snapshot, keys, failing)
    taken: set[str] = set()
    for key in sorted(found, key=lambda one: (one not in going_on, _ORDER.index(one.scope), one.id)):
        source = found[key]
        source.failing = [state for state in source.failing if state.target.id not in taken]
        if source.failing and source.is_unreachable(going_on=key in going_on):
            taken.update(state.target.id for state in source.failing)
            yield source


def _hosts(states: Iterable[TargetState]) -> set[str]:
    return {qualified(state.target.host or state.target.location, state.target.zone) for state in states}
