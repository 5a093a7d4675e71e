"""What expires first at each location of a forecast: its certificate or a CA above."""

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.model import Certificate, Path, Target
from monitor.planning.expiries import Expiry
from monitor.planning.forecast import Forecast


@dataclass(frozen=True, slots=True)
class LocationExpiry:
    """The certificate that expires first at one location of a target.

    ``by_ca`` says that it is a CA: then the location stops although its own certificate may be valid longer.
    """

    target: Target
    location: str
    certificate: Certificate
    by_ca: bool


def location_expiries(found: Forecast) -> tuple[LocationExpiry, ...]:
    """Return what expires first at each location, the earliest first; of two at once the certificate itself.

    The forecast must have all its expiries.
    """
    first: dict[tuple[str, str], LocationExpiry] = {}
    for one in _uses(found.expiries):
        key = one.target.id, one.location
        known = first.get(key)
        if known is None or _rank(one) < _rank(known):
            first[key] = one
    return tuple(sorted(first.values(), key=_order))


def _uses(expiries: tuple[Expiry, ...]) -> Iterator[LocationExpiry]:
    for one in expiries:
        for target, path, _ in one.uses:
            yield LocationExpiry(target, path.location, one.certificate, _is_above(one, path))


def _is_above(one: Expiry, path: Path) -> bool:
    return one.certificate.sha256 != path.leaf.sha256 or one.is_ca


def _rank(one: LocationExpiry) -> tuple[object, ...]:
    return one.certificate.not_after, one.by_ca, one.certificate.sha256


def _order(one: LocationExpiry) -> tuple[object, ...]:
    return one.certificate.not_after, one.certificate.sha256, one.target.id, one.location
