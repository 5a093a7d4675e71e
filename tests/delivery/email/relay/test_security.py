"""TLS, trust and login of a relay: what is verified, and what is never sent in the clear."""

import asyncio
import ssl
from pathlib import Path

import pytest

from monitor.delivery import SendResult, SendStatus
from monitor.delivery.email.relay.settings import Security
from monitor.secrets import Secret, SecretReference
from support import pki
from support.factories.alerts.world import NOW
from support.servers.mail.servers import ADMIN, Inbox, mail_server, only, relay, results, sample, sent_to

PASSWORD = "right horse"


class Authority:
    """A throwaway CA, its file, and TLS contexts of servers with its certificates."""

    def __init__(self, folder: Path) -> None:
        """Make the CA."""
        self._ca = pki.authority(at=pki.TODAY)
        self.file, self.der = folder / "ca.pem", folder / "ca.cer"
        self.file.write_bytes(self._ca.pem)
        self.der.write_bytes(self._ca.der)

    def server(self, *names: str) -> ssl.SSLContext:
        """Return the context of a server with these names."""
        wanted = names or ("localhost",)
        return pki.tls_context(pki.leaf(wanted[0], self._ca, at=pki.TODAY, names=wanted))


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """Make a throwaway CA."""
    return Authority(tmp_path)


def test_none_stays_plain_where_starttls_is_offered(authority: Authority) -> None:
    """With security none nothing is upgraded silently, even where the server could."""

    async def run() -> Inbox:
        inbox = Inbox()
        async with mail_server(inbox, tls_context=authority.server()) as port:
            await relay(port).send(sample(), NOW)
        return inbox

    assert asyncio.run(run()).encrypted == [False]


@pytest.mark.parametrize("form", ["file", "der"])
def test_starttls_with_own_ca(authority: Authority, form: str) -> None:
    """STARTTLS is verified by the CA that the settings name, PEM or DER."""

    async def run() -> Inbox:
        inbox = Inbox()
        async with mail_server(inbox, tls_context=authority.server(), require_starttls=True) as port:
            await relay(port, security=Security.STARTTLS, ca=str(getattr(authority, form))).send(
                sample(), NOW
            )
        return inbox

    assert asyncio.run(run()).encrypted == [True]


def test_implicit_tls_with_own_ca(authority: Authority) -> None:
    """TLS on connect is verified by the CA that the settings name."""

    async def run() -> dict[str, SendResult]:
        async with mail_server(Inbox(), implicit_tls=authority.server()) as port:
            return await relay(port, security=Security.TLS, ca=str(authority.file)).send(sample(), NOW)

    assert results(asyncio.run(run())) == {ADMIN: SendStatus.ACCEPTED}


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
@pytest.mark.parametrize("fault", ["unknown CA", "other name"])
def test_untrusted_server_gets_nothing(authority: Authority, security: Security, fault: str) -> None:
    """A server that cannot be verified gets no mail, and the sentence names ``ca``."""
    context = authority.server("elsewhere.example") if fault == "other name" else authority.server()
    ca = str(authority.file) if fault == "other name" else ""

    async def run() -> tuple[Inbox, SendResult]:
        inbox = Inbox()
        wrapped = {"implicit_tls": context} if security is Security.TLS else {"tls_context": context}
        async with mail_server(inbox, **wrapped) as port:  # type: ignore[arg-type]
            return inbox, only(await relay(port, security=security, ca=ca).send(sample(), NOW))

    inbox, outcome = asyncio.run(run())
    assert (inbox.taken, outcome.status, outcome.receiver_down) == ([], SendStatus.RETRY, True)
    assert "is not accepted" in outcome.why
    assert "email.ca" in outcome.why


def test_starttls_is_never_left_out() -> None:
    """Where STARTTLS is wanted and not offered, the mail waits instead of travelling in the clear."""
    inbox = Inbox()
    outcome = only(sent_to(inbox, security=Security.STARTTLS))
    assert (outcome.status, "STARTTLS" in outcome.why, inbox.taken) == (SendStatus.RETRY, True, [])


def test_tls_to_a_plain_port() -> None:
    """TLS spoken to a plain port says which settings to check."""
    outcome = only(sent_to(Inbox(), security=Security.TLS))
    assert (outcome.status, "email.security" in outcome.why) == (SendStatus.RETRY, True)


def test_unreadable_ca_file(tmp_path: Path) -> None:
    """A CA file that is missing is said, and the mail waits."""
    outcome = only(sent_to(Inbox(), security=Security.STARTTLS, ca=str(tmp_path / "none.pem")))
    assert (outcome.status, "No such file" in outcome.why) == (SendStatus.RETRY, True)


def logged_in(authority: Authority, secret: str, **more: object) -> tuple[Inbox, SendResult, list[str]]:
    """Return what becomes of a mail at a server that wants a login, and what was heard."""
    heard: list[str] = []

    async def run() -> tuple[Inbox, SendResult]:
        inbox = Inbox()
        options = {"authenticator": inbox.authenticate, "auth_required": True}
        async with mail_server(inbox, tls_context=authority.server(), **options) as port:  # type: ignore[arg-type]
            one = relay(
                port,
                **{
                    "security": Security.STARTTLS,
                    "ca": str(authority.file),
                    "username": "watch",
                    "password": lambda: Secret(secret),
                    **more,
                },
            )
            return inbox, only(await one.send(sample(), NOW, heard.append))

    return (*asyncio.run(run()), heard)


def test_login(authority: Authority) -> None:
    """A login over verified STARTTLS lets the mail pass, and the password is heard nowhere."""
    inbox, outcome, heard = logged_in(authority, PASSWORD)
    assert (outcome.status, inbox.logins) == (SendStatus.ACCEPTED, ["watch"])
    assert [line for line in heard if PASSWORD in line] == []


def test_wrong_password_waits_with_a_sentence(authority: Authority) -> None:
    """A refused login can be put right, so that the mail waits."""
    _, outcome, heard = logged_in(authority, "wrong horse")
    assert (outcome.status, outcome.receiver_down) == (SendStatus.RETRY, True)
    assert "Check email.username" in outcome.why
    assert [line for line in heard if "wrong horse" in line] == []


def test_missing_login_says_so(authority: Authority) -> None:
    """A relay that demands a login is a fault of the settings, not of the mail."""
    _, outcome, _ = logged_in(authority, PASSWORD, username="", password=None)
    assert (outcome.status, "demands a login" in outcome.why) == (SendStatus.RETRY, True)


def test_password_that_cannot_be_read(authority: Authority, tmp_path: Path) -> None:
    """A missing password file is said, and the mail waits."""
    gone = SecretReference(file=str(tmp_path / "gone"))
    _, outcome, _ = logged_in(authority, PASSWORD, password=gone.resolve)
    assert (outcome.status, "cannot read file" in outcome.why) == (SendStatus.RETRY, True)


def test_password_never_travels_in_the_clear() -> None:
    """A login over an open connection is refused before anything is sent."""
    inbox = Inbox()
    outcome = only(sent_to(inbox, username="watch", password=lambda: Secret(PASSWORD)))
    assert (outcome.status, inbox.logins, "in the clear" in outcome.why) == (SendStatus.RETRY, [], True)


def test_settings_do_not_show_the_password() -> None:
    """The settings print without what gives the password."""
    assert "password" not in repr(relay(25, password=lambda: Secret(PASSWORD)).settings)
