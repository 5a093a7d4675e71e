"""How the outbox handles the answers of receivers: states, backoff, counts, one log line for one error."""

import asyncio
import logging
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.delivery import LoggedErrors, SendResult, deliver_due, next_attempt
from monitor.delivery.receiver import ACCEPTED, Note, refused, retry, unheard
from monitor.model import FIRST_WAIT, Notification, NotificationKind, RecipientStatus
from monitor.pipeline.notifications import notification
from support.factories.alerts.world import DAYS, NOW
from support.servers.mail.servers import Inbox, mail_server, relay

ONE, TWO = "one@vms.example", "two@vms.example"
REFUSED = refused("no such user")
BUSY = retry("mailbox busy")
DOWN = retry("nobody listens", receiver_down=True)
LOST = retry("the connection was lost", receiver_down=True, uncertain=True)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@dataclass
class Box:
    """An outbox in memory, which works as that of the store."""

    waiting: list[Notification]
    withdrawn: bool = False

    async def due_notifications(self, receiver: str, now: datetime, limit: int) -> Sequence[Notification]:
        """Return what is due."""
        due = [one for one in self.waiting if one.receiver == receiver and one.pending]
        return [one for one in due if one.next_attempt_at <= now][:limit]

    async def attempting(self, notification: Notification) -> bool:
        """Replace the notification of this id, unless it was withdrawn."""
        if not self.withdrawn:
            self._put(notification)
        return not self.withdrawn

    async def attempted(self, notification: Notification, _now: datetime) -> None:
        """Replace the notification of this id."""
        self._put(notification)

    async def release(self, receiver: str, now: datetime, tried: Collection[str]) -> int:
        """Make all others of the receiver due."""
        late = [one for one in self.waiting if one.receiver == receiver and one.next_attempt_at > now]
        late = [one for one in late if one.pending and one.id not in tried]
        for one in late:
            self._put(replace(one, next_attempt_at=now))
        return len(late)

    def _put(self, notification: Notification) -> None:
        self.waiting = [notification if kept.id == notification.id else kept for kept in self.waiting]


@dataclass
class Script:
    """A receiver that answers each notification with the next outcomes."""

    outcomes: list[Mapping[str, SendResult]]
    seen: list[Notification] = field(default_factory=list)
    name: str = "email"

    async def render(self, notification: Notification, now: datetime) -> bytes:
        """Return the content with the time."""
        return f"{notification.payload} at {now:%H:%M}".encode()

    async def send(
        self, notification: Notification, _now: datetime, _note: Note = unheard
    ) -> Mapping[str, SendResult]:
        """Return the next outcomes."""
        self.seen.append(notification)
        return self.outcomes[min(len(self.seen), len(self.outcomes)) - 1]

    def close(self) -> None:
        """Have nothing to release."""

    @property
    def sent(self) -> list[bytes | None]:
        """Return what was sent, in order."""
        return [one.rendered for one in self.seen]


@dataclass
class Counts:
    """Count results."""

    counted: Counter[tuple[str, str]] = field(default_factory=Counter)

    def count(self, receiver: str, result: str, number: int) -> None:
        """Add to a count."""
        self.counted[receiver, result] += number


def waiting(
    number: int = 1, *recipients: str, kind: NotificationKind = NotificationKind.NOTICE
) -> Notification:
    """Return a notification that is due."""
    new = notification("email", recipients or (ONE, TWO), kind, f"content {number}", NOW)
    return replace(new, id=str(number))


def attempt(
    script: Script, *items: Notification, now: datetime = NOW, counts: Counts | None = None
) -> list[Notification]:
    """Return the notifications after one pass."""
    box = Box(list(items))
    asyncio.run(deliver_due(box, script, now, counters=counts))
    return box.waiting


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(0, 5), (1, 5), (2, 10), (3, 20), (4, 40), (8, 640), (9, 900), (1000, 900)]
)
def test_backoff(attempts: int, seconds: int) -> None:
    """Waiting doubles from five seconds and never exceeds a quarter of an hour."""
    assert next_attempt(attempts, NOW) == NOW + timedelta(seconds=seconds)


