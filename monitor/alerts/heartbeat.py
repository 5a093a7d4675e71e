"""When a receiver is sent a heartbeat, and what it says; a pure function."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from monitor.alerts.clock_question import asked_alerts
from monitor.alerts.decided import ReceiverDecision
from monitor.alerts.decision import DecisionInput, ReceiverRules
from monitor.alerts.digest import Heartbeat
from monitor.alerts.inventory import upcoming_expiries
from monitor.alerts.refused import awaits_retry
from monitor.model import AlertGroup, AlertState, ReceiverRecord


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
    heartbeat = _heartbeat(given, groups, schedule.following(given.now))
    decision = replace(decision, changes=replace(decision.changes, heartbeat_at=given.now))
    if decision.digest is None:
        return replace(decision, heartbeat=heartbeat)
    return replace(decision, digest=replace(decision.digest, heartbeat=heartbeat))


def _heartbeat(given: DecisionInput, groups: Sequence[AlertGroup], next_at: datetime) -> Heartbeat:
    certificates = {path.leaf.sha256 for state in given.snapshot for path in state.assessment.paths}
    states = Counter(group.state for group in groups)
    return Heartbeat(
        targets=len(given.snapshot),
        certificates=len(certificates),
        next_at=next_at,
        # The question about the clock is an alert that joins the others later.
        open=states[AlertState.ACTIVE] + len(asked_alerts(given)),
        acknowledged=states[AlertState.ACKNOWLEDGED],
        first=next(upcoming_expiries(given.snapshot, after=given.now), None),
    )
