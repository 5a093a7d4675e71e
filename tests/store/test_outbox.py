"""Tests of the outbox: what waits, what is due, what an attempt leaves, and what is removed."""

from dataclasses import replace

from sqlalchemy import select

from monitor.model import Notification, RecipientStatus
from monitor.store import Store
from monitor.store.database import Database
from monitor.store.tables import notification, notification_alert
from support.factories.recorded import DAY, HOUR, NOW, VERSION, finished, using, waiting


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
        next_attempt_at=NOW + HOUR,
        last_error="451 try again later",
        uncertain=True,
    )

    async def act(store: Store) -> object:
        await store.notify([], {}, [waiting(1)], NOW)
        await store.attempted(tried)
        due = [await store.due_notifications("email", at) for at in (NOW, NOW + HOUR)]
        return due, await store.outbox()

    assert using(act, where) == ([(), (tried,)], (1, NOW))


def test_finished_notification_leaves_the_outbox(where: str) -> None:
    """One without pending recipients is neither due nor counted."""

    async def act(store: Store) -> object:
        await store.notify([], {}, [waiting(1), waiting(2, NOW + HOUR)], NOW)
        await store.attempted(finished(waiting(1)))
        return await store.due_notifications("email", NOW + DAY), await store.outbox()

    assert using(act, where) == ((waiting(2, NOW + HOUR),), (1, NOW + HOUR))


def test_empty_outbox_has_no_oldest(where: str) -> None:
    """Without notifications nothing waits and nothing is oldest."""
    assert using(lambda store: store.outbox(), where) == (0, None)


def test_old_finished_notification_loses_its_content_first(where: str) -> None:
    """A week after it was finished its content is gone while its row stays; an unfinished one keeps it."""

    async def act(store: Store) -> None:
        await store.notify([], {}, [waiting(1), waiting(2)], NOW)
        await store.attempted(finished(waiting(1)))
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
        await store.attempted(finished(waiting(1)))
        await store.prune(NOW + 3 * DAY, DAY)

    using(act, where)
    database = Database.open(where, app_version=VERSION)
    about = database.read(lambda c: c.scalars(select(notification_alert.c.alert_id)).all())
    database.close()
    assert about == ["alert 2"]


def test_one_far_ahead_is_due_once_the_clock_was_set_back(where: str) -> None:
    """A clock that was wrong by hours must not hold a notification back for hours."""
    later = replace(waiting(1), next_attempt_at=NOW + 6 * HOUR)

    async def act(store: Store) -> int:
        await store.notify([], {}, [later], NOW)
        return len(await store.due_notifications("email", NOW, 10))

    assert using(act, where) == 1
