"""Put texts into one RFC 5322 message that any relay takes and that nobody's auto-reply answers.

Nothing is sent here. Bodies leave as 7-bit text: old relays know neither 8BITMIME nor SMTPUTF8.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime, parseaddr
from hashlib import sha256
from typing import Any

from monitor.alerts.wording import shown
from monitor.model import Mail, RecipientStatus

_POLICY = SMTP.clone(cte_type="7bit")
_LONGEST_SUBJECT = 200


def compose(  # noqa: PLR0913 - the parts of a mail
    *,
    subject: str,
    text: str,
    html: str | None,
    sender: str,
    recipients: Sequence[str],
    now: datetime,
    message_id: Callable[[], str],
) -> Mail:
    """Return a mail that waits for its first attempt; ``html`` may be left out.

    ``Auto-Submitted`` is RFC 3834, ``X-Auto-Response-Suppress`` is what Exchange obeys. ``Precedence`` is
    left out: some relays hold back or drop what calls itself bulk, and these mails are not bulk.
    """
    identity = message_id()
    line = shown(subject, _LONGEST_SUBJECT)
    message = EmailMessage(policy=_policy_for(sender))
    message["Subject"] = line
    message["From"] = _sender(sender)
    message["To"] = ", ".join(_writable(recipients)) or "undisclosed-recipients:;"
    message["Date"] = format_datetime(now)
    message["Message-ID"] = identity
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(text)
    if html is not None:
        message.add_alternative(html, subtype="html")
        # The library's own boundary is random; this one cannot stand in a text and repeats with the mail.
        message.set_boundary(f"=_{sha256(identity.encode()).hexdigest()[:32]}")
    states = tuple((address, RecipientStatus.PENDING) for address in recipients)
    return Mail(identity, line, message.as_bytes(), states, created_at=now, next_attempt_at=now)


def ascii_domain(address: str) -> str:
    """Return an address with its domain in the form that mail servers know (RFC 5891), if it has one."""
    local, at, domain = address.rpartition("@")
    if not at or domain.isascii():
        return address
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return address


def _policy_for(sender: str) -> "EmailPolicy[Any]":
    """Return 7-bit headers, or UTF-8 ones (RFC 6532) when the sender cannot be written without."""
    needs_utf8 = not ascii_domain(parseaddr(sender)[1]).isascii()
    return _POLICY.clone(utf8=needs_utf8)


def _sender(sender: str) -> str:
    name, address = parseaddr(sender)
    return str(Address(name, addr_spec=ascii_domain(address))) if name else ascii_domain(address or sender)


def _writable(recipients: Sequence[str]) -> list[str]:
    """Return the addresses that a header can show; the others still stand on the envelope."""
    return [plain for plain in map(ascii_domain, recipients) if plain.isascii()]
