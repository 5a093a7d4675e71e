"""When a receiver is sent a heartbeat, and what it says; a pure function."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from monitor.alerts.decided import ReceiverDecision
from monitor.alerts.decision import DecisionInput, ReceiverRules
from monitor.alerts.digest import Heartbeat
from monitor.alerts.notifications.inventory import upcoming_expiries
from monitor.alerts.refused import awaits_retry
from monitor.alerts.routing.routes import may_lead_to
from monitor.alerts.self_monitoring.clock_question import asked_alerts
from monitor.model import AlertGroup, AlertState, ReceiverRecord, Snapshot


def with_heartbeat(
    decision: ReceiverDecision, given: DecisionInput, receiver: ReceiverRecord, groups: Sequence[AlertGroup]
) -> ReceiverDecision:
    """Return a decision with the heartbeat that is due: in the digest, or beside what else is said.

    Before its inventory a receiver is sent none. Any number of missed ones come once.
    """
    schedule = given.settings.rules.get(receiver.receiver, ReceiverRules()).heartbeat
    if schedule is None or receiver.inventory_at is None or awaits_retry(receiver, given.now):
        return decision
    if not schedule.is_due(receiver.heartbeat_at or receiver.inventory_at, given.now):
        return decision
    heartbeat = _heartbeat(given, receiver.receiver, groups, schedule.following(given.now))
    decision = replace(decision, changes=replace(decision.changes, heartbeat_at=given.now))
    if decision.digest is None:
        return replace(decision, heartbeat=heartbeat)
    return replace(decision, digest=replace(decision.digest, heartbeat=heartbeat))


def _heartbeat(
    given: DecisionInput, receiver: str, groups: Sequence[AlertGroup], next_at: datetime
) -> Heartbeat:
    own = _own(given, receiver)
    certificates = {path.leaf.sha256 for state in own for path in state.assessment.paths}
    states = Counter(
        one.state for one in groups if not one.targets or any(t in own.states for t in one.targets)
    )
    return Heartbeat(
        targets=len(own),
        certificates=len(certificates),
        next_at=next_at,
        # The question about the clock is an alert that joins the others later.
        open=states[AlertState.ACTIVE] + len(asked_alerts(given)),
        acknowledged=states[AlertState.ACKNOWLEDGED],
        first=next(upcoming_expiries(own, after=given.now), None),
    )


def _own(given: DecisionInput, receiver: str) -> Snapshot:
    """Return the targets whose alerts a receiver would be sent, all of them without routes."""
    routing = given.settings.routing
    if routing is None:
        return given.snapshot
    states = given.snapshot.states.items()
    return Snapshot({name: one for name, one in states if may_lead_to(receiver, routing, one.target)})
