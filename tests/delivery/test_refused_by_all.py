"""A relay that refuses every recipient for good: nothing counts as notified, and one catch-up follows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from monitor.delivery.receiver import Note, unheard
from monitor.model import (
    AlertRecord,
    FormerLeaf,
    Notification,
    ReceiverChanges,
    Severity,
)
from monitor.store import Store
from support.factories.alerts.world import DAYS, NOW, certificate, seen
from support.servers.daemon.small_monitor import (
    HOUR,
    MINUTE,
    NOBODY,
    ONE,
    RECEIVERS,
    SECOND,
    TWO,
    SmallMonitor,
    during,
    right,
    wrong,
)
from support.servers.mail.servers import Inbox
from support.written import word_of


def texts(monitor: SmallMonitor) -> list[str]:
    """Return the plain text of each mail."""
    bodies = [message.get_body(("plain",)) for message in monitor.inbox.messages]
    return [body.get_content() if body else "" for body in bodies]


def test_what_everybody_refused_comes_as_one_catch_up() -> None:
    """One mail has all that is still true; what was resolved meanwhile is in none."""

    async def act(monitor: SmallMonitor) -> object:
        monitor.answers.update(NOBODY)
        for faulty in ([wrong(1)], [wrong(1), wrong(2)], [wrong(1), wrong(2), wrong(3)]):
            assert await monitor.step(*faulty, after=MINUTE) == []
        monitor.answers.clear()
        await monitor.to_the_retry()
        notified = await monitor.step(wrong(1), wrong(2), right(3))
        return notified, texts(monitor)[-1], await monitor.step(wrong(1), wrong(2), right(3), after=HOUR)

    notified, body, later = during(act)
    assert len(notified) == 1
    assert "2 more" not in notified[0]
    assert all(name in body for name in ("host1", "host2"))
    assert "host3" not in body
    assert later == []


def test_first_success_brings_the_catch_up_at_once() -> None:
    """When something new is accepted, what was refused before does not wait for its own time."""

    async def act(monitor: SmallMonitor) -> object:
        monitor.answers.update(NOBODY)
        for _ in range(9):
            await monitor.to_the_retry()
            await monitor.step(wrong(1))
        monitor.answers.clear()
        first = await monitor.step(wrong(1), wrong(2), after=MINUTE)
        due = await monitor.store.retry_due(["email"], monitor.now)
        return first, due, await monitor.step(wrong(1), wrong(2))

    first, due, second = during(act)
    assert [len(first), due, len(second)] == [1, True, 1]
    assert "host2" in first[0]
    assert "host1" in second[0]


def test_intervals_grow_from_seconds_to_a_quarter_of_an_hour() -> None:
    """The first retry follows within 15 seconds, later ones never after more than 15 minutes."""

    async def act(monitor: SmallMonitor) -> list[float]:
        monitor.answers.update(NOBODY)
        waits = []
        for _ in range(12):
            await monitor.step(wrong(1))
            at = await monitor.retry_at()
            assert at is not None
            waits.append((at - monitor.now).total_seconds())
            monitor.now = at
        return waits

    assert during(act) == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900, 900]


def test_nothing_is_sent_between_two_retries() -> None:
    """An alert pass each minute does not become an attempt each minute."""
    asked = []

    class Counting(Inbox):
        async def handle_RCPT(  # noqa: N802 - aiosmtpd finds it by this name
            self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
        ) -> str:
            asked.append(address)
            return await super().handle_RCPT(server, session, envelope, address, options)

    async def act(monitor: SmallMonitor) -> int:
        monitor.answers.update(NOBODY)
        asked.clear()
        for _ in range(6 * 60):
            await monitor.step(wrong(1), after=MINUTE)
        return len(asked) // 2

    # Four an hour, and those of the first minutes, when retries follow each other quickly.
    assert 24 <= during(act, Counting()) <= 24 + 8


def test_accepted_level_counts_when_a_worse_one_was_refused() -> None:
    """A warning that was accepted and a critical one that was not: worse is notified when it can be."""

    async def act(monitor: SmallMonitor) -> object:
        first = await monitor.step(wrong(1, Severity.WARNING))
        monitor.answers.update(NOBODY)
        await monitor.step(wrong(1), after=MINUTE)
        monitor.answers.clear()
        await monitor.to_the_retry()
        return first, await monitor.step(wrong(1)), await monitor.step(wrong(1), after=HOUR)

    warning, critical, later = during(act)
    assert [word_of(one) for one in warning + critical] == ["WARNING", "CRITICAL"]
    assert later == []


def test_reminder_that_was_refused_is_due_again() -> None:
    """The last notification that was accepted counts for the next reminder."""

    async def act(monitor: SmallMonitor) -> object:
        await monitor.step(wrong(1))
        monitor.answers.update(NOBODY)
        refused = await monitor.step(wrong(1), after=DAYS)
        monitor.answers.clear()
        await monitor.to_the_retry()
        return refused, await monitor.step(wrong(1))

    refused, reminded = during(act)
    assert (refused, len(reminded)) == ([], 1)


def test_good_news_of_what_was_accepted_is_notified_later() -> None:
    """Whoever was notified of a fault is notified of its end; until then the alert is recorded as open."""

    async def act(monitor: SmallMonitor) -> object:
        await monitor.step(wrong(1))
        monitor.answers.update(NOBODY)
        await monitor.step(right(1), after=MINUTE)
        held = await monitor.step(right(1)), len(await monitor.store.open_alerts())
        monitor.answers.clear()
        await monitor.to_the_retry()
        return held, await monitor.step(right(1)), len(await monitor.store.open_alerts())

    held, notified, left = during(act)
    assert (held, left) == (([], 1), 0)
    assert [word_of(one) for one in notified] == ["Resolved"]


def test_end_of_what_was_never_accepted_is_not_notified() -> None:
    """A fault that came and went while nobody could be notified is over without a word."""

    async def act(monitor: SmallMonitor) -> object:
        monitor.answers.update(NOBODY)
        await monitor.step(wrong(1))
        await monitor.step(right(1), after=SECOND)
        monitor.answers.clear()
        await monitor.to_the_retry()
        notified = await monitor.step(right(1))
        record = await monitor.store.receiver_record("email")
        return notified, await monitor.store.open_alerts(), record.log, await monitor.store.outbox()

    assert during(act) == ([], {}, {}, (0, None))


def test_end_of_what_is_still_under_way_is_notified() -> None:
    """A fault is over while its mail waits, and that is refused: both are notified, in order."""

    async def act(monitor: SmallMonitor) -> object:
        monitor.answers.update({ONE: "451 try later", TWO: "451 try later"})
        await monitor.step(wrong(1))
        monitor.answers.update(NOBODY)
        held = await monitor.step(right(1), after=SECOND), await monitor.step(right(1), after=SECOND)
        open_meanwhile = len(await monitor.store.open_alerts())
        monitor.answers.clear()
        notified = await monitor.step(right(1), after=HOUR) + await monitor.step(right(1))
        return (
            held,
            open_meanwhile,
            notified,
            await monitor.step(right(1), after=HOUR),
            await monitor.store.outbox(),
        )

    held, open_meanwhile, notified, later, outbox = during(act)
    assert (held, open_meanwhile, later, outbox) == (([], []), 1, [], (0, None))
    assert [one.rpartition("(")[2] for one in notified] == ["critical)", "resolved)"]


def test_end_is_not_notified_where_what_was_under_way_is_refused_too() -> None:
    """When the mail that waited is refused as well, nobody is notified."""

    async def act(monitor: SmallMonitor) -> object:
        monitor.answers.update({ONE: "451 try later", TWO: "451 try later"})
        await monitor.step(wrong(1))
        monitor.answers.update(NOBODY)
        await monitor.step(right(1), after=SECOND)
        for _ in range(4):
            await monitor.step(right(1), after=10 * MINUTE)
        monitor.answers.clear()
        notified = await monitor.step(right(1), after=HOUR) + await monitor.step(right(1), after=HOUR)
        return (
            notified,
            await monitor.store.open_alerts(),
            await monitor.store.outbox(),
            await monitor.retry_at(),
        )

    assert during(act) == ([], {}, (0, None), None)


def test_what_comes_and_goes_between_retries_leaves_nothing() -> None:
    """What was refused is undelivered until it is decided again, whatever becomes of it."""

    async def act(monitor: SmallMonitor) -> object:
        monitor.answers.update(NOBODY)
        await monitor.step(wrong(1))
        undelivered = await monitor.store.outbox()
        await monitor.step(right(1), after=SECOND)
        await monitor.to_the_retry()
        await monitor.step(right(1))
        return undelivered, await monitor.store.outbox(), await monitor.retry_at()

    assert during(act) == ((0, NOW), (0, None), None)


def test_inventory_that_nobody_accepted_is_sent_again_as_inventory() -> None:
    """The first mail is the inventory, whenever it can be delivered."""

    async def scenario(monitor: SmallMonitor) -> object:
        store = await Store.open("sqlite://", app_version="test")
        monitor = replace(monitor, store=store)
        monitor.answers.update(NOBODY)
        before = len(monitor.inbox.taken)
        for _ in range(3):
            await monitor.step(wrong(1))
            await monitor.to_the_retry()
        early = len(monitor.inbox.taken) - before
        monitor.answers.clear()
        notified = await monitor.step(wrong(1), wrong(2))
        later = await monitor.step(wrong(1), wrong(2), after=HOUR)
        await store.close()
        return early, notified, later

    early, notified, later = during(scenario)
    assert (early, later) == (0, [])
    assert [one.split(",")[0] for one in notified] == ["Certificates: 3 watched"]


def test_mail_that_is_refused_for_what_it_says_holds_up_no_other() -> None:
    """A relay that dislikes one mail gets the next one at once."""

    class Picky(Inbox):
        async def handle_DATA(  # noqa: N802 - aiosmtpd finds it by this name
            self, server: SMTP, session: Session, envelope: Envelope
        ) -> str:
            if b"host1" in (envelope.original_content or b""):
                return "554 5.7.1 looks like spam"
            return await super().handle_DATA(server, session, envelope)

    async def act(monitor: SmallMonitor) -> object:
        first = await monitor.step(wrong(1))
        return first, await monitor.step(wrong(1), wrong(2), after=SECOND)

    first, second = during(act, Picky())
    assert (first, len(second)) == ([], 1)


def test_one_recipient_who_accepts_is_enough() -> None:
    """What one of several got is notified; the others are refused for good."""

    async def act(monitor: SmallMonitor) -> object:
        monitor.answers[ONE] = "550 no such user here"
        return (
            await monitor.step(wrong(1)),
            await monitor.retry_at(),
            await monitor.step(wrong(1), after=HOUR),
        )

    notified, retry_at, later = during(act)
    assert (len(notified), retry_at, later) == (1, None, [])


def test_other_receivers_wait_for_nobody() -> None:
    """What one receiver refused is notified to another once, and its end too."""
    both = {**RECEIVERS, "room": ("room",)}

    async def act(monitor: SmallMonitor) -> list[int]:
        await monitor.alert_pass(receivers=both)
        monitor.answers.update(NOBODY)
        waiting = []
        for states in ([wrong(1)], [wrong(1)], [right(1)], [right(1)]):
            await monitor.alert_pass(*states, receivers=both)
            await monitor.deliver()
            waiting.append(len(await monitor.store.due_notifications("room", monitor.now)))
            monitor.now += SECOND
        return waiting

    assert during(act) == [2, 2, 3, 3]


def test_clock_problem_is_notified_again() -> None:
    """A refused notification of the monitor's own clock is repeated before its day is over."""

    async def act(monitor: SmallMonitor) -> object:
        monitor.clock_suspect = True
        monitor.answers.update(NOBODY)
        await monitor.step()
        held = await monitor.step(after=SECOND)
        monitor.answers.clear()
        await monitor.to_the_retry()
        return held, await monitor.step(), await monitor.step(after=HOUR), await monitor.retry_at()

    held, notified, later, retry_at = during(act)
    assert (held, len(notified), later, retry_at) == ([], 1, [], None)


