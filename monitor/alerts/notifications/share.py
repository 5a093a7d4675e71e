"""What a receiver's inventory is about: the targets that routes lead to it, and their alerts.

A receiver of everything has a share of everything, and its counts are those of the page.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from monitor.alerts.active.unreachable import unreachable_alert
from monitor.alerts.alert import Alert
from monitor.alerts.decision import DecisionInput, ReceiverRules
from monitor.alerts.keys import unreachable_key
from monitor.alerts.notifications.current import Alerts, CurrentAlerts
from monitor.alerts.routing.routes import Recorded, Routing, destinations, may_lead_to
from monitor.alerts.routing.silences import is_silenced
from monitor.model import Check, Snapshot, TargetState


@dataclass(frozen=True, slots=True)
class Share:
    """A receiver's targets; among them those that it is sent as unreachable or as never seen.

    ``needing`` are the targets with an alert that it is sent, ``not_sent`` those of which it is sent nothing
    although something is wrong: that is silenced, acknowledged, below its levels, or for others.
    """

    snapshot: Snapshot
    unreachable: tuple[TargetState, ...]
    never_seen: tuple[TargetState, ...]
    needing: frozenset[str]
    not_sent: frozenset[str]


def share_of(given: DecisionInput, receiver: str, found: CurrentAlerts, mine: CurrentAlerts) -> Share:
    """Return the share of a receiver; ``mine`` is what was found, narrowed to it."""
    own = own_targets(receiver, given.settings.routing, given.snapshot)
    down = [state for state in own if _is_down(state)]
    notified = tuple(state for state in down if _is_notified(state, given, receiver, found))
    silent = {state.target.id for state in down} - {state.target.id for state in notified}
    needing = frozenset(_targets(need_action(mine.findings)))
    wrong = frozenset(_targets(need_action(found.findings))) - {state.target.id for state in notified}
    left_out = set(_targets(_never_seen(found.findings))) - set(_targets(_never_seen(mine.findings)))
    return Share(
        own,
        notified,
        tuple(state for state in own if _is_never_seen(state) and state.target.id not in left_out),
        needing,
        (wrong | silent) - needing,
    )


def own_targets(receiver: str, routing: Routing | None, snapshot: Snapshot) -> Snapshot:
    """Return a snapshot with the targets whose alerts may be for a receiver."""
    if routing is None:
        return snapshot
    states = {
        target_id: state
        for target_id, state in snapshot.states.items()
        if may_lead_to(receiver, routing, state.target)
    }
    return replace(snapshot, states=states) if len(states) < len(snapshot.states) else snapshot


def need_action(findings: Alerts) -> list[Alert]:
    """Return the alerts that need action: a standby that was never seen needs none."""
    return [alert for alert in findings.values() if alert.check is not Check.NEVER_SEEN]


def _is_down(state: TargetState) -> bool:
    """Return whether a target is unreachable for a reason other than our own machine or its standby."""
    ours = state.failed_here and state.unreachable is None
    return state.up is False and not ours and not state.target.traits.standby


def _is_notified(state: TargetState, given: DecisionInput, receiver: str, found: CurrentAlerts) -> bool:
    """Return whether an alert that a target is unreachable would be sent, also where there is none yet."""
    if unreachable_key(state.target.id) in found.back.states:
        return False
    settings, snapshot, now = given.settings, given.snapshot, given.now
    rules = settings.rules.get(receiver, ReceiverRules())
    alert = unreachable_alert(state)
    if alert.level not in rules.levels or is_silenced(alert, settings.silences, snapshot, now):
        return False
    if settings.routing is None:
        return True
    recorded = Recorded(given.open_alerts, {one.receiver: one for one in given.receivers})
    return destinations(alert, settings.routing, snapshot, recorded, now).is_for(receiver)


def _is_never_seen(state: TargetState) -> bool:
    return state.unreachable is not None and state.unreachable.check is Check.NEVER_SEEN


def _never_seen(findings: Alerts) -> Iterator[Alert]:
    return (alert for alert in findings.values() if alert.check is Check.NEVER_SEEN)


def _targets(alerts: Iterable[Alert]) -> Iterator[str]:
    return (target_id for alert in alerts for target_id, _ in alert.locations)
