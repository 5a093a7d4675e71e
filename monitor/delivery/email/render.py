"""Make mails of a decision: plain text and HTML in one RFC 5322 message that any relay accepts.

Templates only lay out; the texts are made in ``view`` and ``texts``. Where a template cannot be rendered, the
mail goes out in plain text. Nothing is sent here. Bodies are 7-bit text: old relays know neither 8BITMIME nor
SMTPUTF8.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime, parseaddr
from hashlib import sha256
from typing import Any

from jinja2 import BaseLoader, Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from monitor.alerts.decision import Decision
from monitor.alerts.texts import shown
from monitor.delivery.email.headlines import inventory_subject, subject
from monitor.delivery.email.view import Page, PageWriter
from monitor.messages import Writer
from monitor.model import Mail, Message, RecipientStatus

_POLICY = SMTP.clone(cte_type="7bit")
_LONGEST_SUBJECT = 200


def render(  # noqa: PLR0913 - a mail needs its words, its envelope and its time
    decision: Decision,
    *,
    sender: str,
    recipients: Sequence[str],
    monitor: Message,
    writer: Writer,
    message_id: Callable[[], str],
    templates: BaseLoader | None = None,
) -> tuple[Mail, ...]:
    """Return the mails of a decision: none, a notice, or the inventory.

    ``monitor`` names the machine that watches; ``writer`` writes for the reader, and its time is that of the
    mails; ``message_id`` returns a fresh Message-ID in angle brackets (RFC 5322 section 3.6.4) at each call;
    ``templates`` replaces the built-in layout.
    """
    mails = []
    for kind, page in _pages(decision, PageWriter(writer, monitor)):
        text, html = bodies(kind, page, templates)
        mails.append(
            compose(
                subject=page.subject,
                text=text,
                html=html,
                sender=sender,
                recipients=recipients,
                now=writer.now,
                message_id=message_id,
            )
        )
    return tuple(mails)


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
    lines = [page.lead, ""]
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
        # The library's own boundary is random; this one is in no text, and the same in a repeat.
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


def _pages(decision: Decision, pages: PageWriter) -> Iterator[tuple[str, Page]]:
    if decision.items:
        yield "notice", pages.notice(decision.items, subject(decision))
    if decision.inventory is not None:
        yield "inventory", pages.inventory(decision.inventory, inventory_subject(decision.inventory))


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


def _policy_for(sender: str) -> "EmailPolicy[Any]":
    """Return 7-bit headers, or UTF-8 ones (RFC 6532) when the sender cannot be written without."""
    needs_utf8 = not ascii_domain(parseaddr(sender)[1]).isascii()
    return _POLICY.clone(utf8=needs_utf8)


def _sender(sender: str) -> str:
    name, address = parseaddr(sender)
    return str(Address(name, addr_spec=ascii_domain(address))) if name else ascii_domain(address or sender)


def _writable(recipients: Sequence[str]) -> list[str]:
    """Return the addresses that a header can hold; the others are on the envelope only."""
    return [plain for plain in map(ascii_domain, recipients) if plain.isascii()]
