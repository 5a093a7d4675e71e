"""Several relays: in which order they are tried, what goes on to the next one, and what stays."""

import asyncio
import itertools
import logging
from collections.abc import Sequence
from datetime import timedelta

import pytest

from monitor.delivery import SendResult, SendStatus
from monitor.delivery.email.receiver import EmailReceiver
from monitor.delivery.email.relay.chain import REST, RelayChain, passes_on, summed_up
from monitor.delivery.receiver import ACCEPTED, Note, refused, retry, unheard
from monitor.logs import TextLines
from monitor.messages import english
from monitor.model import text
from support.factories.alerts.world import NOW
from support.servers.mail.servers import Inbox, mail_server, relay, results, sample, scripted_server

DOWN = retry("nobody listens", receiver_down=True)
GOOD, BAD = "good@vms.example", "bad@vms.example"


def through(*ports: int) -> EmailReceiver:
    """Return a receiver with several relays on loopback."""
    first, *others = (relay(port).settings for port in ports)
    return EmailReceiver(first, lambda: text("watch.vms.example"), english, "email", others)


def sent_by(*answers: dict[str, str]) -> tuple[list[Inbox], dict[str, SendResult]]:
    """Return the inboxes of relays with these answers, and what becomes of a mail to two people."""

    async def run() -> tuple[list[Inbox], dict[str, SendResult]]:
        inboxes = [Inbox(one) for one in answers]
        async with mail_server(inboxes[0]) as one, mail_server(inboxes[1]) as two:
            return inboxes, await through(one, two).send(sample(GOOD, BAD), NOW)

    return asyncio.run(run())


def test_first_relay_takes_everything() -> None:
    """While the first relay serves, no other one is asked."""
    (first, second), sent = sent_by({}, {})
    assert (len(first.taken), len(second.taken)) == (1, 0)
    assert set(results(sent).values()) == {SendStatus.ACCEPTED}


def test_relay_that_is_down_passes_on() -> None:
    """A relay at which nobody listens passes every recipient on."""

    async def run() -> tuple[Inbox, dict[str, SendResult], list[str]]:
        inbox, heard = Inbox(), list[str]()
        async with mail_server(Inbox()) as closed:
            pass
        async with mail_server(inbox) as port:
            return inbox, await through(closed, port).send(sample(GOOD, BAD), NOW, heard.append), heard

    inbox, sent, heard = asyncio.run(run())
    assert (inbox.taken[0].rcpt_tos, set(results(sent).values())) == ([GOOD, BAD], {SendStatus.ACCEPTED})
    assert [line for line in heard if line.startswith("the next relay is localhost port ")] != []


@pytest.mark.parametrize(
    "answer",
    [
        {"MAIL": "530 5.7.57 Client not authenticated to send mail"},
        {"MAIL": "550 5.7.30 Basic authentication is not supported"},
        {"MAIL": "550 5.7.1 sender not allowed"},
        {"MAIL": "553 sender refused"},
        {"DATA": "550 5.7.60 SMTP; Client does not have permissions to send as this sender"},
    ],
)
def test_refused_sender_passes_on(answer: dict[str, str]) -> None:
    """A relay that does not serve this sender passes every recipient on."""
    (first, second), sent = sent_by(answer, {})
    assert (len(first.taken), second.taken[0].rcpt_tos) == (0, [GOOD, BAD])
    assert set(results(sent).values()) == {SendStatus.ACCEPTED}


def test_one_recipient_passes_on() -> None:
    """Whom the first relay may not reach for us, the second is asked for; the others have their mail."""
    (first, second), sent = sent_by({BAD: "550 5.7.54 SMTP; Unable to relay recipient"}, {})
    assert (first.taken[0].rcpt_tos, second.taken[0].rcpt_tos) == ([GOOD], [BAD])
    assert set(results(sent).values()) == {SendStatus.ACCEPTED}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({BAD: "550 5.1.1 no such user"}, SendStatus.REFUSED),
        ({BAD: "450 4.2.0 greylisted"}, SendStatus.RETRY),
        ({BAD: "552 5.3.4 too large"}, SendStatus.REFUSED),
    ],
)
def test_refused_recipient_stays(answer: dict[str, str], expected: SendStatus) -> None:
    """What concerns a recipient or the mail is not tried at another relay."""
    (_, second), sent = sent_by(answer, {})
    assert (results(sent), second.taken) == ({GOOD: SendStatus.ACCEPTED, BAD: expected}, [])


@pytest.mark.parametrize("answer", ["554 5.6.0 content refused", "451 try later"])
def test_refused_mail_stays(answer: str) -> None:
    """A mail that was refused for what it says, or for a moment, is not offered elsewhere."""
    (_, second), sent = sent_by({"DATA": answer}, {})
    assert (second.taken, SendStatus.ACCEPTED in results(sent).values()) == ([], False)


