"""Entries as the templates need them: every text ready to print, so that templates hold no logic."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.alerts.decision import Entry, Inventory, Rung, Spot, Why
from monitor.alerts.headline import headline, label, places_left_out
from monitor.alerts.wording import WHY, count, day, days_phrase, instant
from monitor.model import Certificate, Meaning

MOST_ENTRIES = 200
_MOST_PLACES = 200
_MOST_NAMES = 50
_COLOURS = {
    None: "#1e6b34",
    Rung.WARNING: "#8a5a00",
    Rung.CRITICAL: "#a61b1b",
    Rung.EXPIRED: "#6d0f3f",
}


@dataclass(frozen=True, slots=True)
class EntryView:
    """Hold one entry in words; ``facts`` are pairs of a label and a text."""

    headline: str
    label: str
    colour: str
    why: str
    sentences: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    places: tuple[str, ...]
    meanings: tuple[Meaning, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Hold one whole mail in words; the lists that a notice does not have are empty."""

    subject: str
    lead: str
    entries: tuple[EntryView, ...]
    left_out: str
    footer: str
    soonest: tuple[tuple[str, str, str], ...] = ()
    silent: tuple[tuple[str, str, str], ...] = ()
    silent_left_out: str = ""


def notice_page(entries: tuple[Entry, ...], subject: str, monitor: str, now: datetime) -> Page:
    """Return a notice in words; what goes beyond the most entries of one mail is counted."""
    return Page(
        subject=subject,
        lead=f"{count(len(entries), 'matter')} to know about, the worst first.",
        entries=_views(entries, now),
        left_out=_left_out(len(entries)),
        footer=_footer(monitor, now),
    )


def inventory_page(inventory: Inventory, subject: str, monitor: str, now: datetime) -> Page:
    """Return the inventory in words."""
    silent = inventory.silent[:MOST_ENTRIES]
    return Page(
        subject=subject,
        lead=_lead(inventory),
        entries=_views(inventory.entries, now),
        left_out=_left_out(len(inventory.entries)),
        footer=_footer(monitor, now),
        soonest=tuple(
            (day(end.ends_at), days_phrase(end.ends_at, now), _at(end.title, end.place))
            for end in inventory.soonest
        ),
        silent=tuple((s.title, s.reason, _joined(p for p in s.places if p != s.title)) for s in silent),
        silent_left_out=_left_out(len(inventory.silent)),
    )


def _lead(inventory: Inventory) -> str:
    text = (
        f"{count(inventory.watched, 'target')} watched, {inventory.need_action} with something to do, "
        f"{inventory.unreachable} unreachable."
    )
    if inventory.not_looked_at:
        text += f" {count(inventory.not_looked_at, 'target')} could not be looked at yet."
    return f"{text} From now on a mail comes only when something changes or is still unsolved."


def _views(entries: tuple[Entry, ...], now: datetime) -> tuple[EntryView, ...]:
    return tuple(_view(entry, now) for entry in entries[:MOST_ENTRIES])


def _view(entry: Entry, now: datetime) -> EntryView:
    return EntryView(
        headline=headline(entry, now),
        label=label(entry),
        colour=_COLOURS[entry.rung],
        why=WHY[entry.why],
        sentences=entry.sentences,
        facts=_facts(entry, now),
        places=_places(entry.spots),
        meanings=_meanings(entry),
    )


def _facts(entry: Entry, now: datetime) -> tuple[tuple[str, str], ...]:
    facts: list[tuple[str, str]] = []
    if entry.replaced:
        facts.append(("Old thumbprint (SHA-1)", entry.replaced_sha1 or "not known any more"))
        facts.append(("Old SHA-256", entry.replaced))
    if entry.certificate is not None:
        facts += _certificate_facts(entry.certificate, now)
    return tuple((name, text) for name, text in facts if text)


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


def _places(spots: Iterable[Spot]) -> tuple[str, ...]:
    lines = list(dict.fromkeys(_at(spot.title, spot.place) for spot in spots))
    rest = places_left_out(len(lines), _MOST_PLACES)
    return (*lines[:_MOST_PLACES], rest) if rest else tuple(lines)


def _at(title: str, place: str) -> str:
    return place if title in ("", place) else f"{title}: {place}"


def _meanings(entry: Entry) -> tuple[Meaning, ...]:
    """Return each distinct meaning that has something to say; good news needs no advice."""
    if entry.rung is None or entry.why is Why.CLOCK:
        return ()
    return tuple(
        dict.fromkeys(
            s.meaning for s in entry.spots if s.meaning.what_stops or s.meaning.steps or s.meaning.link
        )
    )


def _joined(names: Iterable[str]) -> str:
    every = list(names)
    rest = len(every) - _MOST_NAMES
    return ", ".join(every[:_MOST_NAMES]) + (f" and {rest} more" if rest > 0 else "")


def _left_out(total: int) -> str:
    if total <= MOST_ENTRIES:
        return ""
    return f"{total - MOST_ENTRIES} more are not listed here; the monitor's page shows all of them."


def _footer(monitor: str, now: datetime) -> str:
    return f"Sent by cert-monitor on {monitor}, {instant(now)}. All times are UTC."
