"""What will have expired at an instant, in which order, and what stops then."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.steps.texts import REFUSED
from monitor.model import (
    Certificate,
    Check,
    Policy,
    Runbook,
    Severity,
    Snapshot,
    Superseded,
    TargetInfo,
    TargetState,
    text,
)
from monitor.planning import Forecast, forecast, index_certificates
from support.factories.alerts.world import DAYS, NOW, certificate, ending, picture, seen, target

IMPACT = text("No live video.")
LOW = TargetInfo(low_impact=True)
SEEN = TargetInfo(component="recorder", runbook=Runbook(impact=IMPACT))


def at(days: float, *states: TargetState) -> Forecast:
    """Return the forecast for so many days from now."""
    return forecast(index_certificates(picture(*states), NOW), NOW + days * DAYS)


def titles(found: Forecast) -> list[str]:
    """Return what will have expired, in its order."""
    return [one.certificate.title for one in found.expiries]


def test_expired_are_those_valid_until_then_at_the_latest() -> None:
    """A certificate that expires at the very instant counts, one that expires a second later does not."""
    found = at(30, seen("a:443", certificate(1, 30)), seen("b:443", certificate(2, 30 + 1 / 86_400)))
    assert titles(found) == ["host1"]


def test_expired_already_counts_too() -> None:
    """What expired before now will have expired as well."""
    assert titles(at(1, seen("a:443", certificate(1, -5)))) == ["host1"]


def test_a_certificate_at_several_locations_is_once() -> None:
    """One certificate is one entry with all its targets and locations."""
    shown = certificate(1, 10)
    (found,) = at(30, seen("a:443", shown), seen("b:443", shown)).expiries
    assert [one.location for one in found.targets] == list(found.locations) == ["a:443", "b:443"]


def test_a_ca_above_is_an_entry_with_all_that_depends_on_it() -> None:
    """A CA that expires is listed with the locations of the certificates below it, though they are valid."""
    ca = certificate(9, 20, name="The CA", ca=True)
    states = [seen(f"{name}:443", certificate(n, 300), above=(ca,)) for n, name in enumerate("ab")]
    (found,) = at(30, *states).expiries
    assert (found.certificate, found.is_ca, found.locations) == (ca, True, ("a:443", "b:443"))


def test_a_ca_comes_before_what_depends_on_it() -> None:
    """The CA is first although its leaf expires earlier, and the leaf says what it depends on."""
    ca, root = certificate(9, 25, name="CA", ca=True), certificate(8, 28, name="Root", ca=True)
    found = at(30, seen("b:443", certificate(2, 7)), seen("a:443", certificate(1, 5), above=(ca, root)))
    assert titles(found) == ["Root", "CA", "host1", "host2"]
    assert found.expiries[2].depends_on == (ca.sha256, root.sha256)


def test_the_earliest_comes_first() -> None:
    """Without CAs it goes by the expiry."""
    states = [seen(f"{n}:443", certificate(n, days)) for n, days in ((1, 9), (2, 3), (3, 6))]
    assert titles(at(30, *states)) == ["host2", "host3", "host1"]


def test_low_impact_comes_last() -> None:
    """What stops little is last, however early it expires, and after its CA."""
    ca = certificate(9, 20, name="CA", ca=True)
    camera = seen("c:443", certificate(1, 2), on=target("c:443", info=LOW), above=(ca,))
    found = at(30, camera, seen("a:443", certificate(2, 10), above=(ca,)), seen("b:443", certificate(3, 15)))
    assert titles(found) == ["CA", "host2", "host3", "host1"]
    assert [one.low_impact for one in found.expiries] == [False, False, False, True]


def test_a_certificate_has_the_level_at_which_its_expiry_stands() -> None:
    """The level is that of the finding, ok where there is none."""
    found = at(90, ending("a:443", certificate(1, 20)), seen("b:443", certificate(2, 80)))
    assert [one.level for one in found.expiries] == [Severity.WARNING, Severity.OK]


def test_superseded_certificates_do_not_count() -> None:
    """An old certificate of a collection beside its successor needs no renewal."""
    state = seen("a:443", certificate(1, 5))
    old = replace(state.assessment, superseded=(Superseded(certificate(1).sha256, certificate(2).sha256),))
    assert titles(at(30, replace(state, assessment=old))) == []


@pytest.mark.parametrize(
    ("check", "listed"),
    [(Check.EXPIRY, []), (Check.CA_EXPIRY, ["host1"]), (Check.NAME, ["CA", "host1"])],
)
def test_what_is_switched_off_does_not_count(check: Check, listed: list[str]) -> None:
    """Where a policy switches off a check of expiry, nobody is reminded of it here either."""
    on = target("a:443", policy=Policy(checks=((check, None),)))
    ca = certificate(9, 20, name="CA", ca=True)
    assert titles(at(30, seen("a:443", certificate(1, 5), on=on, above=(ca,)))) == listed


def test_the_certificate_of_a_ca_in_a_file_is_a_ca() -> None:
    """A stored CA is marked, and stops nothing where no text says so."""
    root = replace(certificate(9, 20, name="Root", ca=True), dns_names=())
    file = replace(target("/etc/ca.pem"), kind="files")
    found = at(30, seen("/etc/ca.pem", root, on=file))
    assert ([one.is_ca for one in found.expiries], found.stops) == ([True], ())


def test_stops_are_summed_by_text_and_component() -> None:
    """Targets with one text are one entry, from the first of them on."""
    states = [
        seen(f"{n}:443", certificate(n, days), on=target(f"{n}:443", info=SEEN))
        for n, days in ((1, 9), (2, 5), (3, 80))
    ]
    (stop,) = at(30, *states).stops
    assert (stop.impact, stop.component, stop.first_at) == (IMPACT, "recorder", NOW + 5 * DAYS)
    assert [one.location for one in stop.targets] == ["2:443", "1:443"]


def test_a_target_stops_by_its_ca_too() -> None:
    """A valid certificate below an expired CA is refused, which is said where no text says more."""
    ca = certificate(9, 20, ca=True)
    (stop,) = at(30, seen("a:443", certificate(1, 300), above=(ca,))).stops
    assert (stop.impact, stop.first_at) == (REFUSED, ca.not_after)


def test_a_target_stops_once_at_its_first_expiry() -> None:
    """Of several paths of a target the one that expires first counts."""
    one, other = seen("a:443", certificate(1, 20)), seen("a:443", certificate(2, 10))
    both = replace(one.assessment, paths=one.assessment.paths + other.assessment.paths)
    (stop,) = at(30, replace(one, assessment=both)).stops
    assert (stop.first_at, len(stop.targets)) == (NOW + 10 * DAYS, 1)


def test_stops_of_low_impact_come_last() -> None:
    """What matters most is read first."""
    camera = seen("c:443", certificate(1, 2), on=target("c:443", info=replace(LOW, component="camera")))
    found = at(30, camera, seen("a:443", certificate(2, 10), on=target("a:443", info=SEEN)))
    assert [one.component for one in found.stops] == ["recorder", "camera"]


def test_it_says_how_much_it_considers() -> None:
    """Targets and distinct certificates are counted."""
    shown = certificate(1, 10)
    found = at(30, seen("a:443", shown), seen("b:443", shown))
    assert (found.targets, found.certificates) == (2, 1)


def test_nothing_is_nothing() -> None:
    """An empty snapshot has an empty forecast."""
    found = forecast(index_certificates(Snapshot(), NOW), NOW)
    assert (found.expiries, found.stops, found.ca_renewals, found.unknown.targets) == ((), (), (), 0)


_CAS = [certificate(100 + n, 5 + 7 * n, name=f"CA{n}", ca=True) for n in range(4)]


@st.composite
def _estate(draw: st.DrawFn) -> list[TargetState]:
    """Return targets with chains of CAs that always stand in one order, as signatures make them."""
    states = []
    for number in range(draw(st.integers(1, 8))):
        above = [ca for ca in _CAS if draw(st.booleans())]
        info = TargetInfo(low_impact=draw(st.booleans()))
        leaf: Certificate = certificate(number, draw(st.integers(-5, 60)))
        where = f"{number}:443"
        states.append(seen(where, leaf, on=target(where, info=info), above=tuple(above)))
    return states


@given(_estate(), st.integers(0, 60))
def test_order_holds_for_any_estate(states: list[TargetState], days: int) -> None:
    """Each certificate is once, each CA before its dependents, and low impact last."""
    found = at(days, *states)
    places = {one.certificate.sha256: place for place, one in enumerate(found.expiries)}
    assert len(places) == len(found.expiries)
    assert all(one.certificate.not_after <= NOW + days * DAYS for one in found.expiries)
    for one in found.expiries:
        assert all(places[ca] < places[one.certificate.sha256] for ca in one.depends_on)
    low = [one.low_impact for one in found.expiries]
    assert low == sorted(low)


def test_a_ca_that_does_not_say_so_is_one_entry() -> None:
    """A certificate that is served at one place and stands above another at the next is listed once."""
    old = certificate(9, 20, name="Old CA")
    (found,) = at(30, seen("a:443", old), seen("b:443", certificate(1, 300), above=(old,))).expiries
    assert (found.is_ca, found.locations) == (True, ("b:443", "a:443"))


@given(_estate(), st.integers(0, 5))
def test_the_first_ones_are_those_of_the_whole_order(states: list[TargetState], most: int) -> None:
    """A bounded forecast leaves out the last ones, and counts them."""
    index = index_certificates(picture(*states), NOW)
    whole, part = forecast(index, NOW + 60 * DAYS), forecast(index, NOW + 60 * DAYS, most)
    assert part.expiries == whole.expiries[:most]
    assert part.expired == whole.expired == len(whole.expiries)
    assert part.expired_cas == sum(one.is_ca for one in whole.expiries)


def test_cas_that_certify_each_other_do_not_hang() -> None:
    """Cross-certificates in a circle have no order; each is there once."""
    one, other = certificate(8, 20, name="One", ca=True), certificate(9, 22, name="Other", ca=True)
    found = at(
        30,
        seen("a:443", certificate(1, 300), above=(one, other)),
        seen("b:443", certificate(2, 300), above=(other, one)),
    )
    assert sorted(titles(found)) == ["One", "Other"]
    assert at(30).at == NOW + timedelta(days=30)
