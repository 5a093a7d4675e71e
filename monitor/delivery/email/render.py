"""Make the mail of a notification: plain text and HTML in one RFC 5322 message that any relay accepts.

Templates only lay out; the texts are made in ``view`` and ``texts``. Where a template cannot be rendered, the
mail goes out in plain text. Nothing is sent here. Bodies are 7-bit text: old relays know neither 8BITMIME nor
SMTPUTF8.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256

from jinja2 import BaseLoader, Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from monitor.alerts.decision import Inventory
from monitor.alerts.payload import Content, from_json, remarks_in
from monitor.alerts.texts import shown
from monitor.delivery.email.headers import HeaderPolicy, about, mailbox_header
from monitor.delivery.email.headlines import inventory_subject, subject
from monitor.delivery.email.mailbox import Mailbox
from monitor.delivery.email.view import MOST_ITEMS, MOST_SHORT, Page, PageWriter
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


def render(
    notification: Notification,
    *,
    sender: str,
    monitor: Message,
    writer: Writer,
    templates: BaseLoader | None = None,
) -> Letter:
    """Return the mail of a notification, to all its recipients.

    ``monitor`` names the machine that watches; ``writer`` writes for the reader, and its time is that of the
    mail; ``templates`` replaces the built-in layout. The short form has one line for each item. Raises
    ``UnreadablePayloadError`` for a payload that this version cannot read.
    """
    content, short = from_json(notification.payload), notification.short
    page = _page(content, PageWriter(writer, monitor, MOST_SHORT if short else MOST_ITEMS))
    said = dict.fromkeys((*notification.remarks, *remarks_in(notification.payload)))
    page = replace(page, remarks=tuple(map(writer.write, said)))
    text, html = (brief(page), None) if short else bodies(notification.kind.value, page, templates)
    return compose(notification, subject=page.subject, text=text, html=html, sender=sender, now=writer.now)


def bodies(kind: str, page: Page, templates: BaseLoader | None = None) -> tuple[str, str | None]:
    """Return the plain text and the HTML of a page; without HTML when either layout fails."""
    try:
        layouts = _environment(templates or PackageLoader("monitor.delivery.email", "templates"))
        text = layouts.get_template(f"{kind}.txt").render(page=page)
        html = layouts.get_template(f"{kind}.html").render(page=page)
    except Exception:  # noqa: BLE001 - whatever a template or a strange text does, the news must go out
        return plain(page), None
    return text, html


def plain(page: Page) -> str:
    """Return a page as plain sentences, without a template."""
    lines = [*page.remarks, page.lead, ""]
    for item in page.items:
        lines += [item.headline, *item.sentences]
        lines += item.impacts
        for heading, steps in item.steps:
            lines += [heading, *(f"  {step}" for step in steps)]
        lines += [*item.links, *(f"  {location}" for location in item.locations)]
        lines += [*(f"  {name}: {text}" for name, text in item.facts), ""]
    lines += [f"{at} {phrase} ({date})" for date, phrase, at in page.upcoming]
    lines += [" ".join(parts) for parts in (*page.unreachable, *page.never_seen)]
    lines += [page.left_out, page.footer]
    return "\n".join(shown(line) for line in lines) + "\n"


def brief(page: Page) -> str:
    """Return a page in its short form: a line for each item, each of a bounded length."""
    lines = [*page.remarks, page.lead, page.headings.shortened, ""]
    lines += [f"- {item.headline}" for item in page.items]
    lines += [f"- {host} {why}" for host, why, _ in (*page.unreachable, *page.never_seen)]
    lines += ["", page.left_out or page.unreachable_left_out, page.footer]
    return "\n".join(shown(line, _LONGEST_SUBJECT) for line in lines) + "\n"


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


def _page(content: Content, pages: PageWriter) -> Page:
    if isinstance(content, Inventory):
        return pages.inventory(content, inventory_subject(content))
    return pages.notice(content, subject(content))


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
