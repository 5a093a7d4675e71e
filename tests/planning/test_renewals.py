"""The load of renewals for each month, and which CA has to be renewed by when."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from monitor.model import Certificate, TargetInfo, TargetState
from monitor.planning import CaRenewal, Forecast, Load, forecast, index_certificates
from support.factories.alerts.world import DAYS, NOW, certificate, picture, seen, target


def until(when: datetime, *states: TargetState) -> Forecast:
    """Return the forecast for an instant."""
    return forecast(index_certificates(picture(*states), NOW), when)


def load(*states: TargetState, when: datetime = NOW) -> Load:
    """Return the load of renewals."""
    return until(when, *states).load


def expiring(number: int, when: datetime) -> Certificate:
    """Return a certificate that is valid until an instant."""
    return replace(certificate(number), not_after=when)


def test_months_are_calendar_months_of_utc() -> None:
    """The last second of a month belongs to it, the next one to the next month."""
    last = datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)
    found = load(
        seen("a:443", expiring(1, last)), seen("b:443", expiring(2, last + timedelta(seconds=1)))
    ).months
    assert [(one.month, one.renewals) for one in found[1:3]] == [
        (date(2026, 12, 1), 1),
        (date(2027, 1, 1), 1),
    ]


def test_there_are_twelve_months_at_least_and_those_until_the_instant() -> None:
    """Months without a renewal are there too, from the present one on."""
    assert [len(load().months), load().months[0].month] == [12, date(2026, 11, 1)]
    assert load(when=datetime(2028, 2, 1, tzinfo=UTC)).months[-1].month == date(2028, 2, 1)


def test_months_are_bounded() -> None:
    """Whatever instant is asked for, no more than ten years are listed."""
    assert len(load(when=datetime(9999, 12, 31, tzinfo=UTC)).months) == 120


def test_overdue_and_later_are_beside_the_months() -> None:
    """Each certificate is in one of the three."""
    found = load(*(seen(f"{n}:443", certificate(n, days)) for n, days in enumerate((-1, 5, 9000))))
    assert (found.overdue, sum(one.renewals for one in found.months), found.later) == (1, 1, 1)


def test_a_path_may_expire_before_the_leaf() -> None:
    """The month in which the leaf expires and the one in which its CA does are counted apart."""
    ca = expiring(9, datetime(2026, 12, 5, tzinfo=UTC))
    leaf = expiring(1, datetime(2027, 1, 5, tzinfo=UTC))
    found = load(seen("a:443", leaf, above=(ca,))).months
    assert [(one.renewals, one.by_path) for one in found[:3]] == [(0, 0), (0, 1), (1, 0)]


def test_shares_are_of_sites_and_components() -> None:
    """A certificate at two sites counts at both, the largest share is first."""
    harbour = replace(target("a:443", info=TargetInfo(component="recorder")), labels=(("site", "harbour"),))
    airport = replace(harbour, id="endpoint:b:443", location="b:443", labels=(("site", "airport"),))
    shared, other = certificate(1, 5), certificate(2, 5)
    found = load(
        seen("a:443", shared, on=harbour), seen("b:443", shared, on=airport), seen("c:443", other)
    ).months[0]
    assert found.renewals == 2
    assert found.sites == (("", 1), ("airport", 1), ("harbour", 1))
    assert found.components == (("", 1), ("recorder", 1))


def test_stored_cas_are_no_renewals_of_leaves() -> None:
    """A CA's certificate in a file is not in the load."""
    root = replace(certificate(9, 5, ca=True), dns_names=())
    assert load(seen("/ca.pem", root, on=replace(target("/ca.pem"), kind="files"))).months[0].renewals == 0


def renewals(*states: TargetState, days: float = 9000) -> tuple[CaRenewal, ...]:
    """Return the CAs that have to be renewed within so many days."""
    return until(NOW + days * DAYS, *states).ca_renewals


def test_a_ca_is_renewed_a_typical_lifetime_before_its_expiry() -> None:
    """The typical lifetime is the median of the leaves below it, in whole days rounded up."""
    ca = certificate(9, 400, ca=True)
    lives = [(1, 30), (2, 90), (3, 89.5), (4, 365), (5, 398)]
    states = [seen(f"{n}:443", certificate(n, 20, age=life - 20), above=(ca,)) for n, life in lives]
    (found,) = renewals(*states)
    assert (found.typical_lifetime, found.renew_by) == (90 * DAYS, ca.not_after - 90 * DAYS)
    assert (found.leaves, found.outliving) == (5, 0)


def test_of_an_even_number_the_smaller_one_in_the_middle_counts() -> None:
    """The median is the lifetime of one of the leaves."""
    ca = certificate(9, 400, ca=True)
    states = [seen(f"{n}:443", certificate(n, 20, age=n * 100 - 20), above=(ca,)) for n in (1, 2, 3, 4)]
    assert renewals(*states)[0].typical_lifetime == 200 * DAYS


def test_only_cas_that_are_due_by_then_are_listed() -> None:
    """The instant from which new leaves would outlive the CA decides, not its expiry."""
    ca = certificate(9, 400, ca=True)
    state = seen("a:443", certificate(1, 50, age=50), above=(ca,))
    assert renewals(state, days=299) == ()
    assert len(renewals(state, days=300)) == 1


def test_leaves_that_outlive_it_already_are_counted() -> None:
    """They are those of the check outlives_ca, which tolerates what was issued together."""
    ca = certificate(9, 100, ca=True)
    states = [
        seen(f"{n}:443", certificate(n, days), above=(ca,)) for n, days in ((1, 99), (2, 100.5), (3, 200))
    ]
    assert renewals(*states)[0].outliving == 1


def test_every_ca_above_has_the_leaf_once() -> None:
    """Intermediate and root are both listed, and a leaf at two locations counts once."""
    ca, root = certificate(9, 300, ca=True), certificate(8, 900, ca=True)
    shown = certificate(1, 50)
    found = renewals(seen("a:443", shown, above=(ca, root)), seen("b:443", shown, above=(ca, root)))
    assert [(one.certificate, one.leaves) for one in found] == [(ca, 1), (root, 1)]


def test_a_leaf_below_two_cas_counts_for_each() -> None:
    """A certificate that is served with two chains is below the CAs of both."""
    one, other = certificate(8, 300, ca=True), certificate(9, 400, ca=True)
    shown = certificate(1, 50)
    found = renewals(seen("a:443", shown, above=(one,)), seen("b:443", shown, above=(other,)))
    assert [item.leaves for item in found] == [1, 1]


def test_expired_leaves_say_nothing_about_the_lifetime() -> None:
    """What was issued long ago and never renewed is not typical."""
    ca = certificate(9, 400, ca=True)
    states = [
        seen("a:443", certificate(1, -5, age=3000), above=(ca,)),
        seen("b:443", certificate(2, 10, age=80), above=(ca,)),
    ]
    assert renewals(*states)[0].typical_lifetime == 90 * DAYS
    assert renewals(states[0]) == ()
