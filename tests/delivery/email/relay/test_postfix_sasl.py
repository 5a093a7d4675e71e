"""Logins at Debian's postfix, where dovecot checks passwords and, at a token server, access tokens."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs

import pytest

from monitor.delivery import SendResult, SendStatus
from monitor.delivery.email.relay.access_token import TokenSettings
from monitor.delivery.email.relay.settings import Security
from monitor.secrets import Secret
from support import pki
from support.factories.alerts.world import NOW
from support.servers.mail.dovecot_sasl import SETTINGS, dovecot_sasl
from support.servers.mail.postfix_relay import Postfix, postfix
from support.servers.mail.servers import ADMIN, only, relay, sample
from support.servers.mail.token_mail import CLIENT_SECRET, MAILBOX, TokenServer, said, token_server
from support.servers.web.server import Request

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(shutil.which("postfix") is None, reason="needs Debian's package postfix"),
    pytest.mark.skipif(shutil.which("dovecot") is None, reason="needs Debian's package dovecot-imapd"),
    pytest.mark.skipif(getattr(os, "geteuid", lambda: 1)() != 0, reason="postfix's master only runs as root"),
]

PASSWORD = "right-horse"


@asynccontextmanager
async def servers() -> AsyncIterator[tuple[Postfix, TokenServer, Path]]:
    """Run postfix, dovecot and a token server; give the file of the CA too."""
    ca = pki.authority(at=pki.TODAY)
    own = pki.leaf("localhost", ca, at=pki.TODAY, names=("localhost",))
    with TemporaryDirectory() as folder:
        chain, anchor = Path(folder) / "chain.pem", Path(folder) / "ca.pem"
        chain.write_bytes(own.key_pem + own.pem)
        anchor.write_bytes(ca.pem)
        async with token_server() as tokens:

            async def introspect(request: Request, writer: asyncio.StreamWriter) -> None:
                (shown,) = parse_qs(request.body.decode())["token"]
                known = (
                    {"active": "yes", "username": MAILBOX} if shown in tokens.now_valid else {"active": "no"}
                )
                writer.write(said("200 OK", known))

            tokens.web.replies["/introspect"] = introspect
            with (
                dovecot_sasl(PASSWORD, tokens.web.url("/introspect")) as socket,
                postfix(SETTINGS.format(socket=socket, chain=chain)) as running,
            ):
                yield running, tokens, anchor


def with_token(tokens: TokenServer) -> TokenSettings:
    """Return the settings of a client of the token server."""
    return TokenSettings(tokens.web.url("/token"), "client-1", lambda: Secret(CLIENT_SECRET))


def sent(
    *, token: bool, password: str = PASSWORD, revoked: bool = False, mailbox: str = MAILBOX
) -> tuple[SendResult, int, bytes]:
    """Return what becomes of a mail, how many tokens it needed, and what arrived."""

    async def run() -> tuple[SendResult, int, bytes]:
        async with servers() as (running, tokens, anchor):
            login: dict[str, object] = (
                {"oauth2": with_token(tokens)} if token else {"password": lambda: Secret(password)}
            )
            receiver = relay(
                running.port,
                security=Security.STARTTLS,
                ca=str(anchor),
                username=mailbox,
                timeout=timedelta(seconds=20),
                **login,
            )
            if revoked:
                await receiver._relays._relays[0]._tokens.token()  # type: ignore[attr-defined]
                tokens.now_valid.clear()
            result = only(await receiver.send(sample(ADMIN), NOW))
            accepted = result.status is SendStatus.ACCEPTED
            return result, len(tokens.given), running.arrived() if accepted else b""

    return asyncio.run(run())


def test_mail_with_a_password() -> None:
    """A password that dovecot knows lets the mail pass."""
    result, _, arrived = sent(token=False)
    assert (result.status, b"Message-ID: <42@vms.example>" in arrived) == (SendStatus.ACCEPTED, True)


def test_wrong_password_is_explained() -> None:
    """A wrong password is said, and the mail waits."""
    result, _, _ = sent(token=False, password="wrong-horse")
    assert (result.status, "Check email.username and the password" in result.why) == (SendStatus.RETRY, True)
    assert "wrong-horse" not in result.why


def test_mail_with_a_token() -> None:
    """A token of full length that the token server confirms lets the mail pass."""
    result, number, arrived = sent(token=True)
    assert (result.status, number) == (SendStatus.ACCEPTED, 1)
    assert b"Message-ID: <42@vms.example>" in arrived


def test_revoked_token_is_replaced() -> None:
    """Dovecot refuses a revoked token with a challenge; the next token lets the mail pass."""
    result, number, _ = sent(token=True, revoked=True)
    assert (result.status, number) == (SendStatus.ACCEPTED, 2)


def test_token_for_another_mailbox_is_explained() -> None:
    """Dovecot's challenge, and for whom the token is, stand in the sentence; the mail waits."""
    result, number, _ = sent(token=True, mailbox="other@vms.example")
    assert (result.status, result.receiver_down, number) == (SendStatus.RETRY, True, 1)
    assert "the access token is for https://outlook.office365.com and has SMTP.SendAsApp" in result.why
    assert "status 401" in result.why
