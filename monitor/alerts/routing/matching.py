"""Which alerts a route or a silence is about: by check, level, and the labels of the alert's targets."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from monitor.alerts.alert import Alert
from monitor.model import Matcher, Scope, Snapshot, Target

Labels = Mapping[str, str]
_OF_ALERT = ("check", "level")
_WITHOUT_CASE = frozenset({"site"})


def matches_any(matchers: Sequence[Matcher], alert: Alert, snapshot: Snapshot) -> bool:
    """Return whether an alert has all the values, those of targets at one of its targets at least."""
    return _of_alert(matchers, alert) and any(
        _match(matchers, labels) for labels in _targets(alert, snapshot)
    )


def matches_all(matchers: Sequence[Matcher], alert: Alert, snapshot: Snapshot) -> bool:
    """Return whether an alert has all the values, those of targets at each of its targets.

    An alert about a certificate of two targets is not silenced because one of them is.
    """
    return _of_alert(matchers, alert) and all(
        _match(matchers, labels) for labels in _targets(alert, snapshot)
    )


def matches_target(matchers: Iterable[Matcher], target: Target) -> bool:
    """Return whether a target has all the values; ``check`` and ``level`` are ignored."""
    return _match(matchers, _labels(target))


def only_labels(matchers: Iterable[Matcher]) -> bool:
    """Return whether matchers are about targets alone, and not about check or level."""
    return not any(one.name in _OF_ALERT for one in matchers)


def _of_alert(matchers: Iterable[Matcher], alert: Alert) -> bool:
    values = {"check": alert.check.value, "level": alert.level.value}
    return all(values[one.name] in one.values for one in matchers if one.name in values)


def _targets(alert: Alert, snapshot: Snapshot) -> Iterator[Labels]:
    """Yield the labels of each target of an alert, once; no label at all for one that is about no target."""
    ids = dict.fromkeys(target_id for target_id, _ in alert.locations)
    for target_id in ids:
        state = snapshot.states.get(target_id)
        yield _labels(state.target) if state else {"target": target_id}
    if not ids:
        yield {"zone" if alert.key.scope is Scope.ZONE else "target": alert.key.scope_id}


def _labels(target: Target) -> Labels:
    owner = target.label("owner")
    own = {"target": target.id, "kind": target.kind, "zone": target.zone}
    return dict(target.labels) | own | ({"owner": owner} if owner else {})


def _match(matchers: Iterable[Matcher], labels: Labels) -> bool:
    return all(_same(one, labels.get(one.name, "")) for one in matchers if one.name not in _OF_ALERT)


def _same(matcher: Matcher, value: str) -> bool:
    if matcher.name in _WITHOUT_CASE:
        return value.casefold() in {one.casefold() for one in matcher.values}
    return value in matcher.values
