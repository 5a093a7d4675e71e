"""Every behavior of a relay, with real servers on loopback."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.delivery import SendResult, SendStatus
from monitor.model import Notification
from support.factories.alerts.world import NOW
from support.servers.mail.servers import (
    ADMIN,
    Answer,
    Inbox,
    mail_server,
    only,
    relay,
    results,
    sample,
    scripted_server,
    sent_to,
)


def test_unauthenticated_relay_takes_the_mail_whole() -> None:
    """The commonest relay, port 25 without login or TLS, takes the mail byte for byte."""
    inbox, mail = Inbox(), sample()
    outcomes = sent_to(inbox, mail)
    assert (results(outcomes), inbox.taken[0].mail_from, inbox.taken[0].rcpt_tos) == (
        {ADMIN: SendStatus.ACCEPTED},
        "certs@vms.example",
        [ADMIN],
    )
    assert inbox.taken[0].content == mail.rendered
    assert inbox.messages[0]["Message-ID"] == "<42@vms.example>"


def test_lines_that_begin_with_a_dot_arrive() -> None:
    """The end-of-data mark inside a mail does not end it (RFC 5321 section 4.5.2)."""
    inbox = Inbox()
    mail = sample()
    dotted = replace(mail, rendered=(mail.rendered or b"") + b".\r\n..two\r\nend\r\n")
    assert (results(sent_to(inbox, dotted)), inbox.taken[0].content) == (
        {ADMIN: SendStatus.ACCEPTED},
        dotted.rendered,
    )


BOTH = ("good@vms.example", "bad@vms.example")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("550 5.1.1 no such user", SendStatus.REFUSED),
        ("450 4.2.1 mailbox busy", SendStatus.RETRY),
        ("552 too many recipients", SendStatus.RETRY),
        ("451 greylisted", SendStatus.RETRY),
    ],
)
def test_one_of_two_recipients_is_refused(answer: str, expected: SendStatus) -> None:
    """The other recipient still gets the mail."""
    inbox = Inbox({BOTH[1]: answer})
    outcomes = sent_to(inbox, sample(*BOTH))
    assert results(outcomes) == {BOTH[0]: SendStatus.ACCEPTED, BOTH[1]: expected}
    assert (inbox.taken[0].rcpt_tos, outcomes[BOTH[1]].receiver_down) == ([BOTH[0]], False)
    assert answer in outcomes[BOTH[1]].why


def test_all_recipients_refused() -> None:
    """Without anybody left no DATA follows."""
    inbox = Inbox(dict.fromkeys(BOTH, "550 no"))
    assert (results(sent_to(inbox, sample(*BOTH))), inbox.taken) == (
        dict.fromkeys(BOTH, SendStatus.REFUSED),
        [],
    )


@pytest.mark.parametrize(
    ("command", "answer", "expected"),
    [
        ("MAIL", "550 5.7.1 sender not allowed", SendStatus.REFUSED),
        ("MAIL", "451 try later", SendStatus.RETRY),
        ("MAIL", "530 5.7.0 authentication required", SendStatus.RETRY),
        (
            "MAIL",
            "550 5.7.30 Basic authentication is not supported for Client Submission",
            SendStatus.RETRY,
        ),
        ("DATA", "554 5.6.0 content refused", SendStatus.REFUSED),
        ("DATA", "452 disk full", SendStatus.RETRY),
    ],
)
def test_answers_to_the_whole_mail(command: str, answer: str, expected: SendStatus) -> None:
    """5xx is permanent, 4xx is not, and what is about our right to send can be put right."""
    assert only(sent_to(Inbox({command: answer}))).status is expected


def test_microsoft_365_gets_a_hint() -> None:
    """The answer by which Microsoft 365 refuses passwords is explained."""
    outcome = only(sent_to(Inbox({"MAIL": "550 5.7.30 Basic authentication is not supported"})))
    assert ("Microsoft 365" in outcome.why, outcome.receiver_down) == (True, True)


def test_nobody_listens() -> None:
    """A refused connection names host and port."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        outcome = only(asyncio.run(relay(port, host="127.0.0.1").send(sample(), NOW)))
    assert (outcome.status, outcome.receiver_down) == (SendStatus.RETRY, True)
    assert f"nobody listens at 127.0.0.1 port {port}" in outcome.why


