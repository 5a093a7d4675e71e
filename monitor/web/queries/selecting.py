"""Select the targets of a request, and the silences within what a caller may see."""

from collections.abc import Iterable, Sequence

from monitor.alerts.routing.matching import matches_target
from monitor.model import Matcher, Silence, Snapshot


def selected_targets(
    snapshot: Snapshot, targets: Sequence[str], matchers: Sequence[Matcher]
) -> tuple[str, ...]:
    """Return the ids of the targets of a snapshot that are named, or else of those that match."""
    if targets:
        return tuple(one for one in dict.fromkeys(targets) if one in snapshot.states)
    return tuple(state.target.id for state in snapshot if matchers and matches_target(matchers, state.target))


def silences_within(
    silences: Iterable[Silence], snapshot: Snapshot, scope: Sequence[Matcher]
) -> list[Silence]:
    """Return the silences that concern only targets within a caller's scope."""
    if not scope:
        return list(silences)
    alerts = {one.id for one in snapshot.alerts}
    return [
        one
        for one in silences
        if one.alert_id in alerts or (not one.alert_id and may_silence(scope, one.matchers))
    ]


def may_silence(scope: Sequence[Matcher], matchers: Sequence[Matcher]) -> bool:
    """Return whether matchers are within a scope: all of its labels, with the same values or fewer."""
    given = {one.name: set(one.values) for one in matchers}
    return all(one.name in given and given[one.name] <= set(one.values) for one in scope)
