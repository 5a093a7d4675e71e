"""What one alert pass found, for all receivers and narrowed to one of them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from monitor.alerts.alert import Alert
from monitor.alerts.decision import DecisionInput, ReceiverRules, ResolvedAlerts
from monitor.alerts.routing.routes import Destinations, Recorded, destinations
from monitor.alerts.routing.silences import KeptBack
from monitor.model import AlertKey, AlertLevel, AlertRecord

Alerts = Mapping[AlertKey, Alert]
Records = Mapping[AlertKey, AlertRecord]


@dataclass(frozen=True, slots=True)
class CurrentAlerts:
    """The alerts of now, and the recorded ones that are not active.

    ``findings`` are the alerts without those of unreachable targets. ``back`` are those that are kept back,
    and ``released`` those that were so until now. ``destinations`` is empty where everybody is notified of
    every alert. ``acknowledged`` are those of a receiver that somebody acknowledged.
    """

    findings: Alerts
    alerts: Alerts
    active: Collection[AlertKey]
    inactive: Records
    resolved: ResolvedAlerts
    back: KeptBack
    released: Collection[AlertKey]
    destinations: Mapping[AlertKey, Destinations]
    acknowledged: Alerts = field(default_factory=dict)

    def escalated_to(self, receiver: str, alert: Alert) -> bool:
        """Return whether an alert is for a receiver only because it was escalated."""
        to = self.destinations.get(alert.key)
        return to is not None and receiver in to.escalated_to


def all_destinations(given: DecisionInput, alerts: Iterable[Alert]) -> Mapping[AlertKey, Destinations]:
    """Return the receivers of each alert by its key."""
    if given.settings.routing is None:
        return {}
    recorded = Recorded(given.open_alerts, {one.receiver: one for one in given.receivers})
    routing, snapshot, now = given.settings.routing, given.snapshot, given.now
    return {alert.key: destinations(alert, routing, snapshot, recorded, now) for alert in alerts}


def narrowed(given: DecisionInput, receiver: str, found: CurrentAlerts) -> CurrentAlerts:
    """Return what was found, with only those alerts that are for a receiver and not kept back."""
    levels = given.settings.rules.get(receiver, ReceiverRules()).levels
    if given.settings.routing is None and not found.back.states and len(levels) == len(AlertLevel):
        return found
    meant = {
        key: alert
        for key, alert in found.alerts.items()
        if alert.level in levels
        and (given.settings.routing is None or found.destinations[key].is_for(receiver))
    }
    states = found.back.states
    mine = {
        key: one for key, one in meant.items() if not all(member in states for member, _ in one.members())
    }
    return replace(
        found,
        alerts=mine,
        findings={key: a for key, a in found.findings.items() if key in mine},
        acknowledged={key: a for key, a in meant.items() if key in found.back.acknowledged},
    )
