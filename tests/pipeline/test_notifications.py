"""A decision becomes one notification for each receiver, as data."""

from uuid import UUID

import pytest

from monitor.alerts import Decision, MonitorState, decide
from monitor.alerts.payload import from_json
from monitor.model import NotificationKind, RecipientStatus
from monitor.pipeline.notifications import notifications
from support.factories.alerts_world import ADMINS, AFTER_INVENTORY, NOW, certificate, ending, picture

RECEIVERS = {"email": ADMINS, "other": ("room",)}


def decided(monitor_state: MonitorState = AFTER_INVENTORY) -> Decision:
    """Return a decision about a certificate that expires soon."""
    return decide(picture(ending("a:443", certificate(1, 3))), {}, NOW, monitor_state=monitor_state)


def test_each_receiver_is_notified() -> None:
    """Each has a notification of its own, due at once for each of its recipients."""
    made = notifications(decided(), RECEIVERS, NOW)
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
    made = notifications(decision, RECEIVERS, NOW)
    assert {(one.kind, one.rendered) for one in made} == {(kind, None)}
    assert [from_json(one.payload) for one in made] == [decision.inventory or decision.items] * 2


def test_ids_are_random_uuids() -> None:
    """No two notifications share an id, whatever they say."""
    made = notifications(decided(), RECEIVERS, NOW) + notifications(decided(), RECEIVERS, NOW)
    assert {UUID(one.id).version for one in made} == {4}
    assert len({one.id for one in made}) == 4


def test_nothing_to_say_makes_no_notification() -> None:
    """A decision without news notifies nobody."""
    assert notifications(Decision(), RECEIVERS, NOW) == ()
