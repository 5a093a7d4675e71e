"""Outages of the monitor itself, and who is notified of them; pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from monitor.alerts.decided import ReceiverDecision
from monitor.alerts.decision import DecisionInput, NotificationItem, NotifyReason, ReceiverRules
from monitor.alerts.refused import awaits_retry
from monitor.alerts.texts import OUTAGE_CLOCK, OUTAGE_EFFECT, monitor_was_away
from monitor.model import AlertLevel, Outage, ReceiverRecord

LONGEST_PAUSE = timedelta(hours=1)
"""A pause that is not notified: updates and restarts of a machine are over by then, and whatever came due in
it is notified at once. It is the interval of targets by default, so that no probe is missed either."""

_NOTIFIED_WITHIN = timedelta(days=7)
"""After this time an outage is not notified any more."""

_TOLERATED = timedelta(hours=1)
"""How far ahead of now something may be recorded before the clock was wrong then."""


def outage_since(alive_at: datetime, now: datetime, known: Outage | None) -> Outage | None:
    """Return the outage that a start at an instant ends, ``None`` for a short pause or none.

    ``known`` is the last one. Where nothing was done after it, the new one is its continuation.
    """
    if now - alive_at <= LONGEST_PAUSE:
        return None
    again = known is not None and known.ended_at == alive_at
    return Outage(known.began_at if known is not None and again else alive_at, now)


def with_outage(
    decision: ReceiverDecision, given: DecisionInput, receiver: ReceiverRecord
) -> ReceiverDecision:
    """Return a decision that also notifies an outage, once to each receiver that relied on the monitor."""
    outage = given.monitor.outage
    if outage is None or not _is_due(outage, given, receiver):
        return decision
    changes = replace(decision.changes, outage_at=given.now)
    return replace(decision, outage=_item(outage), changes=changes)


def _item(outage: Outage) -> NotificationItem:
    said = (
        monitor_was_away(since=outage.began_at, until=outage.ended_at),
        OUTAGE_EFFECT,
        OUTAGE_CLOCK,
    )
    return NotificationItem(NotifyReason.OUTAGE, None, (), "", said)


def _is_due(outage: Outage, given: DecisionInput, receiver: ReceiverRecord) -> bool:
    relied = receiver.inventory_at is not None and receiver.inventory_at < outage.ended_at
    if not relied or not _is_for(receiver.receiver, given) or awaits_retry(receiver, given.now):
        return False
    if not -_TOLERATED <= given.now - outage.ended_at <= _NOTIFIED_WITHIN:
        return False
    notified_at = receiver.outage_at
    return notified_at is None or not outage.ended_at <= notified_at <= given.now + _TOLERATED


def _is_for(receiver: str, given: DecisionInput) -> bool:
    """Return whether a receiver is notified: one with routes of its own, or without warnings, is not."""
    routing, rules = given.settings.routing, given.settings.rules
    everybody = routing is None or receiver in routing.default
    return everybody and AlertLevel.WARNING in rules.get(receiver, ReceiverRules()).levels
