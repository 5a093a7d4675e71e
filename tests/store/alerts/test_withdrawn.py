"""What waits for long is withdrawn: it is never sent, and decided again."""

from dataclasses import replace

import pytest

from monitor.model import (
    LogChange,
    Notification,
    NotificationKind,
    NotifiedAlert,
    ReceiverChanges,
    ReceiverRecord,
    RecipientStatus,
)
from monitor.store import Store
from support.factories.recorded import (
    DAY,
    HOUR,
    NOW,
    RECEIVER,
    alert_key,
    finished,
    notified,
    using,
    waiting,
)

LATER = NOW + DAY


def about(number: int) -> Notification:
    """Return a notification about the alert a."""
    return replace(waiting(number), alerts=(NotifiedAlert(alert_key("a").id, "first", "warning"),))


async def put(store: Store, item: Notification) -> None:
    """Record that the receiver is notified of the alert a with this notification, and of an inventory."""
    alerts, changes = notified("a")
    (change,) = changes[RECEIVER].log
    assert change.record is not None
    log = (replace(change, record=replace(change.record, pending_id=item.id)),)
    changed = ReceiverChanges(log, inventory_at=NOW, digest_at=NOW)
    await store.notify(alerts, {RECEIVER: changed}, [item], NOW)


async def withdrawn(store: Store) -> int:
    """Withdraw what is more than an hour old."""
    return await store.withdraw([RECEIVER], LATER - HOUR, LATER)


def record_after(item: Notification) -> ReceiverRecord:
    """Return the record of a receiver from whom a notification was withdrawn."""

    async def act(store: Store) -> ReceiverRecord:
        await put(store, item)
        assert await withdrawn(store) == 1
        assert await store.due_notifications(RECEIVER, LATER) == ()
        return await store.receiver_record(RECEIVER)

    return using(act, "sqlite://")


def test_what_it_said_is_decided_again_at_once() -> None:
    """The log says that nobody accepted it, and that a retry is due."""
    record = record_after(about(1))
    assert [(one.refused_at, one.pending_id) for one in record.log.values()] == [(LATER, "")]
    assert (record.retry_at, record.inventory_at, record.digest_at) == (LATER, NOW, NOW)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(NotificationKind.INVENTORY, (None, NOW)), (NotificationKind.DIGEST, (NOW, None))],
)
def test_inventory_and_digest_are_due_again(kind: NotificationKind, expected: tuple[object, object]) -> None:
    """They were not sent."""
    record = record_after(replace(about(1), kind=kind))
    assert (record.inventory_at, record.digest_at) == expected


def test_it_counts_as_undelivered_since_it_was_decided() -> None:
    """Health and metrics still say for how long nothing was delivered."""

    async def act(store: Store) -> object:
        await put(store, about(1))
        await withdrawn(store)
        return await store.outbox([RECEIVER])

    assert using(act, "sqlite://") == (0, NOW)


@pytest.mark.parametrize(
    "item",
    [
        replace(about(1), uncertain=True),
        replace(about(1), kind=NotificationKind.TEST),
        replace(
            about(1),
            recipients=(
                ("one@vms.example", RecipientStatus.ACCEPTED),
                ("two@vms.example", RecipientStatus.PENDING),
            ),
        ),
        replace(about(1), created_at=LATER - HOUR),
        replace(about(1), receiver="other"),
    ],
    ids=["uncertain", "test", "accepted by one", "new", "of another receiver"],
)
def test_what_stays(item: Notification) -> None:
    """What may have been accepted is repeated as it is, and what is new or not ours is left alone."""

    async def act(store: Store) -> object:
        await put(store, item)
        return await withdrawn(store), (await store.outbox())[0]

    assert using(act, "sqlite://") == (0, 1)


def test_delivery_that_has_begun_sends_it_no_more() -> None:
    """It was read before it was withdrawn: neither is it sent, nor does a late result bring it back."""

    async def act(store: Store) -> object:
        await put(store, about(1))
        (item,) = await store.due_notifications(RECEIVER, LATER)
        await withdrawn(store)
        permitted = await store.attempting(replace(item, uncertain=True))
        await store.attempted(replace(item, next_attempt_at=LATER), LATER)
        await store.attempted(finished(item), LATER)
        (known,) = (await store.receiver_record(RECEIVER)).log.values()
        return permitted, await store.due_notifications(RECEIVER, LATER), known.accepted_level

    assert using(act, "sqlite://") == (False, (), None)


def test_one_that_waits_may_be_sent() -> None:
    """And nothing else keeps it back."""

    async def act(store: Store) -> object:
        await put(store, about(1))
        (item,) = await store.due_notifications(RECEIVER, LATER)
        return await store.attempting(item)

    assert using(act, "sqlite://") is True


def test_refusals_are_not_counted() -> None:
    """Nobody refused anything: what is refused later is tried again after seconds."""

    async def act(store: Store) -> object:
        await put(store, about(1))
        await withdrawn(store)
        refused = tuple((address, RecipientStatus.REFUSED) for address, _ in about(2).recipients)
        await store.notify([], {}, [about(2)], LATER)
        await store.attempted(replace(about(2), recipients=refused), LATER)
        retry_at = (await store.receiver_record(RECEIVER)).retry_at
        assert retry_at is not None
        return (retry_at - LATER).total_seconds()

    assert using(act, "sqlite://") == 5


@pytest.mark.parametrize("kind", [NotificationKind.NOTICE, NotificationKind.DIGEST])
def test_end_that_was_not_sent_is_notified_as_it_would_have_been(kind: NotificationKind) -> None:
    """At once or in a digest, as the alert itself was."""
    over = replace(
        about(2), kind=kind, created_at=NOW + HOUR, alerts=(NotifiedAlert(alert_key("a").id, "renewed"),)
    )

    async def act(store: Store) -> object:
        await put(store, about(1))
        await store.attempted(finished(about(1)), NOW)
        forgotten = ReceiverChanges((LogChange(alert_key("a"), None),))
        await store.notify([], {RECEIVER: forgotten}, [over], NOW + HOUR)
        await withdrawn(store)
        return [one.at_once for one in (await store.receiver_record(RECEIVER)).log.values()]

    assert using(act, "sqlite://") == [kind is NotificationKind.NOTICE]