@given(st.integers(0, 10**9))
def test_waiting_never_gets_shorter(attempts: int) -> None:
    """One more attempt never means a shorter wait."""
    assert next_attempt(attempts, NOW) <= next_attempt(attempts + 1, NOW) <= NOW + 15 * MINUTE


def test_delivered_notification_waits_for_nobody() -> None:
    """After a full success nobody is pending and no error stands."""
    (after,) = attempt(Script([{ONE: ACCEPTED, TWO: ACCEPTED}]), waiting())
    assert (after.pending, after.attempts, after.last_error) == ((), 1, "")


def test_permanent_failure_of_one_does_not_hold_up_the_other() -> None:
    """One recipient failed for good, the other has it, and nothing is tried again."""
    (after,) = attempt(Script([{ONE: REFUSED, TWO: ACCEPTED}]), waiting())
    assert after.recipients == ((ONE, RecipientStatus.REFUSED), (TWO, RecipientStatus.ACCEPTED))
    assert (after.pending, after.last_error) == ((), "no such user")


def test_only_the_refused_recipient_is_tried_again() -> None:
    """Who is busy stays pending, and the repeat has the same id."""
    script = Script([{ONE: ACCEPTED, TWO: BUSY}, {TWO: ACCEPTED}])
    (after,) = attempt(script, waiting())
    assert (after.pending, after.next_attempt_at) == ((TWO,), NOW + FIRST_WAIT)
    (done,) = attempt(script, after, now=NOW + MINUTE)
    assert (done.pending, done.attempts, {one.id for one in script.seen}) == ((), 2, {"1"})


def test_mail_that_is_not_due_rests() -> None:
    """Nothing is tried before its time."""
    script = Script([{ONE: ACCEPTED}])
    attempt(script, replace(waiting(), next_attempt_at=NOW + MINUTE))
    assert script.seen == []


def test_receiver_that_is_down_is_tried_once_a_pass() -> None:
    """The others are put off with the first instead of waiting for the same timeout each."""
    script = Script([{ONE: DOWN, TWO: DOWN}])
    after = attempt(script, waiting(1), waiting(2), waiting(3))
    assert [(m.attempts, m.next_attempt_at, m.last_error) for m in after] == [
        (1, NOW + FIRST_WAIT, "nobody listens"),
        (0, NOW + FIRST_WAIT, "nobody listens"),
        (0, NOW + FIRST_WAIT, "nobody listens"),
    ]
    assert len(script.seen) == 1


def test_refused_mail_does_not_hold_up_the_next() -> None:
    """What concerns one mail says nothing about the others."""
    after = attempt(
        Script([{ONE: REFUSED, TWO: BUSY}, {ONE: ACCEPTED, TWO: ACCEPTED}]), waiting(1), waiting(2)
    )
    assert [m.pending for m in after] == [(TWO,), ()]


def test_results_are_counted_by_recipient() -> None:
    """The metric counts recipients by what became of them."""
    counts = Counts()
    attempt(
        Script([{ONE: ACCEPTED, TWO: BUSY}, {ONE: REFUSED, TWO: ACCEPTED}]),
        waiting(1),
        waiting(2),
        counts=counts,
    )
    assert counts.counted == {("email", "accepted"): 2, ("email", "retry"): 1, ("email", "refused"): 1}


def test_same_error_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """An outage is one line, also over many passes and mails, and news again after a success."""
    box, complaints = Box([waiting(1), waiting(2)]), LoggedErrors()
    script = Script(
        [{ONE: DOWN, TWO: DOWN}] * 3 + [{ONE: ACCEPTED, TWO: ACCEPTED}] * 2 + [{ONE: DOWN, TWO: DOWN}]
    )
    caplog.set_level(logging.WARNING)
    for hour in range(4):
        asyncio.run(deliver_due(box, script, NOW + hour * DAYS, errors=complaints))
    first = [record.getMessage() for record in caplog.records]
    box.waiting.append(waiting(3))
    asyncio.run(deliver_due(box, script, NOW + 5 * DAYS, errors=complaints))
    assert (len(first), len(caplog.records)) == (1, 2)
    assert "nobody listens" in first[0]


