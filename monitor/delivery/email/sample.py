"""The mail that ``test-email`` sends, and fresh Message-IDs."""

import secrets
from collections.abc import Callable, Sequence
from email.utils import parseaddr

from monitor.delivery.email import texts
from monitor.delivery.email.render import ascii_domain, compose
from monitor.messages import Writer
from monitor.model import Mail


def test_message(
    sender: str, recipients: Sequence[str], writer: Writer, message_id: Callable[[], str]
) -> Mail:
    """Return a short test mail."""
    return compose(
        subject=writer.write(texts.TEST_SUBJECT),
        text="".join(f"{writer.write(one)}\n\n" for one in (texts.TEST, texts.test_sent(at=writer.now))),
        html=None,
        sender=sender,
        recipients=recipients,
        now=writer.now,
        message_id=message_id,
    )


# pytest would collect a callable of this name as a test wherever a test file imports it.
test_message.__test__ = False  # type: ignore[attr-defined]


def new_message_id(sender: str) -> str:
    """Return a fresh Message-ID in the sender's domain (RFC 5322 section 3.6.4)."""
    domain = ascii_domain(parseaddr(sender)[1]).rpartition("@")[2]
    right = domain if domain and domain.isascii() else "cert-monitor.invalid"
    return f"<{secrets.token_hex(16)}@{right}>"
