"""Notification items as the templates need them: texts ready to print, so that templates have no logic."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.alerts.alert import AlertLevel, AlertLocation, RenewalSteps
from monitor.alerts.decision import Inventory, NotificationItem, UnreachableHost
from monitor.alerts.texts import day
from monitor.delivery.email.texts import (
    REASON,
    count,
    days_phrase,
    headline,
    instant,
    label,
    locations_left_out,
)
from monitor.messages import english
from monitor.model import Certificate, Check, Message

MOST_ITEMS = 200
_MOST_LOCATIONS = 200
_MOST_NAMES = 50
_MOST_SENTENCES = 20
_LABELS = (
    ("component", "Component"),
    ("certificate_group", "Certificate group"),
    ("site", "Site"),
    ("owner", "Owner"),
    ("note", "Note"),
)
_COLORS = {
    None: "#1e6b34",
    AlertLevel.WARNING: "#8a5a00",
    AlertLevel.CRITICAL: "#a61b1b",
    AlertLevel.EXPIRED: "#6d0f3f",
}


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item in words; ``facts`` pair a label with a text, ``steps`` a heading with texts."""

    headline: str
    label: str
    color: str
    reason: str
    sentences: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    locations_heading: str
    locations: tuple[str, ...]
    impacts: tuple[str, ...]
    steps: tuple[tuple[str, tuple[str, ...]], ...]
    links: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One mail in words; the lists that a notice does not have are empty."""

    subject: str
    lead: str
    items: tuple[ItemView, ...]
    left_out: str
    footer: str
    upcoming: tuple[tuple[str, str, str], ...] = ()
    unreachable: tuple[tuple[str, str, str], ...] = ()
    unreachable_left_out: str = ""
    never_seen: tuple[tuple[str, str, str], ...] = ()
    never_seen_left_out: str = ""


def notice_page(items: tuple[NotificationItem, ...], subject: str, monitor: str, now: datetime) -> Page:
    """Return a notice in words; items beyond the most of one mail are counted."""
    return Page(
        subject=subject,
        lead=f"{count(len(items), 'matter')} to know about, the worst first.",
        items=_views(items, now),
        left_out=_left_out(len(items)),
        footer=_footer(monitor, now),
    )


def inventory_page(inventory: Inventory, subject: str, monitor: str, now: datetime) -> Page:
    """Return the inventory in words."""
    return Page(
        subject=subject,
        lead=_lead(inventory),
        items=_views(inventory.items, now),
        left_out=_left_out(len(inventory.items)),
        footer=_footer(monitor, now),
        upcoming=tuple(
            (day(one.expires_at), days_phrase(one.expires_at, now), _at(one.title, one.location))
            for one in inventory.upcoming
        ),
        unreachable=_hosts(inventory.unreachable_hosts, now),
        unreachable_left_out=_left_out(len(inventory.unreachable_hosts)),
        never_seen=_hosts(inventory.never_seen, now),
        never_seen_left_out=_left_out(len(inventory.never_seen)),
    )


def _hosts(hosts: tuple[UnreachableHost, ...], now: datetime) -> tuple[tuple[str, str, str], ...]:
    writer = english(now)
    return tuple(
        (
            host.title,
            "; ".join(map(writer.write, host.reasons)),
            _joined(one for one in host.locations if one != host.title),
        )
        for host in hosts[:MOST_ITEMS]
    )


def _lead(inventory: Inventory) -> str:
    text = (
        f"{count(inventory.watched, 'target')} watched, {inventory.need_action} with something to do, "
        f"{inventory.unreachable} unreachable."
    )
    if inventory.not_probed:
        text += f" {count(inventory.not_probed, 'target')} could not be looked at yet."
    return f"{text} From now on a mail comes only when something changes or is still unsolved."


def _views(items: tuple[NotificationItem, ...], now: datetime) -> tuple[ItemView, ...]:
    return tuple(_view(item, now) for item in items[:MOST_ITEMS])


def _view(item: NotificationItem, now: datetime) -> ItemView:
    return ItemView(
        headline=headline(item, now),
        label=label(item),
        color=_COLORS[item.level],
        reason=REASON[item.reason],
        sentences=_sentences(item.messages, now),
        facts=_facts(item, now),
        locations_heading="Falls with it:" if _of_ca(item) else "Where:",
        locations=_locations(item.locations),
        impacts=_each_once(steps.impact for steps in item.renewal_steps),
        steps=_steps(item),
        links=_each_once(steps.link for steps in item.renewal_steps),
    )


def _sentences(messages: tuple[Message, ...], now: datetime) -> tuple[str, ...]:
    """Return the first few; hundreds of certificates may outlive a CA."""
    writer, more = english(now), len(messages) - _MOST_SENTENCES
    sentences = tuple(map(writer.write, messages[:_MOST_SENTENCES]))
    return (*sentences, f"and {more} more like these") if more > 0 else sentences


def _facts(item: NotificationItem, now: datetime) -> tuple[tuple[str, str], ...]:
    facts: list[tuple[str, str]] = []
    if item.replaced_sha256:
        facts.append(("Old thumbprint (SHA-1)", item.replaced_sha1 or "not known any more"))
        facts.append(("Old SHA-256", item.replaced_sha256))
    if item.certificate is not None:
        facts += _certificate_facts(item.certificate, now)
    facts += [(name, _label(item.locations, key)) for key, name in _LABELS]
    return tuple((name, text) for name, text in facts if text)


def _label(locations: tuple[AlertLocation, ...], key: str) -> str:
    return _joined(dict.fromkeys(value for one in locations for name, value in one.labels if name == key))


def _of_ca(item: NotificationItem) -> bool:
    return item.level is not None and item.checks[:1] in ((Check.CA_EXPIRY,), (Check.OUTLIVES_CA,))


def _certificate_facts(certificate: Certificate, now: datetime) -> list[tuple[str, str]]:
    return [
        ("Subject", certificate.subject),
        ("Names", _joined((*certificate.dns_names, *certificate.ip_addresses))),
        ("Issuer", certificate.issuer),
        ("Serial number", certificate.serial),
        ("Thumbprint (SHA-1)", certificate.sha1),
        ("SHA-256", certificate.sha256),
        ("Valid from", instant(certificate.not_before)),
        ("Valid until", instant(certificate.not_after)),
        ("Days left", _days_left(certificate, now)),
    ]


def _days_left(certificate: Certificate, now: datetime) -> str:
    left = int(certificate.days_left(now))
    return f"{left} ({days_phrase(certificate.not_after, now)})"


def _locations(locations: Iterable[AlertLocation]) -> tuple[str, ...]:
    lines = list(dict.fromkeys(_at(one.title, one.location) for one in locations))
    rest = locations_left_out(len(lines), _MOST_LOCATIONS)
    return (*lines[:_MOST_LOCATIONS], rest) if rest else tuple(lines)


def _at(title: str, location: str) -> str:
    return location if title in ("", location) else f"{title}: {location}"


def _each_once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def _steps(item: NotificationItem) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return each list of steps once, with a heading that names the target where there are others."""
    lists = {one.steps: one for one in reversed(item.renewal_steps) if one.steps}
    alone = len(lists) == 1 and len(item.locations) <= 1
    pair = item.checks[:1] == (Check.RECORDER_PAIR,)
    return tuple((_heading(one, alone=alone, pair=pair), steps) for steps, one in reversed(lists.items()))


def _heading(steps: RenewalSteps, *, alone: bool, pair: bool) -> str:
    """Return the heading of steps; of a pair only the one at fault needs them."""
    if steps.ca_first:
        return "What to do, the CA first:"
    if alone or not steps.target_title:
        return "What to do:"
    return f"What to do for {steps.target_title}{'' if pair else ', and likewise for the others'}:"


def _joined(names: Iterable[str]) -> str:
    every = list(names)
    rest = len(every) - _MOST_NAMES
    return ", ".join(every[:_MOST_NAMES]) + (f" and {rest} more" if rest > 0 else "")


def _left_out(total: int) -> str:
    if total <= MOST_ITEMS:
        return ""
    return f"{total - MOST_ITEMS} more are not listed here; the monitor's page shows all of them."


def _footer(monitor: str, now: datetime) -> str:
    return f"Sent by cert-monitor on {monitor}, {instant(now)}. All times are UTC."
