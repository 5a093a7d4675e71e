"""The mail servers of the tests answer whatever mails they already have, and whoever else is connected."""

import asyncio
from base64 import b64encode
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import cast

from support.servers.daemon.site import site
from support.servers.mail.servers import Inbox, mail_server
from support.servers.mail.token_mail import LongLines, TokenInbox, jwt

ILLEGIBLE = b"Subject: any\r\nContent-Type: text/plain; charset=of-nobody\r\n\r\ntext\r\n"


async def _greeting(port: int) -> bytes:
    """Return the first line that a server says."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        return await reader.readline()
    finally:
        writer.close()
        await writer.wait_closed()


def test_site_greets_with_an_illegible_mail(tmp_path: Path) -> None:
    """What cannot be read of one mail fails where a test reads it, not at the next connection."""

    async def act() -> bytes:
        async with site(tmp_path) as made:
            made.post.mails.append(cast(EmailMessage, message_from_bytes(ILLEGIBLE, policy=default)))
            return await _greeting(made.mail_port)

    assert asyncio.run(act()).startswith(b"220 ")


def test_connection_reads_no_mail() -> None:
    """Mails are parsed when a test asks for them, not for each connection."""

    class Counting(Inbox):
        read = 0

        @property
        def messages(self) -> list[EmailMessage]:
            self.read += 1
            return super().messages

    async def act() -> tuple[bytes, int]:
        inbox = Counting()
        async with mail_server(inbox) as port:
            return await _greeting(port), inbox.read

    greeting, read = asyncio.run(act())
    assert (greeting[:4], read) == (b"220 ", 0)


def test_new_connection_leaves_the_limits_of_the_others() -> None:
    """A login with a token is long enough for it, also when somebody connects just before."""

    async def act() -> bytes:
        async with mail_server(TokenInbox(), speaks=LongLines, auth_require_tls=False) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"EHLO client\r\n")
            await reader.readuntil(b"250 HELP\r\n")
            await _greeting(port)
            shown = b64encode(f"user=a\1auth=Bearer {jwt(0)}\1\1".encode())
            writer.write(b"AUTH XOAUTH2 " + shown + b"\r\n")
            answer = await reader.readline()
            writer.close()
            await writer.wait_closed()
            return answer

    assert asyncio.run(act()).startswith(b"535 ")