def test_unknown_host() -> None:
    """A name that does not exist (RFC 6761) is said, and the mail waits."""
    outcome = only(asyncio.run(relay(25, host="relay.invalid").send(sample(), NOW)))
    assert (outcome.status, "relay.invalid" in outcome.why) == (SendStatus.RETRY, True)


def ready(replies: dict[str, str | None]) -> Answer:
    """Return a script that takes a mail, except that some commands get another answer."""
    kind = {"EHLO": "250 hello", "DATA": "354 go on", "QUIT": "221 bye", **replies}
    inside: list[str] = []

    def answer(line: str) -> str | None:
        if inside and line != ".":
            return " "
        command = line.partition(" ")[0].partition(":")[0]
        inside[:] = [command] if kind.get(command) == "354 go on" else []
        return kind.get(command, "250 ok")

    return answer


def scripted(greeting: str | None, answer: Answer, seconds: float = 5) -> SendResult:
    """Return what becomes of a mail at a scripted server."""

    async def run() -> SendResult:
        async with scripted_server(greeting, answer) as port:
            return only(await relay(port, timeout=timedelta(seconds=seconds)).send(sample(), NOW))

    return asyncio.run(run())


@pytest.mark.parametrize("where", ["greeting", "EHLO", "MAIL", "RCPT"])
def test_server_that_hangs_costs_its_timeout(where: str) -> None:
    """A server that stops answering at any command costs the timeout and the mail waits."""
    outcome = scripted(None if where == "greeting" else "220 hi", ready({where: None}), seconds=0.2)
    assert (outcome.status, "did not answer within 0.2 s" in outcome.why) == (SendStatus.RETRY, True)


@pytest.mark.parametrize("where", ["greeting", "EHLO", "MAIL", "RCPT", "DATA"])
def test_server_that_hangs_up(where: str) -> None:
    """A server that closes at any command leaves the mail waiting; after MAIL it may be this mail's fault."""
    outcome = scripted("" if where == "greeting" else "220 hi", ready({where: ""}))
    assert (outcome.status, outcome.receiver_down) == (SendStatus.RETRY, where not in ("RCPT", "DATA"))


def test_server_that_closes_in_the_middle_of_data() -> None:
    """A connection that ends after the body but before the answer is tried again."""
    lines = iter(["250 hello", "250 ok", "250 ok", "354 go on", ""])
    outcome = scripted("220 hi", lambda _line: next(lines))
    assert (outcome.status, "closed the connection" in outcome.why) == (SendStatus.RETRY, True)


@pytest.mark.parametrize("greeting", ["554 no service for you", "421 too busy", "what is this", "220"])
def test_odd_greetings_wait(greeting: str) -> None:
    """Whatever greets us, no mail is given up because of it."""
    outcome = scripted(greeting, ready({"MAIL": "421 closing"}))
    assert outcome.status is SendStatus.RETRY


def test_server_that_only_knows_helo() -> None:
    """A server from before EHLO (RFC 1869) still gets the mail."""
    assert scripted("220 old", ready({"EHLO": "502 what"})).status is SendStatus.ACCEPTED


@pytest.mark.parametrize("bye", ["", "500 no such command"])
def test_odd_goodbye_does_not_matter(bye: str) -> None:
    """A mail that was taken stays taken, however the session ends."""
    assert scripted("220 hi", ready({"QUIT": bye})).status is SendStatus.ACCEPTED


def test_recipient_in_letters_needs_smtputf8() -> None:
    """An address in letters fails for good where SMTPUTF8 is lacking; the other recipient gets the mail."""
    outcomes = sent_to(Inbox(), sample("jürgen@vms.example", ADMIN))
    assert results(outcomes) == {"jürgen@vms.example": SendStatus.REFUSED, ADMIN: SendStatus.ACCEPTED}
    assert "SMTPUTF8" in outcomes["jürgen@vms.example"].why


def with_utf8(mail: Notification, **more: object) -> tuple[Inbox, dict[str, SendResult]]:
    """Return what becomes of a mail at a server that knows SMTPUTF8."""

    async def run() -> tuple[Inbox, dict[str, SendResult]]:
        inbox = Inbox()
        async with mail_server(inbox, enable_SMTPUTF8=True) as port:
            return inbox, await relay(port, **more).send(mail, NOW)

    return asyncio.run(run())