def test_renewals_that_nobody_accepted_are_notified_again() -> None:
    """With ``notify_renewals: all`` a renewal without an alert is notified once, when it is accepted."""
    old, new = certificate(1, 10, age=355), certificate(2, 360, age=5)
    gone = FormerLeaf("host1:443", old, new, 2)
    state = seen("host1:443", new, former_leaves=(gone,))

    async def act(monitor: SmallMonitor) -> object:
        monitor.all_renewals = True
        monitor.answers.update(NOBODY)
        await monitor.step(state)
        held = await monitor.step(state, after=SECOND)
        monitor.answers.clear()
        await monitor.to_the_retry()
        return held, await monitor.step(state), await monitor.step(state, after=HOUR)

    held, notified, later = during(act)
    assert (held, len(notified), later) == ([], 1, [])


class KilledError(BaseException):
    """The process ends here."""


@dataclass
class KilledProcess:
    """A store and a receiver in a process that is killed after some steps."""

    monitor: SmallMonitor
    steps: int
    name: str = "email"

    def step(self) -> None:
        """Make one step, or end."""
        if self.steps == 0:
            raise KilledError
        self.steps -= 1

    def __getattr__(self, name: str) -> object:
        """Return what is only read."""
        return getattr(self.monitor.store, name)

    async def notify(
        self,
        alerts: Sequence[AlertRecord],
        receivers: dict[str, ReceiverChanges],
        notifications: Sequence[Notification],
        now: datetime,
    ) -> None:
        """Store a decision."""
        self.step()
        await self.monitor.store.notify(alerts, receivers, notifications, now)

    async def attempting(self, notification: Notification) -> bool:
        """Record what is sent."""
        self.step()
        return await self.monitor.store.attempting(notification)

    async def attempted(self, notification: Notification, now: datetime) -> None:
        """Record the result."""
        self.step()
        await self.monitor.store.attempted(notification, now)

    async def render(self, notification: Notification, now: datetime) -> bytes:
        """Return what is sent."""
        self.step()
        return await self.monitor.receiver.render(notification, now)

    async def send(self, notification: Notification, now: datetime, note: Note = unheard) -> object:
        """Send it."""
        self.step()
        return await self.monitor.receiver.send(notification, now, note)

    def close(self) -> None:
        """Release nothing."""


