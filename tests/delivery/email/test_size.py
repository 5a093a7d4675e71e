"""Mails that a relay refuses for their size: tried again in a short form with the same Message-ID."""

import asyncio
from dataclasses import replace

import aiosmtplib
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from monitor.delivery import SendResult, SendStatus
from monitor.delivery.email.relay.faults import rejection
from monitor.delivery.email.relay.settings import RelaySettings
from monitor.delivery.outbox import after_attempt
from monitor.delivery.receiver import ACCEPTED, refused
from monitor.model import RecipientStatus
from support.factories.recorded import NOW, waiting
from support.servers.daemon.small_monitor import MINUTE, SmallMonitor, during, wrong
from support.servers.mail.servers import SENDER, Inbox, mail_server, only, relay, sample

SETTINGS = RelaySettings("relay.vms.example", SENDER)
TOO_LARGE = refused("too large", too_large=True)
ONE, TWO = waiting(1).pending
MANY = tuple(wrong(number) for number in range(19))


class Small(Inbox):
    """A relay that takes mails up to a size, and says so only after it read them."""

    def __init__(self, limit: int, answer: str = "552 5.3.4 Message size exceeds fixed limit") -> None:
        """Set the limit in bytes, and the answer beyond it."""
        super().__init__()
        self.limit, self.answer = limit, answer
        self.refused: list[Envelope] = []

    async def handle_DATA(  # noqa: N802 - aiosmtpd finds it by this name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Answer DATA."""
        if len(envelope.original_content or b"") > self.limit:
            self.refused.append(envelope)
            return self.answer
        return await super().handle_DATA(server, session, envelope)


@pytest.mark.parametrize(
    ("code", "answer", "what", "expected"),
    [
        (552, "5.3.4 too big", "message", True),
        (552, "too much mail data", "message", True),
        (552, "message size exceeds limit", "sender a@vms.example", True),
        (523, "5.3.4 message length exceeds limit", "message", True),
        (534, "5.3.4 message too big for system", "message", True),
        (554, "5.2.3 message length exceeds administrative limit", "message", True),
        (552, "5.2.3 message length exceeds administrative limit", "recipient a@vms.example", True),
        (552, "5.2.2 mailbox full", "recipient a@vms.example", False),
        (534, "5.7.9 mechanism too weak", "message", False),
        (554, "5.7.1 spam", "message", False),
        (452, "4.3.4 try later", "message", False),
        (554, "15.3.41 nothing", "message", False),
    ],
)
def test_what_a_size_is(code: int, answer: str, what: str, *, expected: bool) -> None:
    """Basic and enhanced codes say it; a full mailbox, a login and a temporary answer do not."""
    outcome = rejection(aiosmtplib.SMTPResponseException(code, answer), SETTINGS, what)
    assert outcome.too_large is expected
    assert not expected or outcome.status is SendStatus.REFUSED


def test_announced_limit_saves_the_transfer() -> None:
    """A mail beyond the size that the relay announces is not sent at all."""
    inbox = Inbox()
    outcome = only(sent_to_limited(inbox, 100))
    assert (outcome.too_large, inbox.taken) == (True, [])
    assert "at most 100 bytes" in outcome.why


def sent_to_limited(inbox: Inbox, limit: int) -> dict[str, SendResult]:
    """Return what becomes of a mail at a server that announces a limit."""

    async def run() -> dict[str, SendResult]:
        async with mail_server(inbox, data_size_limit=limit) as port:
            return await relay(port).send(sample(), NOW)

    return asyncio.run(run())


@pytest.mark.parametrize("answer", ["552 5.3.4 Message size exceeds fixed limit", "523 too long"])
def test_short_form_follows_at_once(answer: str) -> None:
    """It has a line for each alert, in plain text, with the Message-ID of the one that was refused."""
    inbox = Small(20_000, answer)

    async def act(monitor: SmallMonitor) -> object:
        first = await monitor.step(*MANY)
        await monitor.deliver()
        return first, await monitor.retry_at()

    assert during(act, inbox) == ([], None)
    short = inbox.messages[-1]
    assert len(inbox.taken) == 2
    assert len(inbox.refused) == 1
    assert f"Message-ID: {short['Message-ID']}".encode() in (inbox.refused[0].original_content or b"")
    assert short.get_content_type() == "text/plain"
    text = short.get_content()
    assert all(f"host{number}:443" in text for number in range(19))
    assert "short form" in text


def test_what_is_too_large_even_then_is_not_notified() -> None:
    """It counts as refused: it is decided again later, and notified once the relay takes it."""
    inbox = Small(100_000)

    async def act(monitor: SmallMonitor) -> object:
        inbox.limit = 500
        await monitor.step(wrong(1))
        await monitor.deliver()
        refused_so_far, due = len(inbox.refused), await monitor.retry_at()
        inbox.limit = 100_000
        return refused_so_far, due is not None, await monitor.step(wrong(1), after=MINUTE)

    tried, retried, notified = during(act, inbox)
    assert (tried, retried, len(notified)) == (2, True, 1)


def test_only_who_refused_the_size_is_offered_the_short_form() -> None:
    """What one recipient accepted is not repeated to it."""
    after = after_attempt(waiting(1), {ONE: ACCEPTED, TWO: TOO_LARGE}, NOW)
    assert after.recipients == ((ONE, RecipientStatus.ACCEPTED), (TWO, RecipientStatus.PENDING))
    assert (after.short, after.rendered, after.next_attempt_at) == (True, None, NOW)


def test_refusal_for_size_removes_the_doubt() -> None:
    """What the relay finds too large now it did not take before."""
    doubtful = replace(waiting(1), uncertain=True)
    assert after_attempt(doubtful, {ONE: TOO_LARGE, TWO: TOO_LARGE}, NOW).uncertain is False


@pytest.mark.parametrize("more", [{"payload": ""}, {"short": True}])
def test_what_has_no_shorter_form_is_refused(more: dict[str, object]) -> None:
    """A mail that an older version wrote, and the short form itself."""
    item = replace(waiting(1), **more)  # type: ignore[arg-type]
    assert after_attempt(item, {ONE: TOO_LARGE, TWO: TOO_LARGE}, NOW).pending == ()
