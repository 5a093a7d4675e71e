"""``test-email`` against real mail servers: what is sent, shown and never shown."""

import asyncio
import re
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from support.factories.config.configurations import GOOD, write
from support.servers.daemon.command import Done, run
from support.servers.mail.servers import Inbox, mail_server
from support.servers.programs import free_port


def mailed(folder: Path, inbox: Inbox, extra: str = "") -> Done:
    """Run ``test-email`` against a mail server."""

    async def main() -> Done:
        async with mail_server(inbox) as port:
            path = write(
                folder,
                f"email: {{host: 127.0.0.1, port: {port}, security: none, from: certs@vms.example, "
                f"to: [admins@vms.example, more@vms.example]{extra}}}\n",
            )
            return await asyncio.to_thread(run, "test-email", "--config", path)

    return asyncio.run(main())


def test_a_test_mail(tmp_path: Path) -> None:
    """A mail that every recipient's server takes is 0, and the conversation is shown."""
    inbox = Inbox()
    done = mailed(tmp_path, inbox)
    assert (done.code, done.err, len(inbox.taken)) == (0, "", 1)
    assert "250 taken" in done.out


@pytest.mark.parametrize(("number", "code"), [("1", 1), ("2", 0)])
def test_a_test_mail_through_one_relay(tmp_path: Path, number: str, code: int) -> None:
    """Each relay can be tried alone, also one that a better one would keep out of work."""

    async def main() -> tuple[Done, int]:
        inbox = Inbox()
        async with mail_server(inbox) as port:
            text = (
                "email: {host: 127.0.0.1, port: 1, from: certs@vms.example, to: [admins@vms.example], "
                f"fallback_relays: [{{host: 127.0.0.1, port: {port}}}]}}\n"
            )
            arguments = ("test-email", "--relay", number, "--config", write(tmp_path, text))
            return await asyncio.to_thread(run, *arguments), len(inbox.taken)

    done, taken = asyncio.run(main())
    assert (done.code, taken, "nobody listens" in done.out) == (code, 1 - code, code == 1)


@pytest.mark.parametrize("number", ["0", "2", "-1"])
def test_a_relay_that_there_is_not(tmp_path: Path, number: str) -> None:
    """A number without a relay is refused with how many there are."""
    text = "email: {host: 127.0.0.1, port: 1, from: a@b.example, to: [c@d.example]}\n"
    done = run("test-email", f"--relay={number}", "--config", write(tmp_path, text))
    assert (done.code, f"there is no relay {number}; there are 1" in done.err) == (2, True)


def test_a_test_mail_in_the_language_of_the_settings(tmp_path: Path) -> None:
    """The language and the time zone of the section are those of its mails."""
    inbox = Inbox()
    done = mailed(tmp_path, inbox, ", language: pt_BR, timezone: America/Sao_Paulo")
    (taken,) = inbox.taken
    mail = message_from_bytes(taken.content, policy=default)
    body = str(mail.get_content())
    assert (done.code, mail["Subject"]) == (0, "[Teste] o cert-monitor consegue enviar e-mail")
    assert body.startswith("Este é um e-mail de teste do cert-monitor.")
    assert re.search(r"Ele foi enviado em \d+ de \w+\.? de \d{4} \d\d:\d\d BRT", body)


@pytest.mark.parametrize("refused", ["MAIL", "DATA", "more@vms.example"])
def test_a_refused_test_mail(tmp_path: Path, refused: str) -> None:
    """A mail that is not taken for everyone is 1, and the server's words are shown."""
    done = mailed(tmp_path, Inbox({refused: "550 5.7.1 relaying denied"}))
    assert done.code == 1
    assert "relaying denied" in done.out


def test_no_mail_server(tmp_path: Path) -> None:
    """A relay that does not answer is 1."""
    port = free_port()
    path = write(
        tmp_path,
        f"email: {{host: 127.0.0.1, port: {port}, security: none, from: a@b.example, to: [c@d.example]}}\n",
    )
    assert run("test-email", "--config", path).code == 1


def test_no_email_section(tmp_path: Path) -> None:
    """Nothing to test is a configuration error."""
    done = run("test-email", "--config", write(tmp_path, GOOD))
    assert (done.code, "there is no receiver by mail" in done.err) == (2, True)


def test_the_password_is_never_shown(tmp_path: Path) -> None:
    """Neither the conversation nor an error shows the password."""
    (tmp_path / "secret").write_text("right horse")
    done = mailed(tmp_path, Inbox(), ", username: certs, password: {file: secret}")
    assert done.code != 0
    assert "right horse" not in done.out + done.err
    assert "cmlnaHQgaG9yc2U" not in done.out + done.err