def test_mail_that_may_be_accepted_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mail whose answer was lost may be on its way, and is not handed to another relay."""
    monkeypatch.setattr("monitor.delivery.email.relay.smtp._DATA_AT_LEAST", timedelta(0))
    lines = iter(["250 hello", "250 ok", "250 ok", "250 ok", "354 go on"])

    async def run() -> tuple[Inbox, dict[str, SendResult]]:
        inbox = Inbox()
        async with (
            scripted_server("220 hi", lambda line: next(lines, "" if line == "." else " ")) as lost,
            mail_server(inbox) as port,
        ):
            return inbox, await through(lost, port).send(sample(GOOD, BAD), NOW)

    inbox, sent = asyncio.run(run())
    assert (inbox.taken, [one.uncertain for one in sent.values()]) == ([], [True, True])


class Fake:
    """A relay that answers everybody in the same way, and counts."""

    def __init__(self, location: str, *answers: SendResult) -> None:
        """Answer so, the last answer for ever."""
        self.location = location
        self.asked = 0
        self._answers = answers

    async def send(self, _message: bytes, recipients: Sequence[str], _note: Note) -> dict[str, SendResult]:
        """Answer."""
        answer = self._answers[min(self.asked, len(self._answers) - 1)]
        self.asked += 1
        return dict.fromkeys(recipients, answer)


class Ticking:
    """A clock that the test moves."""

    seconds = 0.0

    def now(self) -> object:
        """Return the time of the tests."""
        return NOW

    def monotonic(self) -> float:
        """Return the seconds that have passed."""
        return self.seconds


def test_relay_that_is_down_rests() -> None:
    """A relay that was down is tried after the others for five minutes, and then first again."""
    first, second, clock = Fake("one", DOWN, ACCEPTED), Fake("two", ACCEPTED), Ticking()
    chain, counts = RelayChain((first, second), clock), []  # type: ignore[arg-type]
    for clock.seconds in (0, 1, REST.total_seconds() - 1, REST.total_seconds() + 1):
        asyncio.run(chain.send(b"", (GOOD,), unheard))
        counts.append((first.asked, second.asked))
    assert counts == [(1, 1), (1, 2), (1, 3), (2, 3)]


def test_resting_relay_is_the_last_resort() -> None:
    """A relay that rests is tried all the same when the others do not serve."""
    first, second = Fake("one", DOWN, ACCEPTED), Fake("two", ACCEPTED, DOWN)
    chain = RelayChain((first, second))
    sent = [asyncio.run(chain.send(b"", (GOOD,), unheard))[GOOD] for _ in range(2)]
    assert (sent, first.asked, second.asked) == ([ACCEPTED, ACCEPTED], 2, 2)


def test_log_says_that_a_relay_is_down(caplog: pytest.LogCaptureFixture) -> None:
    """A relay that is down is said once, although the mails arrive, and again when it serves."""
    caplog.set_level(logging.INFO)
    first, second, clock = Fake("one port 25", DOWN, DOWN, ACCEPTED), Fake("two port 25", ACCEPTED), Ticking()
    chain = RelayChain((first, second), clock)  # type: ignore[arg-type]
    for clock.seconds in (0, 1, 400, 800):
        asyncio.run(chain.send(b"", (GOOD,), unheard))
    said = [TextLines().format(record).partition(": ")[2] for record in caplog.records]
    assert said == [
        'mail relay does not serve, others are tried relay="one port 25" error="nobody listens"',
        'mail relay serves again relay="one port 25"',
    ]


def test_single_relay_is_logged_by_the_outbox(caplog: pytest.LogCaptureFixture) -> None:
    """With one relay there is no other one to speak of."""
    asyncio.run(RelayChain((Fake("one", DOWN),)).send(b"", (GOOD,), unheard))
    assert caplog.records == []


SENDER = refused("not allowed", elsewhere=True)
UNKNOWN = refused("no such user")
LATER = retry("greylisted")
BUSY = retry("no token", timedelta(minutes=9), receiver_down=True)


@pytest.mark.parametrize(
    ("tried", "expected"),
    [
        ((DOWN,), DOWN),
        ((DOWN, ACCEPTED), ACCEPTED),
        ((DOWN, UNKNOWN), SendResult(SendStatus.REFUSED, "nobody listens; no such user")),
        ((DOWN, LATER), SendResult(SendStatus.RETRY, "nobody listens; greylisted")),
        ((DOWN, DOWN), DOWN),
        ((SENDER, SENDER), refused("not allowed")),
        ((DOWN, SENDER), retry("nobody listens; not allowed", receiver_down=True)),
        ((SENDER, DOWN), retry("not allowed; nobody listens", receiver_down=True)),
        ((BUSY, DOWN), retry("no token; nobody listens", receiver_down=True)),
        ((BUSY, SENDER), retry("no token; not allowed", timedelta(minutes=9), receiver_down=True)),
    ],
)
def test_summing_up(tried: tuple[SendResult, ...], expected: SendResult) -> None:
    """The reasons of all relays are kept; it is over only when no relay may serve later."""
    assert summed_up(tried) == expected


def test_nothing_is_accepted_twice() -> None:
    """However relays answer, whoever has the mail, or may have it, is not offered to another one."""
    uncertain = retry("lost", uncertain=True)
    for answers in itertools.product((ACCEPTED, uncertain, DOWN, SENDER, UNKNOWN, LATER), repeat=3):
        relays = [Fake(str(number), answer) for number, answer in enumerate(answers)]
        asyncio.run(RelayChain(relays).send(b"", (GOOD,), unheard))
        asked = [answer for answer, one in zip(answers, relays, strict=True) if one.asked]
        assert all(passes_on(answer) for answer in asked[:-1])
