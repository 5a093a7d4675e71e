"""Time zones: by name on every system, or this machine's own."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from monitor.messages import UnknownZoneError, machine_zone, zone


@pytest.mark.parametrize(
    ("name", "shown"), [("Europe/Lisbon", "+0100"), ("America/Sao_Paulo", "-0300"), ("UTC", "+0000")]
)
def test_a_zone_has_a_name(name: str, shown: str) -> None:
    """A name gives the zone with its summer time."""
    assert f"{datetime(2027, 7, 1, tzinfo=UTC).astimezone(zone(name)):%z}" == shown


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("europe/lisbon", "did you mean Europe/Lisbon?"),
        ("America/SaoPaulo", "did you mean America/Sao_Paulo?"),
        ("../../etc/passwd", "or UTC$"),
        ("Europe", "or UTC$"),
        ("", "or UTC$"),
    ],
)
def test_an_unknown_zone_is_refused(name: str, meant: str) -> None:
    """What is no zone is refused, with those that are written alike."""
    with pytest.raises(UnknownZoneError, match=f"must be a time zone such as Europe/Lisbon.*{meant}"):
        zone(name)


@pytest.mark.parametrize(
    ("variable", "wanted"), [("Europe/Lisbon", ZoneInfo("Europe/Lisbon")), ("no/zone", UTC)]
)
def test_the_zone_of_the_machine(monkeypatch: pytest.MonkeyPatch, variable: str, wanted: object) -> None:
    """The machine's zone is by name, and UTC where it cannot be read."""
    monkeypatch.setenv("TZ", variable)
    machine_zone.cache_clear()
    try:
        assert machine_zone() == wanted
    finally:
        machine_zone.cache_clear()
