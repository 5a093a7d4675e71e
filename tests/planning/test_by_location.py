"""What expires first at each location of a forecast."""

from dataclasses import replace

from monitor.model import TargetState
from monitor.planning import LocationExpiry, forecast, index_certificates, location_expiries
from support.factories.alerts.world import DAYS, NOW, certificate, picture, seen, target


def at(days: float, *states: TargetState) -> list[tuple[str, str, bool]]:
    """Return location, certificate and whether a CA is the cause, for so many days from now."""
    found = location_expiries(forecast(index_certificates(picture(*states), NOW), NOW + days * DAYS))
    return [_shown(one) for one in found]


def _shown(one: LocationExpiry) -> tuple[str, str, bool]:
    return one.location, one.certificate.title, one.by_ca


def test_the_earliest_is_first_and_what_lasts_longer_is_missing() -> None:
    """Locations are in the order in which they expire."""
    states = [seen(f"{name}:443", certificate(n, 10 * n)) for n, name in ((3, "c"), (1, "a"), (2, "b"))]
    assert at(25, *states) == [("a:443", "host1", False), ("b:443", "host2", False)]


def test_a_ca_is_the_cause_where_the_certificate_itself_lasts_longer() -> None:
    """A calendar of the certificates would not have these."""
    ca = certificate(9, 20, name="The CA", ca=True)
    states = [seen(f"{name}:443", certificate(n, 300), above=(ca,)) for n, name in enumerate("ab")]
    assert at(30, *states) == [("a:443", "The CA", True), ("b:443", "The CA", True)]


def test_each_location_is_once_with_what_expires_first() -> None:
    """Of certificate and CA the earlier one counts, and at one instant the certificate."""
    ca = certificate(9, 20, name="The CA", ca=True)
    early, late, same = (certificate(n, days) for n, days in ((1, 10), (2, 25), (3, 20)))
    states = [
        seen(f"{name}:443", leaf, above=(ca,)) for name, leaf in (("a", early), ("b", late), ("c", same))
    ]
    assert sorted(at(30, *states)) == [
        ("a:443", "host1", False),
        ("b:443", "The CA", True),
        ("c:443", "host3", False),
    ]


def test_one_certificate_at_two_locations_is_twice() -> None:
    """Every location is named."""
    shown = certificate(1, 10)
    assert [one[0] for one in at(30, seen("a:443", shown), seen("b:443", shown))] == ["a:443", "b:443"]


def test_a_stored_ca_is_a_ca() -> None:
    """The file with a CA's own certificate says that it is a CA that expires."""
    file = replace(target("/etc/ca.pem"), kind="files")
    root = replace(certificate(9, 20, name="Root", ca=True), dns_names=())
    assert at(30, seen("/etc/ca.pem", root, on=file)) == [("/etc/ca.pem", "Root", True)]
