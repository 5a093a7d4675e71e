"""A mail relay with moods, which notes every copy that it keeps, and whether its client could know."""

import asyncio
import email
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from support.servers.mail.servers import Inbox

_RECIPIENT = {
    "refuses one": ("550 5.1.1 no such user",),
    "refuses all": ("550 5.1.1 no such user", "550 5.1.1 no such user"),
    "greylists": ("451 4.7.1 come back later", "451 4.7.1 come back later"),
    "greylists one": ("451 4.7.1 come back later",),
}
_DATA = {"dislikes": "554 5.7.1 looks like spam", "busy": "452 4.3.1 no room", "small": "552 5.3.4 too big"}
AT_THE_DOOR = (*_RECIPIENT, "busy at MAIL", "refuses at MAIL", "wants a login")
_MAIL = {
    "busy at MAIL": "421 4.3.2 shutting down",
    "refuses at MAIL": "550 5.7.1 not from you",
    "wants a login": "530 5.7.0 authentication required",
}
AFTER_THE_TEXT = (*_DATA, "drops", "drops what it keeps", "hangs", "hangs on what it keeps", "garbles")
"""Moods that may be about some mails only."""


@dataclass(frozen=True)
class Copy:
    """One mail kept for some recipients; ``known`` is false where its client cannot know that."""

    id: str
    recipients: tuple[str, ...]
    message: bytes
    known: bool


@dataclass
class HostileRelay(Inbox):
    """An inbox that behaves by its mood; ``only`` are the mails that its moods after the text are about."""

    chance: random.Random = field(default_factory=random.Random)
    mood: str = "works"
    only: frozenset[str] | None = None
    copies: list[Copy] = field(default_factory=list)
    attempts: int = 0

    def behave(self, mood: str, recipients: Iterable[str], only: frozenset[str] | None = None) -> None:
        """Change the mood."""
        self.mood, self.only = mood, only
        self.answers = dict(zip(recipients, _RECIPIENT.get(mood, ()), strict=False))
        if mood in _MAIL:
            self.answers["MAIL"] = _MAIL[mood]

    async def handle_DATA(  # noqa: N802 - aiosmtpd finds it by this name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keep a mail, or do what the mood is."""
        self.attempts += 1
        content = envelope.original_content or b""
        number = str(email.message_from_bytes(content)["Message-ID"]).strip("<>").partition("@")[0]
        concerned = self.only is None or number in self.only
        mood = self.mood if concerned and self.mood in AFTER_THE_TEXT else "works"
        if mood == "small" and len(content) < 12_000:
            mood = "works"
        if mood in _DATA:
            return _DATA[mood]
        if mood == "works" or mood.endswith("keeps"):
            await super().handle_DATA(server, session, envelope)
            self.copies.append(Copy(number, tuple(envelope.rcpt_tos), content, known=mood == "works"))
        return await self._end(server, mood)

    async def _end(self, server: SMTP, mood: str) -> str:
        assert server.transport is not None
        if mood.startswith("hangs"):
            await asyncio.Event().wait()
        if mood.startswith("drops"):
            server.transport.abort()
        if mood == "garbles":
            transport: Any = server.transport
            transport.write(self.chance.randbytes(self.chance.randrange(1, 300)) + b"\r\n")
            transport.close()
        return "250 2.0.0 taken"
