"""Make the mail of a notification: plain text and HTML in one RFC 5322 message that any relay accepts.

The template only lays out; the texts are made in ``view`` and ``texts``. Where it cannot be rendered, the
mail goes out in plain text. Nothing is sent here. Bodies are 7-bit text: old relays know neither 8BITMIME nor
SMTPUTF8.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from hashlib import sha256

from jinja2 import BaseLoader, Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from monitor.alerts.payload import from_json, remarks_in
from monitor.alerts.texts import shown
from monitor.delivery.email.content.page import Page
from monitor.delivery.email.content.view import MOST_ITEMS, MOST_SHORT, PageWriter
from monitor.delivery.email.layout.headers import HeaderPolicy, about, mailbox_header
from monitor.delivery.email.layout.text import brief, plain
from monitor.delivery.email.mailbox import Mailbox
from monitor.delivery.email.style import PLAIN, MailStyle
from monitor.delivery.links import NO_LINKS, Links
from monitor.messages import Writer
from monitor.model import Message, Notification

_POLICY = HeaderPolicy(linesep="\r\n", cte_type="7bit")
_LONGEST_SUBJECT = 200


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail as it is handed to a relay; ``message`` is complete, with CRLF line ends."""

    message_id: str
    subject: str
    message: bytes


@dataclass(frozen=True, slots=True)
class MailContext:
    """What a mail depends on beside its notification.

    ``monitor`` names the machine that watches; ``writer`` writes for the reader, and its time is that of the
    mail; ``links`` say where the monitor's pages are. ``style`` is how the receiver wants its mails.
    """

    sender: str
    monitor: Message
    writer: Writer
    links: Links = NO_LINKS
    style: MailStyle = PLAIN


def render(notification: Notification, context: MailContext, templates: BaseLoader | None = None) -> Letter:
    """Return the mail of a notification, to all its recipients; ``templates`` replaces the built-in layout.

    The short form is the summary alone. Raises ``UnreadablePayloadError`` for a payload that this version
    cannot read.
    """
    writer, sender, style = context.writer, context.sender, context.style
    content, short = from_json(notification.payload), notification.short
    most = MOST_SHORT if short else MOST_ITEMS
    page = PageWriter(writer, context.monitor, most, context.links.sent_to(notification.receiver)).page(
        content
    )
    said = dict.fromkeys((*notification.remarks, *remarks_in(notification.payload)))
    page = replace(
        page.summary() if style.brief else page,
        subject=style.subject(page.subject),
        remarks=tuple(map(writer.write, said)),
        own_footer=style.footer_lines,
    )
    text = brief(page, _LONGEST_SUBJECT) if short else plain(page)
    html = None if short else _html(page, templates)
    return compose(notification, subject=page.subject, text=text, html=html, sender=sender, now=writer.now)


def _html(page: Page, templates: BaseLoader | None) -> str | None:
    """Return the HTML of a page, ``None`` when the layout fails."""
    try:
        environment = _environment(templates) if templates else _ours()
        return environment.get_template("mail.html").render(page=page)
    except Exception:  # noqa: BLE001 - whatever a template or a strange text does, the news must go out
        return None


def compose(  # noqa: PLR0913 - the parts of a mail
    notification: Notification, *, subject: str, text: str, html: str | None, sender: str, now: datetime
) -> Letter:
    """Return a mail with these bodies; ``html`` may be left out.

    ``Auto-Submitted`` is RFC 3834, ``X-Auto-Response-Suppress`` is what Exchange obeys. ``Precedence`` is
    left out: some relays hold back or drop what calls itself bulk, and these mails are not bulk.
    """
    identity = message_id(notification.id, sender)
    line = shown(subject, _LONGEST_SUBJECT)
    message = EmailMessage(policy=_policy_for(sender))
    message["Subject"] = line
    message["From"] = _sender(Mailbox.of(sender))
    recipients = (Mailbox.of(recipient) for recipient, _ in notification.recipients)
    message["To"] = mailbox_header(recipients) or "undisclosed-recipients:;"
    message["Date"] = format_datetime(now)
    message["Message-ID"] = identity
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    for name, value in about(notification, _domain(sender)):
        message[name] = value
    message.set_content(text)
    if html is not None:
        message.add_alternative(html, subtype="html")
        # The library's own boundary is random; this one is in no text, and the same in a repeat.
        message.set_boundary(f"=_{sha256(identity.encode()).hexdigest()[:32]}")
    return Letter(identity, line, message.as_bytes())


def message_id(notification_id: str, sender: str) -> str:
    """Return the Message-ID of a notification, in the sender's domain (RFC 5322 section 3.6.4)."""
    return f"<{notification_id}@{_domain(sender)}>"


def _domain(sender: str) -> str:
    return Mailbox.of(sender).domain or "cert-monitor.invalid"


@cache
def _ours() -> Environment:
    """Return the environment of our own templates, which are compiled once: that takes longer than a mail."""
    return _environment(PackageLoader("monitor.delivery.email.layout", "templates"))


def _environment(loader: BaseLoader) -> Environment:
    return Environment(
        loader=loader,
        autoescape=select_autoescape(["html"]),
        finalize=_final,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _final(value: object) -> object:
    """Return what a template prints: texts are cleaned, so that none can break a line or a mail."""
    return shown(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _policy_for(sender: str) -> HeaderPolicy:
    """Return 7-bit headers, or UTF-8 ones (RFC 6532) when the sender cannot be written without."""
    return _POLICY.clone(utf8=not Mailbox.of(sender).envelope.isascii())


def _sender(sender: Mailbox) -> str:
    return mailbox_header((sender,)) or str(replace(sender, address=sender.envelope))
