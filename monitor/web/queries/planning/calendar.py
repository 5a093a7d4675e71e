"""What a calendar says: one entry for each certificate that expires, as messages."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.alerts.steps.brief_texts import DO
from monitor.alerts.steps.texts import CA_REFUSED, REFUSED
from monitor.model import Check, Message
from monitor.model.texts import names
from monitor.planning import CertificateIndex, Expiry, expiries
from monitor.web import planning_texts as texts

AHEAD = timedelta(days=2 * 366)
MOST_ENTRIES = 2000
_MOST_LOCATIONS = 10
_MOST_IMPACTS = 2


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """The expiry of one certificate: ``uid`` is the same as long as the certificate is."""

    uid: str
    sha256: str
    at: datetime
    summary: Message
    lines: tuple[Message, ...]
    site: str


def calendar_entries(index: CertificateIndex) -> tuple[CalendarEntry, ...]:
    """Return what expires within two years, and what has expired, the earliest first; at most 2,000 entries.

    A certificate that was renewed everywhere is gone from it.
    """
    horizon = index.now + AHEAD
    due = [leaf for leaf in index.leaves if leaf.first_expiry <= horizon]
    first = heapq.nsmallest(
        MOST_ENTRIES,
        expiries(due, horizon, index.levels).first,
        key=lambda one: (one.certificate.not_after, one.certificate.sha256),
    )
    return tuple(_entry(one) for one in first)


def _entry(one: Expiry) -> CalendarEntry:
    certificate = one.certificate
    said = texts.ca_expires if one.is_ca else texts.certificate_expires
    sites = {target.label("site") for target, _, _ in one.uses}
    return CalendarEntry(
        uid=f"{certificate.sha256}-{certificate.not_after:%Y%m%dT%H%M%SZ}@cert-monitor",
        sha256=certificate.sha256,
        at=certificate.not_after,
        summary=said(title=certificate.title),
        lines=tuple(_lines(one)),
        site=sites.pop() if len(sites) == 1 else "",
    )


def _lines(one: Expiry) -> Iterator[Message]:
    certificate = one.certificate
    yield texts.expires_at(at=certificate.not_after)
    places = names([_named(one, place) for place in one.locations[:_MOST_LOCATIONS]], _MOST_LOCATIONS)
    left = len(one.locations) - _MOST_LOCATIONS
    yield texts.used_at_many(places=places, count=left) if left > 0 else texts.used_at(places=places)
    for impact in _impacts(one):
        yield texts.stops(impact=impact)
    yield texts.to_do(steps=_steps(one))
    yield texts.issued_by(issuer=certificate.issuer_cn or certificate.issuer)
    yield texts.thumbprint(thumbprint=certificate.sha1)


def _named(one: Expiry, location: str) -> str:
    """Return a location with the title that people gave its target."""
    titles = (target.info.title for target, path, _ in one.uses if path.location == location)
    title = next(titles, "")
    return f"{title} ({location})" if title and title != location else location


def _impacts(one: Expiry) -> list[Message]:
    """Return the first texts about the impact; a CA has a general one."""
    known = dict.fromkeys(
        impact for target, _, _ in one.uses[:1000] if (impact := target.info.runbook.impact) is not None
    )
    general = CA_REFUSED if one.is_ca else REFUSED
    return [general] if one.is_ca or not known else list(known)[:_MOST_IMPACTS]


def _steps(one: Expiry) -> Message:
    if one.is_ca:
        return DO[Check.CA_EXPIRY]
    brief = (target.info.runbook.in_brief for target, _, _ in one.uses)
    return next((steps for steps in brief if steps is not None), DO[Check.EXPIRY])