def test_complaints_are_bounded() -> None:
    """A server that words each refusal anew does not fill the memory."""
    complaints = LoggedErrors(limit=2)
    assert [complaints.is_new(sentence) for sentence in ("a", "b", "a", "c", "d", "a")] == [
        True,
        True,
        False,
        True,
        True,
        True,
    ]


def test_at_most_the_limit_is_tried() -> None:
    """One pass takes no more than its limit."""
    box = Box([waiting(number) for number in range(5)])
    script = Script([{ONE: ACCEPTED, TWO: ACCEPTED}])
    assert (asyncio.run(deliver_due(box, script, NOW, limit=3)), len(script.seen)) == (3, 3)


class Killed(Box):
    """A box of a process that is killed before it records an attempt."""

    async def attempted(self, notification: Notification, now: datetime) -> None:
        """Record nothing."""
        raise OSError("disk full")


def test_crash_before_the_record_repeats_the_same_mail() -> None:
    """When the record fails after sending, the mail is sent again, days later, the same to the last byte."""
    inbox, box = Inbox(), Killed([waiting(7, kind=NotificationKind.TEST)])

    async def run() -> None:
        async with mail_server(inbox) as port:
            with pytest.raises(OSError, match="disk full"):
                await deliver_due(box, relay(port), NOW)
            await deliver_due(Box(box.waiting), relay(port), NOW + 2 * DAYS)

    asyncio.run(run())
    assert [message["Message-ID"] for message in inbox.messages] == ["<7@vms.example>"] * 2
    assert len({envelope.content for envelope in inbox.taken}) == 1


def test_server_that_comes_back_after_a_day() -> None:
    """A relay that is down for a day costs no mail: attempts each quarter of an hour, then it arrives."""
    inbox = Inbox()
    box = Box([waiting(number, kind=NotificationKind.TEST) for number in (1, 2)])

    async def run() -> datetime:
        async with mail_server(Inbox()) as port:
            pass
        now = NOW
        while now < NOW + DAYS:
            await deliver_due(box, relay(port), now)
            now = min(kept.next_attempt_at for kept in box.waiting)
        async with mail_server(inbox, port=port):
            await deliver_due(box, relay(port), now)
        return now

    back_at = asyncio.run(run())
    assert back_at - NOW < DAYS + 15 * MINUTE
    assert [message["Message-ID"] for message in inbox.messages] == ["<1@vms.example>", "<2@vms.example>"]
    assert [kept.pending for kept in box.waiting] == [(), ()]


def repeated(first: SendResult, *, after: timedelta, **more: object) -> list[bytes | None]:
    """Return what is sent at a first attempt with this outcome and, some time later, at a second."""
    script = Script([dict.fromkeys((ONE, TWO), first)])
    after_first = attempt(script, replace(waiting(), **more))  # type: ignore[arg-type]
    attempt(script, *after_first, now=NOW + after)
    return script.sent


def test_rendered_just_before_the_first_attempt() -> None:
    """What waited for a receiver that was not configured is worded as of the time of sending."""
    script = Script([{ONE: ACCEPTED, TWO: ACCEPTED}])
    attempt(script, waiting(), now=NOW + 3 * HOUR)
    assert script.sent == [b"content 1 at 15:00"]


def test_a_repeat_within_an_hour_is_the_same() -> None:
    """A receiver that is busy for a moment gets what it was offered."""
    assert repeated(BUSY, after=HOUR) == [b"content 1 at 12:00"] * 2


@pytest.mark.parametrize("first", [BUSY, DOWN])
def test_what_waited_longer_is_rendered_anew(first: SendResult) -> None:
    """A mail that waited through a night does not say that something expires in three hours."""
    assert repeated(first, after=HOUR + MINUTE) == [b"content 1 at 12:00", b"content 1 at 13:01"]


