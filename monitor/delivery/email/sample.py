"""The mail that ``test-email`` sends, and fresh Message-IDs."""

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from email.utils import parseaddr

from monitor.delivery.email.render import ascii_domain, compose
from monitor.model import Mail

_TEXT = """This is a test mail of cert-monitor.

It left on {now:%Y-%m-%d %H:%M:%S} UTC. If you can read it, the mail settings work: news about certificates \
will come to this address.
"""


def test_message(
    sender: str, recipients: Sequence[str], now: datetime, message_id: Callable[[], str]
) -> Mail:
    """Return a short test mail."""
    return compose(
        subject="[TEST] cert-monitor can send mail",
        text=_TEXT.format(now=now),
        html=None,
        sender=sender,
        recipients=recipients,
        now=now,
        message_id=message_id,
    )


# pytest would collect a callable of this name as a test wherever a test file imports it.
test_message.__test__ = False  # type: ignore[attr-defined]


def new_message_id(sender: str) -> str:
    """Return a fresh Message-ID in the sender's domain (RFC 5322 section 3.6.4)."""
    domain = ascii_domain(parseaddr(sender)[1]).rpartition("@")[2]
    right = domain if domain and domain.isascii() else "cert-monitor.invalid"
    return f"<{secrets.token_hex(16)}@{right}>"
