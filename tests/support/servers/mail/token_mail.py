"""A mail server that takes access tokens (XOAUTH2), and the token server that gives them."""

import asyncio
import base64
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from aiosmtpd.smtp import SMTP, AuthResult

from monitor.delivery.email.receiver import EmailReceiver
from monitor.delivery.email.relay.access_token import TokenSettings
from monitor.delivery.email.relay.settings import Security
from monitor.secrets import Secret
from support import pki
from support.servers.mail.servers import Inbox, mail_server, relay
from support.servers.web.server import Request, Web, http, web

MAILBOX = "certs@vms.example"
CLIENT_SECRET = "bright-copper-kettles"
AUDIENCE = "https://outlook.office365.com"
REFUSED = "535 5.7.3 Authentication unsuccessful [LO6P265CA0005.GBRP265.PROD 2026-11-29T22:15:01.126Z 08DBE7]"


def jwt(number: int, audience: str = AUDIENCE, roles: tuple[str, ...] = ("SMTP.SendAsApp",)) -> str:
    """Return a token in the form of Microsoft Entra, as long as one, signed by nobody."""
    claims = {"aud": audience, "roles": roles, "number": number, "padding": "x" * 900}
    parts = ({"typ": "JWT"}, claims, {"signature": number})
    encoded = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
    return ".".join(encoded)


class LongLines(SMTP):
    """A conversation whose lines are long enough for a token."""

    line_length_limit = 12288

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Have limits of its own: aiosmtpd's belong to the class, and each new connection clears them."""
        self.command_size_limits = defaultdict(lambda: self.line_length_limit)
        super().__init__(*arguments, **options)


@dataclass
class TokenInbox(Inbox):
    """An inbox for those who show a valid token; it keeps every token that it was shown.

    ``challenges`` is whether it says why in a challenge, before it refuses with ``refusal``.
    """

    valid: set[str] = field(default_factory=set)
    shown: list[str] = field(default_factory=list)
    empty_lines: list[bytes] = field(default_factory=list)
    challenges: bool = False
    refusal: str = REFUSED

    async def auth_XOAUTH2(  # noqa: N802 - aiosmtpd finds it by this name
        self, server: SMTP, args: list[str]
    ) -> AuthResult:
        """Let in whoever shows a valid token."""
        user, bearer, *_ = base64.b64decode(args[1]).decode().split("\1")
        token = bearer.removeprefix("auth=Bearer ")
        self.shown.append(token)
        if user == f"user={MAILBOX}" and token in self.valid:
            return AuthResult(success=True)
        if self.challenges:
            why = {"status": "401", "schemes": "bearer", "scope": "https://mail.vms.example/"}
            answer = await server.challenge_auth(json.dumps(why))
            self.empty_lines.append(answer if isinstance(answer, bytes) else b"?")
        await server.push(self.refusal.replace("{sent}", args[1]).replace("{token}", token))
        return AuthResult(success=False, handled=True)


@dataclass
class TokenServer:
    """A token server: by its paths it gives tokens, or answers in another way; it keeps every form.

    What it gives is added to ``now_valid``, which may be what a mail server believes.
    """

    web: Web
    forms: list[dict[str, str]] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    now_valid: set[str] = field(default_factory=set)

    async def give(self, request: Request, writer: asyncio.StreamWriter) -> None:
        """Give a new token that is valid for an hour."""
        self.forms.append({name: values[0] for name, values in parse_qs(request.body.decode()).items()})
        self.given.append(jwt(len(self.given)))
        self.now_valid.add(self.given[-1])
        content = {"token_type": "Bearer", "expires_in": 3599, "access_token": self.given[-1]}
        await asyncio.sleep(0.05)
        writer.write(http(json.dumps(content).encode(), "200 OK", "Content-Type: application/json"))


Answer = bytes | Callable[[Request, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def token_server(**replies: Answer) -> AsyncIterator[TokenServer]:
    """Run a token server that gives tokens at ``/token``, and answers as configured at other paths."""
    async with web(**replies) as running:
        server = TokenServer(running)
        running.replies.setdefault("/token", server.give)
        yield server


def said(status: str, content: object, *headers: str) -> bytes:
    """Return an answer of a token server in JSON."""
    return http(json.dumps(content).encode(), status, "Content-Type: application/json", *headers)


@dataclass
class Cloud:
    """A mail server, the token server that it believes, and a receiver that knows both."""

    inbox: TokenInbox
    tokens: TokenServer
    receiver: EmailReceiver

    def believe(self) -> None:
        """Let the mail server accept every token given so far."""
        self.inbox.valid.update(self.tokens.given)


@asynccontextmanager
async def cloud(
    folder: Path, inbox: TokenInbox, path: str = "/token", seconds: float = 5, **replies: Answer
) -> AsyncIterator[Cloud]:
    """Run both servers; the receiver asks for tokens at a path, and has a bound of some seconds."""
    ca = pki.authority(at=pki.TODAY)
    (folder / "ca.pem").write_bytes(ca.pem)
    context = pki.tls_context(pki.leaf("localhost", ca, at=pki.TODAY, names=("localhost",)))
    async with (
        token_server(**replies) as tokens,
        mail_server(inbox, tls_context=context, speaks=LongLines) as port,
    ):
        settings = TokenSettings(
            url=tokens.web.url(path),
            client_id="client-1",
            secret=lambda: Secret(CLIENT_SECRET),
            scope=f"{AUDIENCE}/.default",
            timeout=timedelta(seconds=seconds),
        )
        receiver = relay(
            port,
            security=Security.STARTTLS,
            ca=str(folder / "ca.pem"),
            username=MAILBOX,
            oauth2=settings,
        )
        try:
            yield Cloud(inbox, tokens, receiver)
        finally:
            receiver.close()


def with_token_settings(one: EmailReceiver, **more: object) -> EmailReceiver:
    """Return a receiver with other settings of its tokens."""
    oauth2 = one.settings.oauth2
    assert oauth2 is not None
    changed = replace(one.settings, oauth2=replace(oauth2, **more))  # type: ignore[arg-type]
    return EmailReceiver(changed, one._monitor, one.writer)
