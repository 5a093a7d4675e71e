"""A decision becomes one notification for each receiver, as data."""

from dataclasses import replace
from uuid import UUID

import pytest

from monitor import alerts
from monitor.alerts import Decision
from monitor.alerts.payload import from_json
from monitor.model import NotificationKind, NotifiedAlert, ReceiverRecord, RecipientStatus
from monitor.pipeline.notifications import outgoing
from support.factories.alerts.world import (
    ADMINS,
    AFTER_INVENTORY,
    NOW,
    MonitorState,
    certificate,
    decide,
    ending,
    picture,
)

RECEIVERS = {"email": ADMINS, "other": ("room",)}


def decided(monitor_state: MonitorState = AFTER_INVENTORY) -> Decision:
    """Return a decision for two receivers about a certificate that expires soon."""
    one = decide(picture(ending("a:443", certificate(1, 3))), {}, NOW, monitor_state=monitor_state)
    inventory_at = one.given.receivers[0].inventory_at
    records = tuple(ReceiverRecord(name, inventory_at=inventory_at) for name in RECEIVERS)
    return alerts.decide(replace(one.given, receivers=records))


def test_each_receiver_is_notified() -> None:
    """Each has a notification of its own, due at once for each of its recipients."""
    _, made = outgoing(decided(), RECEIVERS, NOW)
    assert [(one.receiver, one.recipients, one.next_attempt_at, one.attempts) for one in made] == [
        ("email", tuple((address, RecipientStatus.PENDING) for address in ADMINS), NOW, 0),
        ("other", (("room", RecipientStatus.PENDING),), NOW, 0),
    ]


@pytest.mark.parametrize(
    ("monitor_state", "kind"),
    [(AFTER_INVENTORY, NotificationKind.NOTICE), (MonitorState(NOW), NotificationKind.INVENTORY)],
)
def test_content_is_what_was_decided(monitor_state: MonitorState, kind: NotificationKind) -> None:
    """It is stored as data and rendered when it is sent."""
    decision = decided(monitor_state)
    _, made = outgoing(decision, RECEIVERS, NOW)
    assert {(one.kind, one.rendered) for one in made} == {(kind, None)}
    assert [from_json(one.payload) for one in made] == [
        one.inventory or one.items for one in decision.receivers
    ]


def test_log_names_the_notification_that_is_on_its_way() -> None:
    """Each alert of a notification waits in the receiver's log for what becomes of it."""
    decision = decided()
    changes, made = outgoing(decision, RECEIVERS, NOW)
    key = decision.groups[0].alerts[0]
    assert [one.alerts for one in made] == [(NotifiedAlert(key.id, "first", "warning"),)] * 2
    pending = {name: [c.record.pending_id for c in one.log if c.record] for name, one in changes.items()}
    assert pending == {one.receiver: [one.id] for one in made}


def test_ids_are_random_uuids() -> None:
    """No two notifications share an id, whatever they say."""
    made = [one for _ in range(2) for one in outgoing(decided(), RECEIVERS, NOW)[1]]
    assert {UUID(one.id).version for one in made} == {4}
    assert len({one.id for one in made}) == 4


def test_nothing_to_say_makes_no_notification() -> None:
    """A decision without news notifies nobody."""
    assert outgoing(Decision(), RECEIVERS, NOW) == ({}, ())
