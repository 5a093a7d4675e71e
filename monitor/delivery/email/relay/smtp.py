"""Send one mail to a relay and return the result for each recipient; stores and retries nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import aiosmtplib

from monitor.delivery.email.mailbox import Mailbox
from monitor.delivery.email.relay.connection import open_session
from monitor.delivery.email.relay.faults import (
    over_limit,
    quote_reply,
    rejection,
    session_failed,
    transfer_failed,
)
from monitor.delivery.email.relay.settings import RelaySettings
from monitor.delivery.email.relay.token_source import TokenSource
from monitor.delivery.receiver import ACCEPTED, Note, SendResult, refused
from monitor.errors import CertMonitorError
from monitor.threads import ThreadPool

# RFC 5321 section 4.5.3.2 allows a server minutes to accept a message; virus scanners need them.
_DATA_AT_LEAST = timedelta(minutes=2)
_OUTSIDE = (OSError, aiosmtplib.SMTPException, CertMonitorError, UnicodeError, ValueError)
_NO_UTF8 = (
    "the relay cannot take an address or sender with these letters (it lacks SMTPUTF8): use a plain one"
)


class SmtpRelay:
    """A relay reached over SMTP, with one connection for each mail."""

    def __init__(self, settings: RelaySettings, pool: ThreadPool) -> None:
        """Prepare without connecting; lookups and reads of files run on ``pool``."""
        self.settings = settings
        self._pool = pool
        self.location = settings.location
        self._tokens = TokenSource(settings.oauth2, pool) if settings.oauth2 else None

    async def send(self, message: bytes, recipients: Sequence[str], note: Note) -> dict[str, SendResult]:
        """Return a result for every recipient; ``note`` is called with each step, without secrets."""
        try:
            client = await open_session(self.settings, self._pool, note, self._tokens)
        except _OUTSIDE as error:
            result = session_failed(error, self.settings)
            note(result.why)
            return dict.fromkeys(recipients, result)
        try:
            results = await _Attempt(client, self.settings, _Envelope(message, recipients), note).run()
        except BaseException:
            # Cancelled: a QUIT to a server that hangs would delay the shutdown of the daemon.
            client.close()
            raise
        await _leave(client)
        return results


@dataclass(frozen=True, slots=True)
class _Envelope:
    message: bytes
    recipients: Sequence[str]


class _Attempt:
    """One mail transaction: MAIL, RCPT for each recipient, DATA."""

    def __init__(self, client: aiosmtplib.SMTP, settings: RelaySettings, mail: _Envelope, note: Note) -> None:
        self._client = client
        self._settings = settings
        self._mail = mail
        self._note = note
        self._results: dict[str, SendResult] = {}
        self._sender_accepted = False
        self._in_data = False

    async def run(self) -> dict[str, SendResult]:
        try:
            await self._transfer()
        except aiosmtplib.SMTPSenderRefused as error:
            self._finish(rejection(error, self._settings, f"sender {error.sender}"))
        except aiosmtplib.SMTPDataError as error:
            self._finish(rejection(error, self._settings, "message"))
        except _OUTSIDE as error:
            # The relay may have taken a message whose reply was lost.
            failed = transfer_failed(
                error, self._settings, sender_accepted=self._sender_accepted, in_data=self._in_data
            )
            self._finish(failed)
        return self._results

    async def _transfer(self) -> None:
        if not await self._begin():
            return
        accepted = [address for address in self._mail.recipients if await self._accepts(address)]
        if not accepted:
            return
        timeout = max(self._settings.timeout, _DATA_AT_LEAST).total_seconds()
        self._in_data = True
        answer = await self._client.data(self._mail.message, timeout=timeout)
        self._note(f"message: {quote_reply(answer.code, answer.message)}")
        self._results.update(dict.fromkeys(accepted, ACCEPTED))

    async def _begin(self) -> bool:
        """Send MAIL; return false when the relay does not support this sender or message."""
        sender = Mailbox.of(self._settings.sender).envelope
        needs_utf8 = not (sender.isascii() and self._mail.message.isascii())
        if needs_utf8 and not self._client.supports_extension("smtputf8"):
            self._finish(refused(_NO_UTF8, elsewhere=True))
            return False
        size, limit = len(self._mail.message), self._announced_limit()
        if limit and size > limit:
            self._finish(over_limit(size, limit, self._settings))
            return False
        answer = await self._client.mail(sender, options=self._options(), encoding="utf-8")
        self._note(f"sender {sender}: {quote_reply(answer.code, answer.message)}")
        self._sender_accepted = True
        return True

    def _announced_limit(self) -> int:
        """Return the most bytes that the relay says it takes, 0 where it does not say (RFC 1870)."""
        announced = str(self._client.esmtp_extensions.get("size", "")).strip()
        return int(announced) if announced.isascii() and announced.isdigit() else 0

    def _options(self) -> list[str]:
        options = []
        if self._client.supports_extension("size"):
            options.append(f"SIZE={len(self._mail.message)}")
        addresses = [self._settings.sender, *self._mail.recipients]
        plain = self._mail.message.isascii() and all(Mailbox.of(a).envelope.isascii() for a in addresses)
        if not plain and self._client.supports_extension("smtputf8"):
            options.append("SMTPUTF8")
        return options

    async def _accepts(self, recipient: str) -> bool:
        """Return whether the relay accepts one recipient; if not, store its result."""
        address = Mailbox.of(recipient).envelope
        if not address.isascii() and not self._client.supports_extension("smtputf8"):
            self._put(recipient, refused(_NO_UTF8, elsewhere=True))
            return False
        try:
            answer = await self._client.rcpt(address, encoding="utf-8")
        except aiosmtplib.SMTPRecipientRefused as error:
            self._put(recipient, rejection(error, self._settings, f"recipient {recipient}"))
            return False
        except ValueError as error:
            self._put(recipient, refused(f"{recipient!r} is no mail address: {error}"))
            return False
        self._note(f"recipient {recipient}: {quote_reply(answer.code, answer.message)}")
        return True

    def _put(self, recipient: str, result: SendResult) -> None:
        self._note(f"recipient {recipient}: {result.why}")
        self._results[recipient] = result

    def _finish(self, result: SendResult) -> None:
        """Set one result for all recipients that have none yet."""
        self._note(result.why)
        for address in self._mail.recipients:
            self._results.setdefault(address, result)


async def _leave(client: aiosmtplib.SMTP) -> None:
    """End the session; the reply to QUIT does not change the result of an accepted mail."""
    try:
        if client.is_connected:
            await client.quit(timeout=5)
    except (OSError, aiosmtplib.SMTPException):
        pass
    finally:
        client.close()
