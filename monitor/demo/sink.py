"""A mail server on loopback that prints the summary of every mail, keeps it as files and delivers none."""

import email
import email.policy
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP

WIDTH = 78
_BEFORE = re.compile(r"\d+ {2,}| {4}")
"""What comes before a line about an alert."""


class Sink:
    """A handler that keeps every mail in a folder and passes its summary to ``show``.

    aiosmtpd calls ``handle_DATA``.
    """

    def __init__(self, show: Callable[[str], None], folder: Path) -> None:
        """Take the function that shows summaries, and the folder for the mails."""
        self._show = show
        self._folder = folder
        self._number = 0
        folder.mkdir(exist_ok=True)

    async def handle_DATA(self, server: SMTP, session: object, envelope: Any) -> str:  # noqa: ARG002, N802 - aiosmtpd's name and arguments
        """Keep one mail and show its subject, what to do first, and where the whole of it is."""
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        bodies = {end: message.get_body((kind,)) for kind, end in (("plain", "txt"), ("html", "html"))}
        texts = {end: str(body.get_content()).replace("\r\n", "\n") for end, body in bodies.items() if body}
        self._number += 1
        kept = [self._keep(text, end) for end, text in texts.items()]
        # A long subject may begin on the line after its name, and then keeps that line's first space.
        lines = (f"Subject: {message['Subject'].strip()}", f"To: {', '.join(envelope.rcpt_tos)}", "")
        whole = ("", "The whole mail:", *(f"  {path}" for path in kept))
        self._show("\n".join((*wrapped(lines), *wrapped(summary(texts.get("txt", ""))), *whole)))
        return "250 shown"

    def protocol(self) -> SMTP:
        """Return the protocol for one connection."""
        return SMTP(self, enable_SMTPUTF8=True, hostname="demo.invalid")

    def _keep(self, text: str, end: str) -> Path:
        path = self._folder / f"{self._number:02}.{end}"
        path.write_text(text, "utf-8")
        return path


def summary(text: str) -> list[str]:
    """Return the lines of a mail that a person reads first: how much it is, and what to do first.

    A mail about one alert has there what stops working and what to do.
    """
    return "\n\n".join(text.split("\n\n")[:2]).rstrip().splitlines()


def wrapped(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines that fit a terminal; a line that goes on is indented as the text of its entry."""
    for line in lines:
        indent = "    " if _BEFORE.match(line) else ""
        yield from textwrap.wrap(line, WIDTH, subsequent_indent=indent, break_on_hyphens=False) or [""]
