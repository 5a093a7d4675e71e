"""What would be sent now and in the next digests, decided on a copy of the record; sends and changes nothing.

It decides as a service does that starts now with what is recorded: nothing is probed, and no CA is asked.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.alerts import DecisionInput, MonitorState, decide, next_digest_at
from monitor.config import Config
from monitor.daemon.notifications.receivers import notify_settings, receivers, recipients
from monitor.daemon.parts import DaemonParts
from monitor.daemon.resumed import resumed
from monitor.delivery.outbox import rendered
from monitor.model import MachineClock, Notification, NotificationKind
from monitor.pipeline.notifications import outgoing
from monitor.store import Store

_AHEAD = timedelta(days=1)
"""Further ahead than any next attempt."""
_AT_A_TIME = (NotificationKind.DIGEST, NotificationKind.HEARTBEAT)
_MOST = 1000
"""Notifications of one receiver that are shown."""


class Occasion(StrEnum):
    """When a notification would be sent: now, now because it waits in the outbox, or as the next digest."""

    WAITING = "waiting"
    NOW = "now"
    NEXT_DIGEST = "next digest"


@dataclass(frozen=True, slots=True)
class PreviewedNotification:
    """A notification as it would be sent, and when; ``None`` for a digest that has nothing to say."""

    receiver: str
    occasion: Occasion
    at: datetime
    notification: Notification | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be sent.

    ``without_inventory`` are the receivers whose inventory waits for the end of the first pass.
    """

    now: datetime
    notifications: tuple[PreviewedNotification, ...]
    without_inventory: tuple[str, ...] = ()


async def preview(config: Config, clock: MachineClock) -> Preview:
    """Return what would be sent; raise ``SystemBrokenError`` where nothing is recorded yet."""
    async with resumed(config, clock) as parts:
        return await _previewed(parts, config)


async def _previewed(parts: DaemonParts, config: Config) -> Preview:
    now, names = parts.clock.now(), tuple(config.receivers)
    before = {one.id for name in names for one in await _unsent(parts.store, name, now)}
    await parts.alerts.round()
    found: list[PreviewedNotification] = []
    for name in names:
        for one in await _unsent(parts.store, name, now):
            occasion = Occasion.WAITING if one.id in before else Occasion.NOW
            found.append(PreviewedNotification(name, occasion, now, one))
    records = [await parts.store.receiver_record(name) for name in names]
    without = tuple(one.receiver for one in records if one.inventory_at is None)
    digests = [await _next_digest(parts, config, name, now) for name in names if name not in without]
    found += [one for one in digests if one is not None]
    return Preview(now, await _rendered(found, config), without)


async def _unsent(store: Store, receiver: str, now: datetime) -> tuple[Notification, ...]:
    return await store.due_notifications(receiver, now + _AHEAD, _MOST)


async def _next_digest(
    parts: DaemonParts, config: Config, receiver: str, now: datetime
) -> PreviewedNotification | None:
    """Return the next digest, or what comes in its place, by what is known now; ``None`` where there is none.

    Nothing is judged again for that time: what is renewed every day would seem to have expired by then.
    """
    schedule = notify_settings(config, now).rules[receiver].digest
    if schedule is None:
        return None
    store = parts.store
    at = next_digest_at(schedule, await store.receiver_record(receiver), now)
    settings = notify_settings(config, at)
    lasting = (*await store.silences(), *settings.silences)
    given = DecisionInput(
        parts.board.snapshot,
        await store.open_alerts(),
        tuple([await store.receiver_record(name) for name in config.receivers]),
        at,
        MonitorState(at, notify_all_renewals=config.alerts.notify_renewals == "all"),
        replace(settings, silences=lasting),
    )
    _, sent = outgoing(decide(given), recipients(config), at)
    digest = (one for one in sent if one.receiver == receiver and one.kind in _AT_A_TIME)
    return PreviewedNotification(receiver, Occasion.NEXT_DIGEST, at, next(digest, None))


async def _rendered(
    found: Iterable[PreviewedNotification], config: Config
) -> tuple[PreviewedNotification, ...]:
    """Return notifications in the form in which they would be sent."""
    by_name = {one.name: one for one in receivers(lambda: config)}
    try:
        return tuple(
            [
                replace(one, notification=await rendered(by_name[one.receiver], one.notification, one.at))
                if one.notification
                else one
                for one in found
            ]
        )
    finally:
        for receiver in by_name.values():
            receiver.close()
