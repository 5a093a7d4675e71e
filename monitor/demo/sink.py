"""A mail server on loopback that prints every mail and delivers none."""

import email
import email.policy
from collections.abc import Callable
from typing import Any

from aiosmtpd.smtp import SMTP


class Sink:
    """A handler that accepts every mail and passes its text to ``show``; aiosmtpd calls ``handle_DATA``."""

    def __init__(self, show: Callable[[str], None]) -> None:
        """Prepare to pass mails to a function."""
        self._show = show

    async def handle_DATA(self, server: SMTP, session: object, envelope: Any) -> str:  # noqa: ARG002, N802 - aiosmtpd's name and arguments
        """Show one mail: its subject, then its plain text."""
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        body = message.get_body(("plain",))
        text = body.get_content() if body else ""
        # A long subject may begin on the line after its name, and then keeps that line's first space.
        self._show(f"Subject: {message['Subject'].strip()}\nTo: {', '.join(envelope.rcpt_tos)}\n\n{text}")
        return "250 shown"

    def protocol(self) -> SMTP:
        """Return the protocol for one connection."""
        return SMTP(self, enable_SMTPUTF8=True, hostname="demo.invalid")