def test_what_was_rendered_by_a_clock_far_ahead_is_rendered_anew() -> None:
    """A clock that was set back does not keep a wrong time in what is sent."""
    later = replace(waiting(), rendered=b"from the future", rendered_at=NOW + 9 * HOUR)
    script = Script([{ONE: ACCEPTED, TWO: ACCEPTED}])
    attempt(script, later)
    assert script.sent == [b"content 1 at 12:00"]


def test_what_may_have_been_accepted_is_repeated_as_it_was() -> None:
    """Mail programs recognize a repeat that is the same to the last byte, whenever it comes."""
    assert repeated(LOST, after=9 * HOUR) == [b"content 1 at 12:00"] * 2


def test_doubt_outlives_later_attempts() -> None:
    """A relay that was down in between does not make the first attempt certain."""
    script = Script([{ONE: LOST, TWO: LOST}, {ONE: DOWN, TWO: DOWN}, {ONE: ACCEPTED, TWO: ACCEPTED}])
    items = [waiting()]
    for hours in (0, 5, 10):
        items = attempt(script, *items, now=NOW + hours * HOUR)
    assert script.sent == [b"content 1 at 12:00"] * 3


def test_what_cannot_be_rendered_anew_stays_as_it_is() -> None:
    """A mail that an older version wrote has a text and no content."""
    assert repeated(BUSY, after=9 * HOUR, payload="", rendered=b"old", rendered_at=NOW) == [b"old"] * 2


def test_the_doubt_is_recorded_before_sending() -> None:
    """A process that dies while it sends leaves what it sent, and that it may have been accepted."""

    class Dies(Script):
        async def send(
            self, notification: Notification, _now: datetime, _note: Note = unheard
        ) -> Mapping[str, SendResult]:
            raise KeyboardInterrupt

    box = Box([waiting()])
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(deliver_due(box, Dies([]), NOW))
    (left,) = box.waiting
    assert (left.rendered, left.rendered_at, left.uncertain, left.attempts) == (
        b"content 1 at 12:00",
        NOW,
        True,
        0,
    )


def test_an_answer_removes_the_doubt() -> None:
    """Where the receiver said what it did, nothing is uncertain."""
    (after,) = attempt(Script([{ONE: ACCEPTED, TWO: BUSY}]), waiting())
    assert after.uncertain is False


def test_what_cannot_be_rendered_does_not_hold_up_the_next(caplog: pytest.LogCaptureFixture) -> None:
    """A bug in the words of one costs that one, which waits, with a traceback in the log."""

    class Wordless(Script):
        async def render(self, notification: Notification, now: datetime) -> bytes:
            if notification.id == "1":
                raise ValueError("no words")
            return await super().render(notification, now)

    script = Wordless([{ONE: ACCEPTED, TWO: ACCEPTED}])
    with caplog.at_level(logging.ERROR):
        first, second = attempt(script, waiting(1), waiting(2))
    assert (first.pending, first.next_attempt_at, second.pending) == ((ONE, TWO), NOW + FIRST_WAIT, ())
    assert first.uncertain is False
    assert "no words" in caplog.text


@pytest.mark.parametrize(
    ("after", "wait"),
    [(timedelta(0), FIRST_WAIT), (10 * MINUTE, 10 * MINUTE), (30 * DAYS, 15 * MINUTE), (None, FIRST_WAIT)],
)
def test_a_receiver_may_say_when(after: timedelta | None, wait: timedelta) -> None:
    """What a receiver asks for is respected, between five seconds and a quarter of an hour."""
    (done,) = attempt(Script([{ONE: retry("slow down", after), TWO: ACCEPTED}]), waiting())
    assert done.next_attempt_at == NOW + wait


def test_what_was_withdrawn_is_not_sent() -> None:
    """It may be withdrawn after it was read: then it is neither sent nor counted."""
    script, counts, box = Script([{ONE: ACCEPTED, TWO: ACCEPTED}]), Counts(), Box([waiting()], withdrawn=True)
    asyncio.run(deliver_due(box, script, NOW, counters=counts))
    assert (script.sent, box.waiting, counts.counted) == ([], [waiting()], Counter())