async def outage(monitor: SmallMonitor, mortal: SmallMonitor) -> None:
    """Let the relay refuse two alerts, and accept the catch-up."""
    monitor.answers.update(NOBODY)
    for states in ([wrong(1)], [wrong(1), wrong(2)]):
        await mortal.step(*states, after=SECOND)
    monitor.answers.clear()
    await mortal.step(wrong(1), wrong(2), after=HOUR)


@pytest.mark.parametrize("kill_after", range(15))
def test_killed_between_any_two_steps(kill_after: int) -> None:
    """Each alert is notified; a mail that comes twice has the same Message-ID and the same bytes."""

    async def act(monitor: SmallMonitor) -> object:
        mortal = KilledProcess(monitor, kill_after)
        with pytest.raises(KilledError):
            await outage(monitor, replace(monitor, store=mortal, receiver=mortal))  # type: ignore[arg-type]
        monitor.answers.clear()
        for _ in range(3):
            await monitor.step(wrong(1), wrong(2), after=HOUR)
        return texts(monitor)[1:], [
            (message["Message-ID"], envelope.content)
            for message, envelope in zip(monitor.inbox.messages, monitor.inbox.taken, strict=True)
        ][1:]

    bodies, sent = during(act)  # type: ignore[misc]
    notified = [number for number in (1, 2) if any(f"host{number}" in body for body in bodies)]
    assert notified == [1, 2]
    once = dict(sent)
    assert len(set(sent)) == len(once)
    for number in (1, 2):
        assert sum(f"host{number}".encode() in content for content in once.values()) == 1
