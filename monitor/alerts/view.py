"""Entries as the templates need them: every text ready to print, so that templates hold no logic."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.alerts.decision import Advice, Entry, Inventory, Rung, Silent, Spot
from monitor.alerts.headline import headline, label, places_left_out
from monitor.alerts.wording import WHY, count, day, days_phrase, instant
from monitor.model import Certificate, Check

MOST_ENTRIES = 200
_MOST_LOCATIONS = 200
_MOST_NAMES = 50
_MOST_SENTENCES = 20
_LABELS = (("component", "Component"), ("certificate_group", "Certificate group"), ("site", "Site"))
_COLOURS = {
    None: "#1e6b34",
    Rung.WARNING: "#8a5a00",
    Rung.CRITICAL: "#a61b1b",
    Rung.EXPIRED: "#6d0f3f",
}


@dataclass(frozen=True, slots=True)
class EntryView:
    """Hold one entry in words; ``facts`` pair a label with a text, ``steps`` a heading with texts."""

    headline: str
    label: str
    colour: str
    why: str
    sentences: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    places_head: str
    locations: tuple[str, ...]
    stops: tuple[str, ...]
    steps: tuple[tuple[str, tuple[str, ...]], ...]
    links: tuple[str, ...]


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
    never_seen: tuple[tuple[str, str, str], ...] = ()
    never_seen_left_out: str = ""


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
    return Page(
        subject=subject,
        lead=_lead(inventory),
        entries=_views(inventory.entries, now),
        left_out=_left_out(len(inventory.entries)),
        footer=_footer(monitor, now),
        soonest=tuple(
            (day(end.ends_at), days_phrase(end.ends_at, now), _at(end.title, end.location))
            for end in inventory.soonest
        ),
        silent=_silent(inventory.silent),
        silent_left_out=_left_out(len(inventory.silent)),
        never_seen=_silent(inventory.never_seen),
        never_seen_left_out=_left_out(len(inventory.never_seen)),
    )


def _silent(hosts: tuple[Silent, ...]) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (host.title, host.reason, _joined(location for location in host.locations if location != host.title))
        for host in hosts[:MOST_ENTRIES]
    )


def _lead(inventory: Inventory) -> str:
    text = (
        f"{count(inventory.watched, 'target')} watched, {inventory.need_action} with something to do, "
        f"{inventory.unreachable} unreachable."
    )
    if inventory.not_probed:
        text += f" {count(inventory.not_probed, 'target')} could not be looked at yet."
    return f"{text} From now on a mail comes only when something changes or is still unsolved."


def _views(entries: tuple[Entry, ...], now: datetime) -> tuple[EntryView, ...]:
    return tuple(_view(entry, now) for entry in entries[:MOST_ENTRIES])


def _view(entry: Entry, now: datetime) -> EntryView:
    return EntryView(
        headline=headline(entry, now),
        label=label(entry),
        colour=_COLOURS[entry.rung],
        why=WHY[entry.why],
        sentences=_sentences(entry.sentences),
        facts=_facts(entry, now),
        places_head="Falls with it:" if _of_ca(entry) else "Where:",
        locations=_locations(entry.spots),
        stops=_each_once(advice.what_stops for advice in entry.advice),
        steps=_steps(entry),
        links=_each_once(advice.link for advice in entry.advice),
    )


def _sentences(sentences: tuple[str, ...]) -> tuple[str, ...]:
    """Return the first few; a CA may be outlived by hundreds of certificates."""
    more = len(sentences) - _MOST_SENTENCES
    return (*sentences[:_MOST_SENTENCES], f"and {more} more like these") if more > 0 else sentences


def _facts(entry: Entry, now: datetime) -> tuple[tuple[str, str], ...]:
    facts: list[tuple[str, str]] = []
    if entry.replaced:
        facts.append(("Old thumbprint (SHA-1)", entry.replaced_sha1 or "not known any more"))
        facts.append(("Old SHA-256", entry.replaced))
    if entry.certificate is not None:
        facts += _certificate_facts(entry.certificate, now)
    facts += [(name, _label(entry.spots, key)) for key, name in _LABELS]
    return tuple((name, text) for name, text in facts if text)


def _label(spots: tuple[Spot, ...], key: str) -> str:
    return _joined(dict.fromkeys(value for spot in spots for name, value in spot.labels if name == key))


def _of_ca(entry: Entry) -> bool:
    return entry.rung is not None and entry.checks[:1] in ((Check.CA_EXPIRY,), (Check.OUTLIVES_CA,))


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


def _locations(spots: Iterable[Spot]) -> tuple[str, ...]:
    lines = list(dict.fromkeys(_at(spot.title, spot.location) for spot in spots))
    rest = places_left_out(len(lines), _MOST_LOCATIONS)
    return (*lines[:_MOST_LOCATIONS], rest) if rest else tuple(lines)


def _at(title: str, location: str) -> str:
    return location if title in ("", location) else f"{title}: {location}"


def _each_once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def _steps(entry: Entry) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return each list of steps once, with its heading, which says whose it is where there are others."""
    lists = {one.steps: one for one in reversed(entry.advice) if one.steps}
    alone = len(lists) == 1 and len(entry.spots) <= 1
    pair = entry.checks[:1] == (Check.RECORDER_PAIR,)
    return tuple((_heading(one, alone=alone, pair=pair), steps) for steps, one in reversed(lists.items()))


def _heading(advice: Advice, *, alone: bool, pair: bool) -> str:
    """Return what stands above steps; of a pair only the one at fault needs them."""
    if advice.ca_first:
        return "What to do, the CA first:"
    if alone or not advice.whose:
        return "What to do:"
    return f"What to do for {advice.whose}{'' if pair else ', and likewise for the others'}:"


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
