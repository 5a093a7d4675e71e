"""What the outbox does with what a relay says: states, backoff, counts, and one log line for one error."""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.delivery import LoggedErrors, SendResult, SendStatus, deliver_due, next_attempt
from monitor.delivery.email import RelaySettings, SmtpRelay, test_message
from monitor.messages import english
from monitor.model import Mail, RecipientStatus
from support.factories.alerts_world import DAYS, NOW
from support.servers.mail_servers import Inbox, mail_server

ONE, TWO = "one@vms.example", "two@vms.example"
ACCEPTED = SendResult(SendStatus.ACCEPTED)
REFUSED = SendResult(SendStatus.REFUSED, "no such user")
BUSY = SendResult(SendStatus.RETRY, "mailbox busy")
DOWN = SendResult(SendStatus.RETRY, "nobody listens", relay_down=True)
MINUTE = timedelta(minutes=1)


@dataclass
class Box:
    """Keep mails in memory, as the store does in its tables."""

    mails: list[Mail]

    async def due_mails(self, now: datetime, limit: int) -> Sequence[Mail]:
        """Return what is due."""
        return [mail for mail in self.mails if mail.pending and mail.next_attempt_at <= now][:limit]

    async def mail_attempted(self, mail: Mail) -> None:
        """Replace the mail of this id."""
        self.mails = [mail if kept.id == mail.id else kept for kept in self.mails]


@dataclass
class Script:
    """Answer each mail with the next outcomes."""

    outcomes: list[Mapping[str, SendResult]]
    seen: list[Mail] = field(default_factory=list)

    async def send(self, mail: Mail) -> Mapping[str, SendResult]:
        """Return the next outcomes."""
        self.seen.append(mail)
        return self.outcomes[min(len(self.seen), len(self.outcomes)) - 1]


@dataclass
class Counts:
    """Count results."""

    counted: Counter[str] = field(default_factory=Counter)

    def count(self, result: str, number: int) -> None:
        """Add to a count."""
        self.counted[result] += number


def mail(number: int = 1, *recipients: str) -> Mail:
    """Return a stored mail that is due."""
    new = test_message(
        "certs@vms.example", recipients or (ONE, TWO), english(NOW), lambda: f"<{number}@vms.example>"
    )
    return replace(new, id=number)


def attempt(script: Script, *mails: Mail, now: datetime = NOW, counts: Counts | None = None) -> list[Mail]:
    """Return the mails after one pass."""
    box = Box(list(mails))
    asyncio.run(deliver_due(box, script, now, counters=counts))
    return box.mails


@pytest.mark.parametrize(
    ("attempts", "minutes"), [(0, 1), (1, 1), (2, 2), (3, 4), (4, 8), (6, 32), (7, 60), (1000, 60)]
)
def test_backoff(attempts: int, minutes: int) -> None:
    """Waiting doubles from one minute and never exceeds an hour."""
    assert next_attempt(attempts, NOW) == NOW + minutes * MINUTE


@given(st.integers(0, 10**9))
def test_waiting_never_gets_shorter(attempts: int) -> None:
    """One more attempt never means a shorter wait."""
    assert next_attempt(attempts, NOW) <= next_attempt(attempts + 1, NOW) <= NOW + 60 * MINUTE


def test_delivered_mail_waits_for_nobody() -> None:
    """After a full success nobody is pending and no error stands."""
    (after,) = attempt(Script([{ONE: ACCEPTED, TWO: ACCEPTED}]), mail())
    assert (after.pending, after.attempts, after.last_error) == ((), 1, "")


def test_permanent_failure_of_one_does_not_hold_up_the_other() -> None:
    """One recipient failed for good, the other has the mail, and nothing is tried again."""
    (after,) = attempt(Script([{ONE: REFUSED, TWO: ACCEPTED}]), mail())
    assert after.recipients == ((ONE, RecipientStatus.REFUSED), (TWO, RecipientStatus.ACCEPTED))
    assert (after.pending, after.last_error) == ((), "no such user")


def test_only_the_refused_recipient_is_tried_again() -> None:
    """Who is busy stays pending, and the repeat carries the same Message-ID."""
    script = Script([{ONE: ACCEPTED, TWO: BUSY}, {TWO: ACCEPTED}])
    (after,) = attempt(script, mail())
    assert (after.pending, after.next_attempt_at) == ((TWO,), NOW + MINUTE)
    (done,) = attempt(script, after, now=NOW + MINUTE)
    assert (done.pending, done.attempts, done.message_id) == ((), 2, "<1@vms.example>")


