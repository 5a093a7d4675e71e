"""One notification delays no other: dropped and hanging mails, order, and what a success sets free."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from monitor.delivery import LoggedErrors, deliver_due
from monitor.delivery import delivery_pass as module
from monitor.delivery.receiver import retry
from monitor.model import AlertLevel, Notification
from monitor.store import Store
from support.factories.delivery.outbox_world import Scripted, mail, stored
from support.factories.recorded import HOUR, NOW
from support.servers.mail.servers import Inbox, mail_server, relay

MINUTE = timedelta(minutes=1)
DOWN = retry("nobody listens", receiver_down=True)


class Drops(Inbox):
    """A relay that closes the connection in the midst of some mails."""

    def __init__(self, *numbers: int) -> None:
        """Drop the mails of these numbers."""
        super().__init__()
        self.dropped = tuple(f"number {number}\r".encode() for number in numbers)

    async def handle_DATA(  # noqa: N802 - aiosmtpd finds it by this name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take a mail, or hang up."""
        if any(one in (envelope.original_content or b"") for one in self.dropped):
            assert server.transport is not None
            server.transport.abort()
            return "250 never heard"
        return await super().handle_DATA(server, session, envelope)


def delivered(inbox: Inbox, *items: Notification) -> tuple[list[str], list[str]]:
    """Return the subjects that arrive in one pass, and the ids of what is left."""

    async def run() -> tuple[list[str], list[str]]:
        store = await Store.open("sqlite://", app_version="test")
        await store.notify([], {}, items, NOW)
        async with mail_server(inbox) as port:
            receiver = relay(port)
            await deliver_due(store, receiver, NOW)
            receiver.close()
        left = await store.due_notifications("email", NOW + HOUR)
        await store.close()
        return [str(one["Subject"]) for one in inbox.messages], [one.id for one in left]

    return asyncio.run(run())


def test_mail_that_is_dropped_in_data_holds_up_no_other() -> None:
    """Those that were due with it arrive in the same pass; it waits alone."""
    items = [mail(number) for number in (1, 2, 3)]
    assert delivered(Drops(1), *items) == (["number 2", "number 3"], [items[0].id])


def test_two_that_are_dropped_hold_up_no_other() -> None:
    """Nor do several."""
    items = [mail(number) for number in range(1, 6)]
    arrived, left = delivered(Drops(1, 2, 4), *items)
    assert arrived == ["number 3", "number 5"]
    assert set(left) == {items[index].id for index in (0, 1, 3)}


def test_worst_level_first() -> None:
    """What is expired goes before what is critical, a warning, and good news."""
    levels = ["", "warning", AlertLevel.CRITICAL, AlertLevel.EXPIRED, "warning"]
    items = [mail(number, level) for number, level in enumerate(levels)]
    assert delivered(Inbox(), *items)[0] == ["number 3", "number 2", "number 1", "number 4", "number 0"]


def test_first_success_drains_the_queue_worst_first() -> None:
    """What was put off for a quarter of an hour goes at once, not at its own time, and in order."""
    later = NOW + 15 * MINUTE
    items = [mail(1), mail(2, "warning", later), mail(3, "expired", later), mail(4, "critical", later)]
    assert delivered(Inbox(), *items)[0] == ["number 1", "number 3", "number 4", "number 2"]


def test_mail_that_hangs_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """While a relay takes its minutes for one, the others are delivered beside it, also later ones."""
    monkeypatch.setattr(module, "PATIENCE", timedelta(milliseconds=20))

    async def run() -> Sequence[str]:
        receiver = Scripted(hanging=frozenset({"body 1"}))
        store = await stored(mail(1), mail(2), mail(3))
        task = asyncio.create_task(deliver_due(store, receiver, NOW))
        while await store.outbox() != (1, NOW):
            await asyncio.sleep(0.01)
        await store.notify([], {}, [mail(4, at=NOW + timedelta(milliseconds=20))], NOW)
        while "body 4" not in receiver.seen:
            await asyncio.sleep(0.01)
        receiver.free.set()
        assert await task == 4
        assert await store.outbox() == (0, None)
        await store.close()
        return receiver.seen

    assert asyncio.run(run()) == ["body 1", "body 2", "body 3", "body 4"]


def test_not_all_hang_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A relay that hangs has few sessions at the same time."""
    monkeypatch.setattr(module, "PATIENCE", timedelta(milliseconds=5))

    async def run() -> int:
        items = [mail(number) for number in range(10)]
        receiver = Scripted(hanging=frozenset(one.payload for one in items))
        store = await stored(*items)
        task = asyncio.create_task(deliver_due(store, receiver, NOW))
        await asyncio.sleep(0.3)
        at_once = len(receiver.seen)
        receiver.free.set()
        await task
        assert await store.outbox() == (0, None)
        await store.close()
        return at_once

    assert asyncio.run(run()) == module.MOST_AT_ONCE


def test_cancelled_pass_leaves_no_attempt_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the end of the daemon what hangs is given up, and it waits with its doubt."""
    monkeypatch.setattr(module, "PATIENCE", timedelta(milliseconds=5))

    async def run() -> tuple[int, bool]:
        receiver = Scripted(hanging=frozenset({"body 1"}))
        store = await stored(mail(1), mail(2))
        task = asyncio.create_task(deliver_due(store, receiver, NOW))
        while await store.outbox() != (1, NOW):  # the second is recorded as delivered, not only sent
            await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        (left,) = await store.due_notifications("email", NOW)
        await store.close()
        return len(asyncio.all_tasks()), left.uncertain

    assert asyncio.run(run()) == (1, True)


def test_success_sets_free_only_after_an_error() -> None:
    """While all goes well, what waits for a reason of its own waits on."""

    async def run() -> Sequence[str]:
        receiver = Scripted({"body 1": retry("mailbox busy")})
        errors = LoggedErrors()
        errors.failing = False
        store = await stored(mail(1, at=NOW + 15 * MINUTE), mail(2))
        await deliver_due(store, receiver, NOW, errors=errors)
        await store.close()
        return receiver.seen

    assert asyncio.run(run()) == ["body 2"]


def test_outage_ends_with_the_first_success() -> None:
    """A relay that is down puts all off; when it takes one, the rest follows in the same pass."""

    async def run() -> Sequence[str]:
        errors, down = LoggedErrors(), Scripted({f"body {number}": DOWN for number in range(6)})
        store = await stored(*(mail(number) for number in range(5)))
        now = NOW
        for _ in range(9):
            await deliver_due(store, down, now, errors=errors)
            now += 15 * MINUTE
        await deliver_due(store, down, now, errors=errors)
        await store.notify([], {}, [mail(5, at=now)], now)
        up = Scripted()
        await deliver_due(store, up, now, errors=errors)
        assert await store.outbox() == (0, None)
        await store.close()
        return up.seen

    assert asyncio.run(run()) == ["body 5", "body 0", "body 1", "body 2", "body 3", "body 4"]
