"""Log in to a relay with a password or an access token; no reply that repeats one leaves this file."""

import base64
import re

import aiosmtplib
from aiosmtplib.auth import auth_xoauth2_encode

from monitor.delivery.email.relay.access_token import challenge_words, claims
from monitor.delivery.email.relay.settings import RelaySettings
from monitor.delivery.email.relay.token_source import TokenSource
from monitor.delivery.receiver import Note
from monitor.errors import CertMonitorError
from monitor.parse.display import display
from monitor.secrets import Secret
from monitor.threads import ThreadPool

_RUN = re.compile(r"[A-Za-z0-9+/=._-]{16,}")
_ACCEPTED = 235
_CHALLENGE = 334
_REFUSED = 535


class NoXoauth2Error(CertMonitorError):
    """A relay offers no login with an access token."""


class RelayTokenRefusedError(aiosmtplib.SMTPAuthenticationError):
    """A relay refused an access token.

    ``details`` is what token and relay say about the reason. ``replaceable`` is true when the token was
    fetched before, so that it may have been revoked since.
    """

    def __init__(self, code: int, answer: str, details: str, *, replaceable: bool) -> None:
        """Store the reply and the details."""
        super().__init__(code, answer)
        self.details = details
        self.replaceable = replaceable


async def log_in(
    client: aiosmtplib.SMTP, settings: RelaySettings, pool: ThreadPool, note: Note, tokens: TokenSource | None
) -> None:
    """Log in as the settings say; raise what ``open_session`` raises."""
    if not settings.username:
        note("login: none")
    elif tokens is not None:
        await _with_token(client, settings, tokens)
        note(f"login: accepted as {settings.username}, with an access token")
    else:
        await _with_password(client, settings, pool)
        note(f"login: accepted as {settings.username}")


async def _with_password(client: aiosmtplib.SMTP, settings: RelaySettings, pool: ThreadPool) -> None:
    secret = await pool.run(settings.password) if settings.password else Secret("")
    try:
        await client.login(settings.username, secret.reveal())
    except aiosmtplib.SMTPResponseException as error:
        # Not chained: a server that echoes the rejected command would put the password into a log.
        password = secret.reveal()
        answer = _without(error.message, f"\0{settings.username}\0{password}", password)
        raise aiosmtplib.SMTPAuthenticationError(error.code, answer) from None


async def _with_token(client: aiosmtplib.SMTP, settings: RelaySettings, tokens: TokenSource) -> None:
    """Log in with SASL XOAUTH2.

    A relay may refuse with a challenge that says why, and then waits for an empty line before its last reply.
    Source: https://developers.google.com/workspace/gmail/imap/xoauth2-protocol
    """
    if "xoauth2" not in client.server_auth_methods:
        offered = display(", ".join(client.server_auth_methods).upper() or "no login at all", 200)
        raise NoXoauth2Error(
            f"it takes no access tokens (XOAUTH2); it offers {offered}: check email.host and email.port, "
            "or use a password"
        )
    secret, kept = await tokens.token()
    encoded = auth_xoauth2_encode(settings.username, secret.reveal())
    challenge, reply = "", await client.execute_command(b"AUTH", b"XOAUTH2", encoded)
    if reply.code == _CHALLENGE:
        challenge, reply = challenge_words(reply.message), await client.execute_command(b"")
    if reply.code == _ACCEPTED:
        return
    if reply.code == _REFUSED:
        tokens.forget(secret)
    words = "; ".join(filter(None, (claims(secret), challenge)))
    answer, details = (_without(one, encoded.decode(), secret.reveal()) for one in (reply.message, words))
    raise RelayTokenRefusedError(reply.code, answer, details, replaceable=kept and reply.code == _REFUSED)


def _without(answer: str, *secrets: str) -> str:
    """Return a server's reply without the credentials, in any encoding in which they were sent.

    A part of a line that was sent in base64 is left out too: servers cut what they repeat.
    """
    encoded = [base64.b64encode(one.encode()).decode() for one in secrets]
    for form in (*secrets, *encoded):
        answer = answer.replace(form, "***") if form else answer
    sent = (*encoded, *(one for one in secrets if "\0" not in one))
    return _RUN.sub(lambda run: "***" if any(run[0] in form for form in sent) else run[0], answer)
