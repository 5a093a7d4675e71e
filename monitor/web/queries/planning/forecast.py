"""A forecast as rows and texts, bounded for a page or a response, and the instant that a request names."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from monitor.model import Message, Target
from monitor.planning import CaRenewal, Expiry, Forecast, Load, Unknown
from monitor.web import planning_texts as words

DAYS_AHEAD = 90
"""How far ahead a forecast looks that is asked for no day."""
_FURTHEST = timedelta(days=50 * 366)
_LAST_SECOND = time(23, 59, 59)


class InvalidDayError(ValueError):
    """The text is no day within 50 years from now."""


@dataclass(frozen=True, slots=True)
class ExpiryLocation:
    """A location with the name that people gave its target, and the id of that."""

    location: str
    title: str
    target_id: str


@dataclass(frozen=True, slots=True)
class ExpiryRow:
    """A certificate that will have expired; ``after`` are the CAs that have to be renewed before it.

    ``expired`` says that it has expired already. ``first_locations`` are the first of its ``locations``.
    """

    expiry: Expiry
    expired: bool
    locations: int
    first_locations: tuple[ExpiryLocation, ...]
    after: tuple[Expiry, ...]

    @property
    def level(self) -> str:
        """Return the level as it is published, ``expired`` for what has expired already."""
        level = self.expiry.level
        return "expired" if self.expired else level.value


@dataclass(frozen=True, slots=True)
class StopRow:
    """What stops, from when on, and at how many targets; ``first_locations`` are those of the first."""

    impact: Message
    component: str
    low_impact: bool
    first_at: datetime
    targets: int
    first_locations: tuple[ExpiryLocation, ...]


@dataclass(frozen=True, slots=True)
class ForecastView:
    """A forecast with so many rows as there is room for, and how many were left out.

    ``cas`` is the number of CAs among all that will have expired, ``certificates`` that of the others.
    ``stopping`` counts the targets at which more than a little stops.
    """

    at: datetime
    now: datetime
    rows: tuple[ExpiryRow, ...]
    more: int
    certificates: int
    cas: int
    stopping: int
    stops: tuple[StopRow, ...]
    more_stops: int
    load: Load
    ca_renewals: tuple[CaRenewal, ...]
    more_ca_renewals: int
    unknown: Unknown
    targets: int


def forecast_view(found: Forecast, *, most: int, locations: int) -> ForecastView:
    """Return a forecast with at most so many rows of each kind, and so many locations in each of them."""
    known = {one.certificate.sha256: one for one in found.expiries if one.is_ca}
    return ForecastView(
        at=found.at,
        now=found.now,
        rows=tuple(_row(one, known, found.now, locations) for one in found.expiries[:most]),
        more=max(found.expired - most, 0),
        certificates=found.expired - found.expired_cas,
        cas=found.expired_cas,
        stopping=sum(one.count for one in found.stops if not one.low_impact),
        stops=tuple(
            StopRow(
                one.impact,
                one.component,
                one.low_impact,
                one.first_at,
                one.count,
                tuple(expiry_location(target) for target in one.targets[:locations]),
            )
            for one in found.stops[:most]
        ),
        more_stops=max(len(found.stops) - most, 0),
        load=found.load,
        ca_renewals=found.ca_renewals[:most],
        more_ca_renewals=max(len(found.ca_renewals) - most, 0),
        unknown=found.unknown,
        targets=found.targets,
    )


def expiry_location(target: Target, location: str = "") -> ExpiryLocation:
    """Return a location of a target, by default its own."""
    return ExpiryLocation(location or target.location, target.info.title or target.location, target.id)


def asked_day(text: str, zone: tzinfo, now: datetime) -> datetime:
    """Return the last second of a day such as ``2027-03-15`` in a time zone, without a text 90 days ahead.

    Raises ``InvalidDayError`` for anything else, and for days that are too far away.
    """
    today = now.astimezone(zone).date()
    try:
        day = date.fromisoformat(text) if text else today + timedelta(days=DAYS_AHEAD)
    except ValueError:
        raise InvalidDayError from None
    if abs(day - today) > _FURTHEST or len(text) not in (0, len("2027-03-15")):
        raise InvalidDayError
    return datetime.combine(day, _LAST_SECOND, zone).astimezone(UTC)


def unknown_texts(one: Unknown) -> Iterator[Message]:
    """Yield sentences about what is not known, nothing where all of it is."""
    counted = (
        (one.unreachable, words.unreachable),
        (one.last_known, words.last_known),
        (one.not_checked, words.not_checked),
        (one.without_certificate, words.without_certificate),
        (one.standby, words.standby),
        (one.left_out, words.left_out),
        (one.lists, words.lists),
        (one.switched_off, words.switched_off),
        (one.generated, words.generated),
    )
    yield from (said(count=count) for count, said in counted if count)


def _row(one: Expiry, cas: dict[str, Expiry], now: datetime, most_locations: int) -> ExpiryRow:
    locations = one.locations
    return ExpiryRow(
        one,
        one.certificate.not_after <= now,
        len(locations),
        _first_locations(one, most_locations),
        tuple(cas[sha256] for sha256 in one.depends_on if sha256 in cas),
    )


def _first_locations(one: Expiry, most: int) -> tuple[ExpiryLocation, ...]:
    found: dict[str, ExpiryLocation] = {}
    for target, path, _ in one.uses:
        if len(found) == most:
            break
        found.setdefault(path.location, expiry_location(target, path.location))
    return tuple(found.values())
