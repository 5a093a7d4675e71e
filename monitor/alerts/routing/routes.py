"""Which receivers an alert is for: routes in the order of the configuration, and escalation after a while."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.alerts.alert import Alert
from monitor.alerts.routing.matching import matches_any, matches_target, only_labels
from monitor.model import (
    AlertKey,
    AlertLevel,
    AlertRecord,
    Matcher,
    NotificationRecord,
    ReceiverRecord,
    Snapshot,
    Target,
)

_EXPIRED_AFTER = timedelta(hours=4)
_SHARE_LEFT = 3


@dataclass(frozen=True, slots=True)
class Escalation:
    """Further receivers of what stays critical for a time without being acknowledged."""

    after: timedelta
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """The receivers of the alerts that match; ``further`` lets later routes match them too."""

    receivers: tuple[str, ...]
    matchers: tuple[Matcher, ...] = ()
    further: bool = False
    escalation: Escalation | None = None


@dataclass(frozen=True, slots=True)
class Routing:
    """All routes, and the receivers of what none of them matches."""

    routes: tuple[Route, ...] = ()
    default: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is recorded of alerts, and what each receiver was notified of them, by its name."""

    alerts: Mapping[AlertKey, AlertRecord]
    receivers: Mapping[str, ReceiverRecord]


@dataclass(frozen=True, slots=True)
class Destinations:
    """The receivers of one alert, and those that it is escalated to."""

    receivers: frozenset[str]
    escalated_to: frozenset[str] = frozenset()

    def is_for(self, receiver: str) -> bool:
        """Return whether a receiver is among them."""
        return receiver in self.receivers or receiver in self.escalated_to


def destinations(
    alert: Alert, routing: Routing, snapshot: Snapshot, recorded: Recorded, now: datetime
) -> Destinations:
    """Return the names of the receivers of an alert."""
    routes = list(_matching(alert, routing.routes, snapshot))
    names = {name for route in routes for name in route.receivers} if routes else set(routing.default)
    further = {
        name
        for route in routes
        if route.escalation is not None and _escalated(alert, route, route.escalation, recorded, now)
        for name in route.escalation.to
    }
    return Destinations(frozenset(names), frozenset(further - names))


def may_lead_to(receiver: str, routing: Routing, target: Target) -> bool:
    """Return whether some alert about a target would be for a receiver, at once or when it is escalated."""
    certain = False
    for route in routing.routes:
        if not matches_target(route.matchers, target):
            continue
        if receiver in route.receivers or (route.escalation and receiver in route.escalation.to):
            return True
        # A route of some checks or levels leaves the others to the routes after it.
        if only_labels(route.matchers):
            certain = True
            if not route.further:
                return False
    return not certain and receiver in routing.default


def _matching(alert: Alert, routes: Sequence[Route], snapshot: Snapshot) -> Iterator[Route]:
    for route in routes:
        if matches_any(route.matchers, alert, snapshot):
            yield route
            if not route.further:
                return


def _escalated(alert: Alert, route: Route, escalation: Escalation, recorded: Recorded, now: datetime) -> bool:
    """Return whether an alert stayed critical for so long after somebody was notified, or was escalated."""
    if any(_records(alert, name, recorded) for name in escalation.to):
        return True
    if alert.level.rank < AlertLevel.CRITICAL.rank:
        return False
    since = _critical_since(alert, route, recorded)
    return since is not None and now - since >= _patience(alert, escalation, since)


def _critical_since(alert: Alert, route: Route, recorded: Recorded) -> datetime | None:
    """Return when the first receiver of a route was notified of the present level, ``None`` before that."""
    levels = [recorded.alerts[key].level_since for key, _ in alert.members() if key in recorded.alerts]
    notified = [one for name in route.receivers for one in _records(alert, name, recorded)]
    known = [one for one in notified if one.accepted_level and one.accepted_level.rank >= alert.level.rank]
    if not levels or not known:
        return None
    return max(min(levels), min(one.first_at for one in known))


def _records(alert: Alert, receiver: str, recorded: Recorded) -> list[NotificationRecord]:
    if receiver not in recorded.receivers:
        return []
    log = recorded.receivers[receiver].log
    return [log[key] for key, _ in alert.members() if key in log]


def _patience(alert: Alert, escalation: Escalation, since: datetime) -> timedelta:
    if alert.level is AlertLevel.EXPIRED:
        return min(escalation.after, _EXPIRED_AFTER)
    if alert.certificate is None:
        return escalation.after
    return min(escalation.after, (alert.certificate.not_after - since) / _SHARE_LEFT)
