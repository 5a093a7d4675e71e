"""Decide what waits for a receiver's next digest, and what a due digest contains; pure."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from monitor.alerts.decided import ReceiverDecision
from monitor.alerts.decision import DecisionInput, NotifyReason
from monitor.alerts.digest import AcknowledgedItem, Digest
from monitor.alerts.notifications.current import CurrentAlerts
from monitor.alerts.notifications.due import LONG_AGO, DueAlert, as_items, notified, worst_first
from monitor.alerts.notifications.resolved import other_renewals, over_changes, resolved_for
from monitor.model import AlertResolution, LogChange, ReceiverRecord


def waiting_for_digest(
    notice: ReceiverDecision,
    given: DecisionInput,
    receiver: ReceiverRecord,
    found: CurrentAlerts,
    later: list[DueAlert],
) -> ReceiverDecision:
    """Return a notice, with what is over kept for the next digest, and what was released due in it."""
    resolved = resolved_for(given, receiver, found, at_once=False)
    silent = [key for key, how in resolved.over.items() if how is AlertResolution.GONE]
    released = [
        LogChange(key, replace(receiver.log[key], last_at=LONG_AGO))
        for alert, why in later
        if why is NotifyReason.RELEASED
        for key, _ in alert.members()
        if key in receiver.log
    ]
    log = (*notice.changes.log, *released, *(LogChange(key, None) for key in silent))
    return replace(
        notice,
        changes=replace(notice.changes, log=log),
        waiting=frozenset(resolved.over.keys() - set(silent)),
    )


def with_digest(
    notice: ReceiverDecision,
    given: DecisionInput,
    receiver: ReceiverRecord,
    found: CurrentAlerts,
    later: list[DueAlert],
) -> ReceiverDecision:
    """Return a notice with the digest beside it, which is none where there is nothing to say."""
    log, now = receiver.log, given.now
    resolved = resolved_for(given, receiver, found, at_once=False)
    more, added, removed = other_renewals(given, receiver, [*notice.items, *resolved.items])
    news = {alert.group for alert, why in later if why is not NotifyReason.REMINDER}
    alerts = found.alerts.values()
    digest = Digest(
        new=worst_first(as_items([one for one in later if one[0].group in news], alerts, now)),
        open=worst_first(as_items([one for one in later if one[0].group not in news], alerts, now)),
        acknowledged=tuple(_acknowledged(found, now)),
        over=worst_first([*resolved.items, *more]),
    )
    said = bool(digest.new or digest.open or digest.over)
    schedule = given.settings.rules[receiver.receiver].digest
    # One without anything to say may be followed by that of the same day, however late it was.
    digest_at = now if said or schedule is None else schedule.latest(now)
    changes = tuple(c for a, why in later for c in notified(a, why, log, now, at_once=False))
    return replace(
        notice,
        digest=digest if said else None,
        digest_log=(*changes, *over_changes(resolved)),
        changes=replace(notice.changes, renewals_added=added, renewals_removed=removed, digest_at=digest_at),
    )


def _acknowledged(found: CurrentAlerts, now: datetime) -> Iterator[AcknowledgedItem]:
    """Yield what somebody acknowledged, each alert on the board once."""
    by_silence: dict[str, list[DueAlert]] = {}
    silences = {one.id: one for one in found.back.acknowledged.values()}
    for key, alert in found.acknowledged.items():
        silence = found.back.acknowledged[key]
        by_silence.setdefault(silence.id, []).append((alert, NotifyReason.REMINDER))
    for silence_id, alerts in by_silence.items():
        silence = silences[silence_id]
        for item in as_items(alerts, (alert for alert, _ in alerts), now):
            yield AcknowledgedItem(item, silence.by, silence.ends_at or now, silence.reason)
