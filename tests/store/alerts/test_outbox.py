"""Tests of the outbox: what waits, what is due, what an attempt leaves, and what is removed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import select

from monitor.model import (
    LONGEST_WAIT,
    AlertLevel,
    Notification,
    NotifiedAlert,
    ReceiverChanges,
    RecipientStatus,
)
from monitor.store import Store
from monitor.store.database import Database
from monitor.store.tables import notification, notification_alert
from support.factories.recorded import DAY, HOUR, NOW, VERSION, alert_key, finished, notified, using, waiting


def ids(*items: Notification) -> list[str]:
    """Return the ids of some notifications."""
    return [item.id for item in items]


def test_what_was_stored_is_due(where: str) -> None:
    """What comes back is what was given, with the alerts that it is about."""

    async def act(store: Store) -> object:
        await store.notify([], {}, [waiting(1), waiting(2)], NOW)
        return await store.due_notifications("email", NOW)

    assert using(act, where) == (waiting(1), waiting(2))


def test_notification_is_due_from_its_next_attempt_on(where: str) -> None:
    """One whose next attempt lies ahead is not due; the longest due comes first, up to the limit."""
    items = [replace(waiting(n + 1), next_attempt_at=NOW - n * HOUR) for n in (-1, 0, 1, 2)]

    async def act(store: Store) -> list[str]:
        await store.notify([], {}, items, NOW)
        return ids(*await store.due_notifications("email", NOW, limit=2))

    assert using(act, where) == ids(items[3], items[2])


def test_each_receiver_has_its_own(where: str) -> None:
    """What waits for one receiver is not handed to another."""
    other = replace(waiting(2), receiver="webhook")

    async def act(store: Store) -> object:
        await store.notify([], {}, [waiting(1), other], NOW)
        return await store.due_notifications("webhook", NOW), await store.outbox()

    assert using(act, where) == ((other,), (2, NOW))


def test_what_is_about_to_be_sent_is_recorded(where: str) -> None:
    """After a kill during an attempt the same bytes are there, and that they may have been accepted."""
    sending = replace(waiting(1), rendered=b"anew", rendered_at=NOW + HOUR, uncertain=True)

    async def act(store: Store) -> object:
        await store.notify([], {}, [waiting(1)], NOW)
        await store.attempting(sending)
        return await store.due_notifications("email", NOW)

    assert using(act, where) == (sending,)


def test_attempted_notification_waits_for_the_rest(where: str) -> None:
    """After a half successful attempt it waits with what became of each recipient."""
    tried = replace(
        waiting(1),
        recipients=(
            ("one@vms.example", RecipientStatus.ACCEPTED),
            ("two@vms.example", RecipientStatus.PENDING),
        ),
        attempts=1,
        next_attempt_at=NOW + LONGEST_WAIT,
        last_error="451 try again later",
        uncertain=True,
    )

    async def act(store: Store) -> object:
        await store.notify([], {}, [waiting(1)], NOW)
        await store.attempted(tried, NOW)
        due = [await store.due_notifications("email", at) for at in (NOW, NOW + LONGEST_WAIT)]
        return due, await store.outbox()

    assert using(act, where) == ([(), (tried,)], (1, NOW))


def test_finished_notification_leaves_the_outbox(where: str) -> None:
    """One without pending recipients is neither due nor counted."""

    async def act(store: Store) -> object:
        await store.notify([], {}, [waiting(1), waiting(2, NOW + HOUR)], NOW)
        await store.attempted(finished(waiting(1)), NOW)
        return await store.due_notifications("email", NOW + DAY), await store.outbox()

    assert using(act, where) == ((waiting(2, NOW + HOUR),), (1, NOW + HOUR))


def test_what_became_of_notifications(where: str) -> None:
    """The newest first, with their alerts; what still waits is there however old it is."""
    about = replace(waiting(2, NOW + HOUR), alerts=(NotifiedAlert("a", "first", "critical"),))

    async def act(store: Store) -> object:
        await store.notify([], {}, [waiting(1), about, waiting(3, NOW + 2 * HOUR)], NOW)
        await store.attempted(finished(waiting(3, NOW + 2 * HOUR)), NOW + 3 * HOUR)
        return [await store.recent_notifications(most) for most in (9, 1)]

    every, newest = using(act, where)
    assert [one.id for one in every] == ids(waiting(3), waiting(2), waiting(1))
    assert [one.finished_at for one in every] == [NOW + 3 * HOUR, None, None]
    assert every[1].alerts == about.alerts
    assert every[1].recipients == about.recipients
    assert newest[0] == every[0]


def test_empty_outbox_has_no_oldest(where: str) -> None:
    """Without notifications nothing waits and nothing is oldest."""
    assert using(lambda store: store.outbox(), where) == (0, None)


def test_old_finished_notification_loses_its_content_first(where: str) -> None:
    """A week after it was finished its content is gone while its row stays; an unfinished one keeps it."""

    async def act(store: Store) -> None:
        await store.notify([], {}, [waiting(1), waiting(2)], NOW)
        await store.attempted(finished(waiting(1)), NOW)
        await store.prune(NOW + 8 * DAY, 400 * DAY)

    using(act, where)
    database = Database.open(where, app_version=VERSION)
    columns = select(notification.c.payload, notification.c.rendered).order_by(notification.c.id)
    rows = [tuple(row) for row in database.read(lambda connection: connection.execute(columns).all())]
    database.close()
    assert rows == [("", None), (waiting(2).payload, waiting(2).rendered)]


def test_a_removed_notification_takes_its_alerts_along(where: str) -> None:
    """What a notification was about is removed with it, and nothing else."""

    async def act(store: Store) -> None:
        await store.notify([], {}, [waiting(1), waiting(2)], NOW)
        await store.attempted(finished(waiting(1)), NOW)
        await store.prune(NOW + 3 * DAY, DAY)

    using(act, where)
    database = Database.open(where, app_version=VERSION)
    about = database.read(lambda c: c.scalars(select(notification_alert.c.alert_id)).all())
    database.close()
    assert about == ["alert 2"]


@pytest.mark.parametrize("hours", [1, 6])
def test_one_far_ahead_is_due_once_the_clock_was_set_back(where: str, hours: int) -> None:
    """A clock that was wrong by hours must not hold a notification back for hours; nor that of a center."""
    later = replace(waiting(1), next_attempt_at=NOW + hours * HOUR)

    async def act(store: Store) -> int:
        await store.notify([], {}, [later], NOW)
        return len(await store.due_notifications("email", NOW, 10))

    assert using(act, where) == 1


ACCEPTED, REFUSED, PENDING = RecipientStatus.ACCEPTED, RecipientStatus.REFUSED, RecipientStatus.PENDING
LATER = NOW + HOUR


def sent(number: int, level: AlertLevel, *names: str) -> Notification:
    """Return a waiting notification about alerts of these names."""
    alerts = tuple(NotifiedAlert(alert_key(name).id, "first", level.value) for name in names)
    return replace(waiting(number), alerts=alerts)


def logged(notification: Notification, level: AlertLevel, *names: str) -> Mapping[str, ReceiverChanges]:
    """Return what is written to the log when a notification is decided."""
    _, changes = notified(*names, level=level)
    log = tuple(
        replace(one, record=one.record and replace(one.record, pending_id=notification.id))
        for one in changes["email"].log
    )
    return {"email": ReceiverChanges(log)}


async def learned(store: Store, item: Notification, *states: RecipientStatus) -> list[tuple[object, ...]]:
    """Return level, pending notification and refusal in the log after an attempt with these results."""
    tried = tuple((f"{number}@vms.example", state) for number, state in enumerate(states))
    await store.attempted(replace(item, recipients=tried), LATER)
    records = (await store.receiver_record("email")).log.values()
    return [(one.key.scope_id, one.level, one.pending_id, one.refused_at) for one in records]


@pytest.mark.parametrize(
    ("states", "pending", "refused_at"),
    [
        ((ACCEPTED, ACCEPTED), False, None),
        ((ACCEPTED, PENDING), False, None),
        ((ACCEPTED, REFUSED), False, None),
        ((REFUSED, REFUSED), False, LATER),
        ((REFUSED, PENDING), True, None),
        ((PENDING, PENDING), True, None),
    ],
)
def test_the_log_learns_what_was_accepted(
    where: str, states: tuple[RecipientStatus, ...], *, pending: bool, refused_at: datetime | None
) -> None:
    """One recipient who accepted is enough; a refusal by all is noted; until then it is pending."""
    item = sent(1, AlertLevel.CRITICAL, "a", "b")

    async def act(store: Store) -> object:
        alerts, _ = notified("a", "b", level=AlertLevel.CRITICAL)
        await store.notify(alerts, logged(item, AlertLevel.CRITICAL, "a", "b"), [item], NOW)
        return await learned(store, item, *states)

    expected = (AlertLevel.CRITICAL, item.id if pending else "", refused_at)
    assert using(act, where) == [("a", *expected), ("b", *expected)]


def test_a_later_notification_of_an_alert_stays_pending(where: str) -> None:
    """What got worse while its first notification waited is accepted with its second."""
    first, second = sent(1, AlertLevel.WARNING, "a"), sent(2, AlertLevel.CRITICAL, "a")

    async def act(store: Store) -> object:
        for item, level in ((first, AlertLevel.WARNING), (second, AlertLevel.CRITICAL)):
            await store.notify(notified("a", level=level)[0], logged(item, level, "a"), [item], NOW)
        return await learned(store, first, ACCEPTED), await learned(store, second, ACCEPTED)

    assert using(act, where) == (
        [("a", AlertLevel.CRITICAL, second.id, None)],
        [("a", AlertLevel.CRITICAL, "", None)],
    )


def test_a_refusal_is_forgotten_once_something_is_accepted(where: str) -> None:
    """A receiver whose recipients were put right has what it accepts last."""
    first, second = sent(1, AlertLevel.WARNING, "a"), sent(2, AlertLevel.WARNING, "a")

    async def act(store: Store) -> object:
        after = []
        for item, state in ((first, REFUSED), (second, ACCEPTED)):
            await store.notify(notified("a")[0], logged(item, AlertLevel.WARNING, "a"), [item], NOW)
            after += await learned(store, item, state)
        return after

    assert using(act, where) == [
        ("a", AlertLevel.WARNING, "", LATER),
        ("a", AlertLevel.WARNING, "", None),
    ]


def test_other_receivers_and_alerts_learn_nothing(where: str) -> None:
    """Only what this notification was about changes."""
    item = sent(1, AlertLevel.WARNING, "a")

    async def act(store: Store) -> object:
        alerts, log = notified("a", "b")
        await store.notify(alerts, {"other": log["email"]}, [], NOW)
        await store.notify(alerts, logged(sent(9, AlertLevel.WARNING, "b"), AlertLevel.WARNING, "b"), [], NOW)
        before = await store.receiver_record("other"), await store.receiver_record("email")
        await store.notify([], {}, [item], NOW)
        await store.attempted(finished(item), NOW)
        return before == (await store.receiver_record("other"), await store.receiver_record("email"))

    assert using(act, where) is True
