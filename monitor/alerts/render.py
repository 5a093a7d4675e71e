"""Turn a decision into mails, plain text and HTML; whatever goes wrong here, a mail comes out.

Templates only lay out; wording is in view and headline. A template that cannot be rendered costs its
form, never the news: the mail then goes out plain.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from jinja2 import BaseLoader, Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from monitor.alerts.decision import Decision
from monitor.alerts.headline import inventory_subject, subject
from monitor.alerts.message import compose
from monitor.alerts.view import Page, inventory_page, notice_page
from monitor.alerts.wording import shown
from monitor.model import Mail


def render(  # noqa: PLR0913 - a mail needs its words, its envelope and its time
    decision: Decision,
    *,
    sender: str,
    recipients: Sequence[str],
    monitor: str,
    now: datetime,
    message_id: Callable[[], str],
    templates: BaseLoader | None = None,
) -> tuple[Mail, ...]:
    """Return the mails that tell a decision: none, a notice, or the inventory.

    ``monitor`` is the host name of the machine that watches; ``message_id`` returns a fresh Message-ID in
    angle brackets (RFC 5322 section 3.6.4) at each call; ``templates`` replaces the built-in layout.
    """
    mails = []
    for kind, page in _pages(decision, monitor, now):
        text, html = bodies(kind, page, templates)
        mails.append(
            compose(
                subject=page.subject,
                text=text,
                html=html,
                sender=sender,
                recipients=recipients,
                now=now,
                message_id=message_id,
            )
        )
    return tuple(mails)


def bodies(kind: str, page: Page, templates: BaseLoader | None = None) -> tuple[str, str | None]:
    """Return the plain text and the HTML of a page; without HTML when either layout fails."""
    try:
        layouts = _environment(templates or PackageLoader("monitor.alerts", "templates"))
        text = layouts.get_template(f"{kind}.txt").render(page=page)
        html = layouts.get_template(f"{kind}.html").render(page=page)
    except Exception:  # noqa: BLE001 - whatever a template or a strange text does, the news must go out
        return plain(page), None
    return text, html


def plain(page: Page) -> str:
    """Return a page as bare sentences, made without any template."""
    lines = [page.lead, ""]
    for entry in page.entries:
        lines += [entry.headline, *entry.sentences]
        lines += entry.stops
        for heading, steps in entry.steps:
            lines += [heading, *(f"  {step}" for step in steps)]
        lines += [*entry.links, *(f"  {location}" for location in entry.locations)]
        lines += [*(f"  {name}: {text}" for name, text in entry.facts), ""]
    lines += [f"{phrase} ({date}) {at}" for date, phrase, at in page.soonest]
    lines += [" ".join(parts) for parts in (*page.silent, *page.never_seen)]
    lines += [page.left_out, page.footer]
    return "\n".join(shown(line) for line in lines) + "\n"


def _pages(decision: Decision, monitor: str, now: datetime) -> list[tuple[str, Page]]:
    pages = []
    if decision.entries:
        pages.append(("notice", notice_page(decision.entries, subject(decision, now), monitor, now)))
    if decision.inventory is not None:
        line = inventory_subject(decision.inventory)
        pages.append(("inventory", inventory_page(decision.inventory, line, monitor, now)))
    return pages


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
    """Return what a template may print: every text cleaned, so that none can break a line or a mail."""
    return shown(value) if isinstance(value, str) and not isinstance(value, Markup) else value