def test_mail_that_is_not_due_rests() -> None:
    """Nothing is tried before its time."""
    script = Script([{ONE: ACCEPTED}])
    attempt(script, replace(mail(), next_attempt_at=NOW + MINUTE))
    assert script.seen == []


def test_relay_that_is_down_is_tried_once_a_pass() -> None:
    """The other mails are put off with the first instead of waiting for the same timeout each."""
    script = Script([{ONE: DOWN, TWO: DOWN}])
    after = attempt(script, mail(1), mail(2), mail(3))
    assert [(m.attempts, m.next_attempt_at, m.last_error) for m in after] == [
        (1, NOW + MINUTE, "nobody listens"),
        (0, NOW + MINUTE, "nobody listens"),
        (0, NOW + MINUTE, "nobody listens"),
    ]
    assert len(script.seen) == 1


def test_refused_mail_does_not_hold_up_the_next() -> None:
    """What concerns one mail says nothing about the others."""
    after = attempt(Script([{ONE: REFUSED, TWO: BUSY}, {ONE: ACCEPTED, TWO: ACCEPTED}]), mail(1), mail(2))
    assert [m.pending for m in after] == [(TWO,), ()]


def test_results_are_counted_by_recipient() -> None:
    """The metric counts recipients by what became of them."""
    counts = Counts()
    attempt(
        Script([{ONE: ACCEPTED, TWO: BUSY}, {ONE: REFUSED, TWO: ACCEPTED}]), mail(1), mail(2), counts=counts
    )
    assert counts.counted == {"accepted": 2, "retry": 1, "refused": 1}


def test_same_error_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """An outage is one line, also over many passes and mails, and news again after a success."""
    box, complaints = Box([mail(1), mail(2)]), LoggedErrors()
    script = Script(
        [{ONE: DOWN, TWO: DOWN}] * 3 + [{ONE: ACCEPTED, TWO: ACCEPTED}] * 2 + [{ONE: DOWN, TWO: DOWN}]
    )
    caplog.set_level(logging.WARNING)
    for hour in range(4):
        asyncio.run(deliver_due(box, script, NOW + hour * DAYS, errors=complaints))
    first = [record.getMessage() for record in caplog.records]
    box.mails.append(mail(3))
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
    box = Box([mail(number) for number in range(5)])
    script = Script([{ONE: ACCEPTED, TWO: ACCEPTED}])
    assert (asyncio.run(deliver_due(box, script, NOW, limit=3)), len(script.seen)) == (3, 3)


def test_crash_before_the_record_repeats_the_same_mail() -> None:
    """When the record fails after sending, the mail is sent again and recognisable by its Message-ID."""

    class Forgetful(Box):
        async def mail_attempted(self, mail: Mail) -> None:
            raise OSError("disk full")

    inbox = Inbox()

    async def run() -> None:
        async with mail_server(inbox) as port:
            relay = SmtpRelay(RelaySettings("127.0.0.1", "certs@vms.example", port=port))
            with pytest.raises(OSError, match="disk full"):
                await deliver_due(Forgetful([mail(7)]), relay, NOW)
            await deliver_due(Box([mail(7)]), relay, NOW)

    asyncio.run(run())
    assert [message["Message-ID"] for message in inbox.messages] == ["<7@vms.example>"] * 2


def test_server_that_comes_back_after_a_day() -> None:
    """A relay that is down for a day costs no mail: hourly attempts, then the mail arrives."""
    inbox, box = Inbox(), Box([mail(1), mail(2)])

    async def run() -> datetime:
        async with mail_server(Inbox()) as port:
            pass
        relay = SmtpRelay(RelaySettings("127.0.0.1", "certs@vms.example", port=port))
        now = NOW
        while now < NOW + DAYS:
            await deliver_due(box, relay, now)
            now = min(kept.next_attempt_at for kept in box.mails)
        async with mail_server(inbox, port=port):
            await deliver_due(box, relay, now)
        return now

    back_at = asyncio.run(run())
    assert back_at - NOW < DAYS + timedelta(hours=1)
    assert [message["Message-ID"] for message in inbox.messages] == ["<1@vms.example>", "<2@vms.example>"]
    assert [kept.pending for kept in box.mails] == [(), ()]
