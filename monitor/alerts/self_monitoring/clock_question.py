"""The question whether a clock that jumped forward is right, and the remarks on what is notified then."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from monitor.alerts.clock_jump import JUMP, ClockJump
from monitor.alerts.decided import Decision, ReceiverDecision
from monitor.alerts.decision import DecisionInput, NotificationItem, NotifyReason
from monitor.alerts.keys import CLOCK
from monitor.alerts.refused import without_refused
from monitor.alerts.self_monitoring.clock_problem import clock_group, clock_record
from monitor.alerts.texts import (
    CLOCK_HELD,
    CLOCK_IF_JUMP_IS_RIGHT,
    CLOCK_IF_JUMP_IS_WRONG,
    clock_jumped,
    clock_unconfirmed,
    expired_at_once,
)
from monitor.model import (
    AlertKey,
    AlertLevel,
    Certificate,
    LogChange,
    Message,
    NotificationRecord,
    ReceiverRecord,
)

MANY = 5
"""So many certificates of several CAs that expire at once are a reason to look at the clock."""


def asked_alerts(given: DecisionInput) -> frozenset[AlertKey]:
    """Return the alert about the clock while it is asked about."""
    return frozenset({CLOCK}) if given.monitor.clock_doubts.jump else frozenset()


def with_clock_question(decision: Decision, given: DecisionInput) -> Decision:
    """Return a decision with the question about a jump, and with remarks where the clock may be wrong."""
    receivers = tuple(
        _remarked(one, given) if one.items or one.inventory or one.digest or one.heartbeat else one
        for one in decision.receivers
    )
    jump = given.monitor.clock_doubts.jump
    if jump is None:
        return replace(decision, receivers=receivers)
    known = given.open_alerts.get(CLOCK)
    record = clock_record(known, AlertLevel.WARNING, given.now)
    asking = (
        _asking(one, record_of, jump, given)
        for one, record_of in zip(receivers, given.receivers, strict=True)
    )
    return replace(
        decision,
        # First, since the page shows only so many.
        groups=(clock_group(record, _question(jump)), *decision.groups),
        alert_changes=decision.alert_changes if record == known else (*decision.alert_changes, record),
        receivers=tuple(asking),
    )


def _question(jump: ClockJump) -> tuple[Message, ...]:
    asked = clock_jumped(before=jump.before, after=jump.after)
    held = (CLOCK_HELD,) if jump.held else ()
    return (asked, *held, CLOCK_IF_JUMP_IS_RIGHT, CLOCK_IF_JUMP_IS_WRONG)


def _asking(
    decision: ReceiverDecision, receiver: ReceiverRecord, jump: ClockJump, given: DecisionInput
) -> ReceiverDecision:
    """Return the decision of a receiver that is asked once about each jump; an inventory goes first."""
    before = without_refused(receiver, given.now).log.get(CLOCK)
    asked = before is not None and before.level is AlertLevel.WARNING and before.last_at >= jump.before
    if asked or decision.inventory is not None:
        return decision
    item = NotificationItem(NotifyReason.CLOCK, AlertLevel.WARNING, (), "", _question(jump))
    first_at = before.first_at if before else given.now
    record = NotificationRecord(CLOCK, AlertLevel.WARNING, first_at, given.now, NotifyReason.CLOCK)
    log = (*decision.changes.log, LogChange(CLOCK, record, record.reason))
    worse = sum(one.level is not None and one.level.rank > record.level.rank for one in decision.items)
    items = (*decision.items[:worse], item, *decision.items[worse:])
    return replace(decision, items=items, changes=replace(decision.changes, log=log))


def _remarked(decision: ReceiverDecision, given: DecisionInput) -> ReceiverDecision:
    jump, remarks = given.monitor.clock_doubts.jump, list[Message]()
    if jump is not None and not jump.held:
        remarks.append(clock_unconfirmed(before=jump.before, after=jump.after))
    if (since := _doubted_since(given)) is not None:
        remarks += _mass_expiry(decision.items, since, given.now)
    doubted = jump is not None or given.monitor.clock_doubts.unverified_since is not None
    items = _by_ca(decision.items) if doubted else decision.items
    return replace(decision, items=items, remarks=(*decision.remarks, *remarks))


def _by_ca(items: tuple[NotificationItem, ...]) -> tuple[NotificationItem, ...]:
    """Return items in their order, but the expired certificates of a CA together, after its first one."""
    ranks: dict[str, int] = {}

    def rank(item: NotificationItem) -> int:
        if item.level is not AlertLevel.EXPIRED or item.certificate is None:
            return len(items)
        return ranks.setdefault(item.certificate.issuer, len(ranks))

    return tuple(sorted(items, key=rank))


def _doubted_since(given: DecisionInput) -> datetime | None:
    """Return the latest time that an undisturbed clock shows for certain, ``None`` where that is now."""
    doubts = given.monitor.clock_doubts
    if doubts.jump is not None:
        return None if doubts.jump.held else given.now - doubts.jump.ahead
    since = doubts.unverified_since
    return since if since is not None and given.now - since > JUMP else None


def _mass_expiry(items: Iterable[NotificationItem], since: datetime, now: datetime) -> list[Message]:
    """Return the question about certificates that expired only by the clock that is doubted.

    Certificates of one CA may well expire together.
    """
    expired = {
        one.certificate
        for one in items
        if one.level is AlertLevel.EXPIRED and one.certificate and since < one.certificate.not_after <= now
    }
    if len(expired) < MANY or not _without_common_ca(expired):
        return []
    return [expired_at_once(count=len(expired), since=since)]


def _without_common_ca(certificates: Iterable[Certificate]) -> bool:
    return len({one.issuer for one in certificates}) > 1