def test_recipient_in_letters_where_the_server_can() -> None:
    """An address in letters is written in UTF-8 where the server knows SMTPUTF8."""
    inbox, _ = with_utf8(sample("jürgen@vms.example"))
    assert inbox.taken[0].rcpt_tos == ["jürgen@vms.example"]


def test_domain_in_letters_goes_everywhere() -> None:
    """A domain in letters is written in ASCII on the envelope; the outcome keeps the configured address."""
    inbox = Inbox()
    outcomes = sent_to(inbox, sample("admins@münchen.example"))
    assert (list(outcomes), inbox.taken[0].rcpt_tos) == (
        ["admins@münchen.example"],
        ["admins@xn--mnchen-3ya.example"],
    )


def test_sender_in_letters() -> None:
    """A sender in letters makes a mail that only a server with SMTPUTF8 can take."""
    sender = "zertifikat-wächter@vms.example"
    mail = sample(sender=sender)
    assert only(sent_to(Inbox(), mail, sender=sender)).status is SendStatus.REFUSED
    assert only(with_utf8(mail, sender=sender)[1]).status is SendStatus.ACCEPTED


def test_ehlo_name() -> None:
    """The name that the settings give is the one the server hears."""
    inbox = Inbox()
    sent_to(inbox, ehlo_name="watch.vms.example")
    assert inbox.helos == ["watch.vms.example"]


def test_only_pending_recipients_are_sent_to() -> None:
    """Who has the mail does not get it again."""
    inbox, mail = Inbox(), sample(*BOTH)
    states = ((BOTH[0], mail.recipients[0][1].ACCEPTED), mail.recipients[1])
    assert results(sent_to(inbox, replace(mail, recipients=states))) == {BOTH[1]: SendStatus.ACCEPTED}


def test_note_hears_the_conversation() -> None:
    """The conversation says what greeted, what is offered, whether TLS, whether login, and each answer."""
    inbox, heard = Inbox({BOTH[1]: "550 5.1.1 no such user"}), list[str]()

    async def run() -> None:
        async with mail_server(inbox) as port:
            await relay(port).send(sample(*BOTH), NOW, heard.append)

    asyncio.run(run())
    wanted = [
        "greeting: 220 relay.vms.example",
        "EHLO: 250",
        "TLS: none",
        "login: none",
        "good@",
        "550 5.1.1",
    ]
    assert [part for part in wanted if part not in "\n".join(heard)] == []


def test_note_hears_of_a_relay_that_is_down() -> None:
    """A conversation that never began says why."""
    heard: list[str] = []
    asyncio.run(relay(25, host="relay.invalid").send(sample(), NOW, heard.append))
    assert "relay.invalid" in heard[-1]


@pytest.mark.parametrize(
    "answers",
    [
        ["250 hello", "250 ok", "250 ok", "354 go on", "451 not now"],
        ["250 hello", "250 ok", "250 ok", "451 not now"],
        ["250 hello", "250 ok", ""],
        ["250 hello", ""],
    ],
)
def test_a_reply_makes_it_certain(answers: list[str]) -> None:
    """A mail that the relay did not take, or was never offered, has certainly not been accepted."""
    lines = iter(answers)
    outcome = scripted("220 hi", lambda _line: next(lines, "221 bye"))
    assert (outcome.status, outcome.uncertain) == (SendStatus.RETRY, False)


@pytest.mark.parametrize("last", ["", None])
def test_a_lost_reply_to_the_text_is_uncertain(monkeypatch: pytest.MonkeyPatch, last: str | None) -> None:
    """A relay that hangs up or stops answering after the whole text may have taken the mail."""
    monkeypatch.setattr("monitor.delivery.email.relay.smtp._DATA_AT_LEAST", timedelta(0))
    lines = iter(["250 hello", "250 ok", "250 ok", "354 go on"])
    outcome = scripted("220 hi", lambda line: next(lines, last if line == "." else " "), seconds=1)
    assert (outcome.status, outcome.uncertain) == (SendStatus.RETRY, True)


def test_cancelled_attempt_leaves_nothing_open() -> None:
    """An attempt that is cancelled closes its connection."""

    async def run(start: Callable[[], Awaitable[object]]) -> None:
        task = asyncio.ensure_future(start())
        await asyncio.wait([task], timeout=0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    async def hang() -> None:
        async with scripted_server("220 hi", ready({"MAIL": None})) as port:
            await run(lambda: relay(port).send(sample(), NOW))

    asyncio.run(hang())
