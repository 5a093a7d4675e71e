"""Addresses with display names: in the configuration, in headers and on the envelope."""

import asyncio
from dataclasses import replace
from email.header import decode_header, make_header
from email.parser import BytesParser
from email.policy import compat32
from email.utils import getaddresses
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.config import load
from monitor.delivery.email.layout.sample import sample_mail
from monitor.delivery.email.mailbox import Mailbox, written_mailbox
from monitor.delivery.email.receiver import EmailReceiver
from monitor.messages import english
from monitor.model import Notification, NotificationKind
from monitor.pipeline.notifications import notification
from support.factories.alerts.world import NOW
from support.servers.mail.servers import Inbox, made, mail_server, relay, results

ADDRESS = "admins@vms.example"


@pytest.mark.parametrize(
    ("text", "name", "written"),
    [
        (ADDRESS, "", ADDRESS),
        (f"Admins <{ADDRESS}>", "Admins", f"Admins <{ADDRESS}>"),
        (f'"Admins, Lisbon" <{ADDRESS}>', "Admins, Lisbon", f"Admins, Lisbon <{ADDRESS}>"),
        (f"Admins, Lisbon  <{ADDRESS}>", "Admins, Lisbon", f"Admins, Lisbon <{ADDRESS}>"),
        (f"Administração <{ADDRESS}>", "Administração", f"Administração <{ADDRESS}>"),
        (f"管理者<{ADDRESS}>", "管理者", f"管理者 <{ADDRESS}>"),
        (f" <{ADDRESS}>", "", ADDRESS),
    ],
)
def test_written_forms(text: str, name: str, written: str) -> None:
    """An address may have a name, in any letters, with or without quotes; what is kept reads the same."""
    kept = written_mailbox(text)
    assert (kept, Mailbox.of(kept)) == (written, Mailbox(ADDRESS, name))


@pytest.mark.parametrize(
    "text",
    [
        "admins",
        f"Admins {ADDRESS}",
        f"Admins <{ADDRESS}> more",
        f"Admins <<{ADDRESS}>>",
        f"Admins <{ADDRESS}, b@vms.example>",
        f"A\r\nBcc: b@vms.example <{ADDRESS}>",
        f"A\u202eB <{ADDRESS}>",
        f'A"B <{ADDRESS}>',
        f"{'x' * 101} <{ADDRESS}>",
        "Admins <>",
        f"=?utf-8?q?x?= <{ADDRESS}>",
        "Admins <admins@büro.example>",
    ],
)
def test_refused_forms(text: str) -> None:
    """What is no mailbox, or could break a header, is refused."""
    with pytest.raises(ValueError, match="must be a mail address"):
        written_mailbox(text)


def test_configuration(tmp_path: Path) -> None:
    """Sender and recipients of the section and of receivers take names; an address counts once."""
    file = tmp_path / "c.yaml"
    file.write_text(
        'email: {host: relay, from: "Certificates <c@vms.example>",\n'
        f'  to: ["Admins <{ADDRESS}>", b@vms.example]}}\n'
        'receivers: [{name: ops, kind: email, from: "Ops <o@vms.example>", to: ["Büro <d@vms.example>"]}]\n',
        "utf-8",
    )
    config = load(file)
    assert [one.recipients for one in config.receivers.values()] == [
        (f"Admins <{ADDRESS}>", "b@vms.example"),
        ("Büro <d@vms.example>",),
    ]


def written(*recipients: str, sender: str = "certs@vms.example") -> bytes:
    """Return a test mail."""
    new = notification("email", recipients, NotificationKind.TEST, "", NOW)
    return sample_mail(replace(new, id="42"), sender, english(NOW)).message


def read(mail: bytes, header: str) -> list[tuple[str, str]]:
    """Return names and addresses as a mail program reads them.

    The newer interface of the library puts a space between two encoded words of a name.
    """
    raw = BytesParser(policy=compat32).parsebytes(mail)[header]
    return [(str(make_header(decode_header(name))), address) for name, address in getaddresses([raw])]


def usable(name: str) -> bool:
    """Return whether a name is one that a configuration may have."""
    return name != "" and "=?" not in name


NAMES = (
    st.text("aé, .;:@()[]日本=?_-'", min_size=1, max_size=40)
    .map(lambda text: " ".join(text.split()))
    .filter(usable)
)


@settings(max_examples=100)
@given(st.lists(NAMES, min_size=1, max_size=4))
@example(["Büro, IT; Lisboa", "Admins, Lisbon"])
@example(["x" * 60, "é" * 40])
@example(["::::::::::::::::::éé日日日"])
def test_names_arrive_as_they_were_written(names: list[str]) -> None:
    """Names in any letters and with any punctuation stay one name each, in 7-bit lines of usual length."""
    recipients = [str(Mailbox(f"a{number}@vms.example", name)) for number, name in enumerate(names)]
    mail = written(*recipients, sender=str(Mailbox("certs@vms.example", names[0])))
    assert read(mail, "To") == [(name, f"a{number}@vms.example") for number, name in enumerate(names)]
    assert read(mail, "From") == [(names[0], "certs@vms.example")]
    assert mail.isascii()
    assert max(map(len, mail.partition(b"\r\n\r\n")[0].splitlines())) <= 78


def test_envelope_has_addresses_only() -> None:
    """The relay is given addresses, and results are kept by what is configured."""
    recipients = (f"Büro, IT <{ADDRESS}>", "b@vms.example")

    async def run() -> tuple[Inbox, dict[str, str]]:
        inbox = Inbox()
        async with mail_server(inbox) as port:
            one: EmailReceiver = relay(port, sender="Zertifikate <certs@vms.example>")
            sent = await one.send(mail(recipients), NOW)
            return inbox, {name: status.value for name, status in results(sent).items()}

    def mail(to: tuple[str, ...]) -> Notification:
        new = notification("email", to, NotificationKind.TEST, "", NOW)
        return made(new, "Zertifikate <certs@vms.example>")

    inbox, status = asyncio.run(run())
    assert (inbox.taken[0].mail_from, inbox.taken[0].rcpt_tos) == (
        "certs@vms.example",
        [ADDRESS, "b@vms.example"],
    )
    assert status == dict.fromkeys(recipients, "accepted")
    assert inbox.messages[0]["To"] == f'"Büro, IT" <{ADDRESS}>, b@vms.example'
