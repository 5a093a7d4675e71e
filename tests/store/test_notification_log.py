"""Tests of the notification log, the outbox, facts and discoveries, and of removing what is old."""

from dataclasses import replace

from sqlalchemy import select

from monitor.model import (
    LogChange,
    RecipientStatus,
)
from monitor.store import Pruned, Store
from monitor.store.database import Database
from monitor.store.tables import mail as mails
from support.factories.recorded import (
    DAY,
    HOUR,
    NOW,
    VERSION,
    finished,
    mail,
    notified,
    probe,
    sha256,
    sighting,
    using,
)


def test_log_is_put_and_forgotten(where: str) -> None:
    """The log holds the latest value of each key that was not forgotten since."""
    first, second = notified("expiry a"), notified("trust b")
    lower = notified("expiry a", "critical", NOW + DAY)

    async def act(store: Store) -> object:
        await store.notify([first, second], [], {})
        await store.notify([lower, LogChange("trust b", None)], [], {})
        return await store.notification_log()

    assert using(act, where) == {"expiry a": lower.record}


def test_stored_mails_carry_their_ids(where: str) -> None:
    """What ``notify`` returns is what is due: the mails given, with ids."""

    async def act(store: Store) -> object:
        return await store.notify([], [mail(1), mail(2)], {}), await store.due_mails(NOW)

    stored, due = using(act, where)
    assert stored == due == (replace(mail(1), id=1), replace(mail(2), id=2))


def test_mail_is_due_from_its_next_attempt_on(where: str) -> None:
    """A mail whose next attempt lies ahead is not due; the longest due comes first, up to the limit."""
    mails = [replace(mail(n), next_attempt_at=NOW - n * HOUR) for n in (-1, 0, 1, 2)]

    async def act(store: Store) -> list[str]:
        await store.notify([], mails, {})
        return [item.message_id for item in await store.due_mails(NOW, limit=2)]

    assert using(act, where) == [mail(2).message_id, mail(1).message_id]


def test_attempted_mail_waits_for_the_rest(where: str) -> None:
    """After a half successful attempt the mail waits with what became of each recipient."""

    async def act(store: Store) -> object:
        (stored,) = await store.notify([], [mail(1)], {})
        tried = replace(
            stored,
            recipients=(
                ("one@vms.example", RecipientStatus.ACCEPTED),
                ("two@vms.example", RecipientStatus.PENDING),
            ),
            attempts=1,
            next_attempt_at=NOW + HOUR,
            last_error="451 try again later",
        )
        await store.mail_attempted(tried)
        return await store.due_mails(NOW), await store.due_mails(NOW + HOUR) == (tried,), await store.outbox()

    assert using(act, where) == ((), True, (1, NOW))


def test_finished_mail_leaves_the_outbox(where: str) -> None:
    """A mail without pending recipients is neither due nor counted."""

    async def act(store: Store) -> object:
        stored = await store.notify([], [mail(1), mail(2, NOW + HOUR)], {})
        await store.mail_attempted(finished(stored[0]))
        return [item.id for item in await store.due_mails(NOW + DAY)], await store.outbox()

    assert using(act, where) == ([2], (1, NOW + HOUR))


def test_empty_outbox_has_no_oldest(where: str) -> None:
    """Without mails nothing waits and nothing is oldest."""
    assert using(lambda store: store.outbox(), where) == (0, None)


def test_facts_are_replaced(where: str) -> None:
    """A fact has the value set last, also when an alert pass sets it."""

    async def act(store: Store) -> object:
        await store.set_facts({"a": "1", "b": "1"})
        await store.notify([], [], {"b": "2"})
        return await store.fact("a"), await store.fact("b"), await store.fact("c")

    assert using(act, where) == ("1", "2", None)


def test_discoveries_keep_their_last_list(where: str) -> None:
    """A discovery answers with the list saved last, one never saved with nothing."""

    async def act(store: Store) -> object:
        await store.save_discovered("dns:a", "[1]", NOW)
        await store.save_discovered("dns:a", "[2]", NOW + HOUR)
        return await store.discovered("dns:a"), await store.discovered("dns:b")

    assert using(act, where) == (("[2]", NOW + HOUR), None)


def test_prune_removes_what_is_old_and_counts_it(where: str) -> None:
    """Ended history entries, certificates without any, and finished mails go once older than asked."""

    async def act(store: Store) -> object:
        for at, name in ((NOW, "old"), (NOW + 2 * HOUR, "new")):
            state, seen = probe(at, sighting(name))
            await store.record([state], seen)
        (stored, _) = await store.notify([], [mail(1), mail(2)], {})
        await store.mail_attempted(finished(stored))
        kept = await store.prune(NOW + DAY, 2 * DAY)
        gone = await store.prune(NOW + 3 * DAY, 2 * DAY)
        return kept, gone, set(await store.ders([sha256("old"), sha256("new")])), await store.outbox()

    assert using(act, where) == (Pruned(), Pruned(1, 1, 1), {sha256("new")}, (1, NOW))


def test_prune_works_through_many_slices(where: str) -> None:
    """More rows than one slice holds are all removed."""
    many = [sighting("leaf", f"host:{port}") for port in range(1300)]

    async def act(store: Store) -> Pruned:
        for at, shown in ((NOW, many), (NOW + HOUR, many[:0])):
            state, seen = probe(at, *shown)
            await store.record([state], seen)
        return await store.prune(NOW + DAY, HOUR)

    assert using(act, where) == Pruned(history=1300, certificates=1)


def test_old_finished_mail_loses_its_text_first(where: str) -> None:
    """A week after a mail was finished its text is gone while its row stays; an unfinished one keeps it."""

    async def act(store: Store) -> None:
        stored, _ = await store.notify([], [mail(1), mail(2)], {})
        await store.mail_attempted(finished(stored))
        await store.prune(NOW + 8 * DAY, 400 * DAY)

    using(act, where)
    database = Database.open(where, app_version=VERSION)
    texts = database.read(
        lambda connection: connection.scalars(select(mails.c.message).order_by(mails.c.id)).all()
    )
    database.close()
    assert [len(text) for text in texts] == [0, len(mail(2).message)]


def test_a_mail_far_ahead_is_due_once_the_clock_was_set_back(where: str) -> None:
    """A clock that was wrong by hours must not hold a mail back for hours."""
    waiting = replace(mail(1), next_attempt_at=NOW + 6 * HOUR)

    async def act(store: Store) -> int:
        await store.notify([], [waiting], {})
        return len(await store.due_mails(NOW, 10))

    assert using(act, where) == 1
