"""How headers are written, and which ones say whom and what a mail is about; must not decide what it says."""

import re
from collections.abc import Iterable, Iterator
from email.header import Header
from email.policy import EmailPolicy

from monitor.delivery.email.mailbox import Mailbox
from monitor.model import Notification, NotificationKind

MOST_THREADS = 20
"""Alerts whose threads a mail joins; RFC 5322 sets no limit, but mail servers limit headers."""
MOST_ALERTS = 50
"""Alerts that the headers name."""

_ALERT_ID = re.compile(r"[0-9A-Za-z]{1,40}", re.ASCII)
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*", re.ASCII)
_LONGEST_LINE = 70
"""Of a mailbox; the name of the header comes before the first one."""


class HeaderPolicy(EmailPolicy):
    """A policy that writes subjects, mailboxes and references itself.

    The standard library encodes each word of a subject beyond ASCII by itself and leaves out the space
    between two of them (RFC 2047 section 6.2 makes readers ignore what is between encoded words). Of names in
    mailboxes it loses the quotes around a comma where it encodes them; long references it encodes as words.
    """

    def fold(self, name: str, value: str) -> str:
        """Return a header as lines."""
        return self._whole(name, value) or super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        """Return a header as lines of bytes."""
        return self._whole(name, value).encode("ascii") or super().fold_binary(name, value)

    def _whole(self, name: str, value: str) -> str:
        if name.casefold() == "references":
            return f"{name}: {f'{self.linesep} '.join(value.split())}{self.linesep}"
        if self.utf8:
            return ""
        if name.casefold() == "subject" and not value.isascii():
            encoded = Header(str(value), "utf-8", header_name=name).encode(linesep=self.linesep)
            return f"{name}: {encoded}{self.linesep}"
        if name.casefold() in ("from", "to") and "<" in value:
            return f"{name}: {self._mailboxes(value)}{self.linesep}"
        return ""

    def _mailboxes(self, value: str) -> str:
        groups = getattr(value, "addresses", ())
        return f",{self.linesep} ".join(self._mailbox(one.display_name, one.addr_spec) for one in groups)

    def _mailbox(self, name: str, address: str) -> str:
        if not name:
            return address
        words = _phrase(name, self.linesep)
        last = words.rpartition(self.linesep)[2]
        space = self.linesep if len(last) + len(address) + 3 > _LONGEST_LINE else ""
        return f"{words}{space} <{address}>"


def _phrase(name: str, linesep: str) -> str:
    """Return a display name as words, as a quoted text, or encoded (RFC 2047 section 5)."""
    if not name.isascii():
        return Header(name, "utf-8", header_name="From").encode(linesep=linesep)
    return name if _ATOMS.fullmatch(name) else f'"{name}"'


def mailbox_header(mailboxes: Iterable[Mailbox]) -> str:
    """Return mailboxes for a header: those that one can hold; the others are on the envelope only."""
    written = (mailbox for mailbox in mailboxes if mailbox.envelope.isascii())
    return ", ".join(_written(one) for one in written)


def _written(mailbox: Mailbox) -> str:
    quoted = mailbox.name.replace("\\", "").replace('"', "")
    return f'"{quoted}" <{mailbox.envelope}>' if quoted else mailbox.envelope


def about(notification: Notification, domain: str) -> Iterator[tuple[str, str]]:
    """Iterate over the headers that name the alerts of a mail, and that put it into their threads.

    Every mail about an alert refers to the same Message-ID, which no mail has: so the first one needs no
    record. A mail that sums up is in no thread.
    """
    alerts = [one.alert_id for one in notification.alerts if _ALERT_ID.fullmatch(one.alert_id)]
    ids = tuple(dict.fromkeys(alerts))
    if notification.kind is NotificationKind.NOTICE and ids:
        threads = [f"<alert.{one}@{domain}>" for one in ids[:MOST_THREADS]]
        if len(ids) == 1:
            yield "In-Reply-To", threads[0]
        yield "References", " ".join(threads)
    for one in ids[:MOST_ALERTS]:
        yield "X-Cert-Monitor-Alert", one
