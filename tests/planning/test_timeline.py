"""How many certificates expire in each of the next weeks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

from monitor.model import Severity, TargetState
from monitor.planning import Timeline, index_certificates, timeline
from support.factories.alerts.world import NOW, certificate, ending, picture, seen, target

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def of(*states: TargetState, now: datetime = NOW) -> Timeline:
    """Return the timeline of some targets."""
    return timeline(index_certificates(picture(*states), now))


def test_weeks_begin_on_monday_and_cover_twelve_months() -> None:
    """On a Sunday the first week is nearly over, and the last one still reaches a year ahead."""
    sunday = MONDAY + timedelta(days=6, hours=23)
    weeks = of(now=sunday).weeks
    assert (len(weeks), weeks[0].starts_at) == (53, MONDAY)
    assert all(one.ends_at == following.starts_at for one, following in pairwise(weeks))
    assert weeks[-1].ends_at >= sunday + timedelta(days=364)


def test_expiries_are_counted_in_their_week() -> None:
    """The end of a week belongs to the next one."""
    ends = [MONDAY + timedelta(days=7, seconds=-1), MONDAY + timedelta(days=7)]
    states = [seen(f"{n}:443", replace(certificate(n), not_after=at)) for n, at in enumerate(ends)]
    assert [week.count for week in of(*states).weeks[:3]] == [1, 1, 0]


def test_levels_are_those_of_now() -> None:
    """What is due already is counted apart from what is not."""
    found = of(
        ending("a:443", certificate(1, 2), Severity.CRITICAL),
        ending("b:443", certificate(2, 3)),
        seen("c:443", certificate(3, 4)),
    ).weeks[0]
    assert found.levels == ((Severity.OK, 1), (Severity.WARNING, 1), (Severity.CRITICAL, 1))
    assert (found.at(Severity.CRITICAL), found.at(Severity.UNKNOWN)) == (1, 0)


def test_expired_and_later_are_beside_the_weeks() -> None:
    """Each certificate is in one of the three."""
    found = of(*(seen(f"{n}:443", certificate(n, days)) for n, days in enumerate((-1, 5, 400))))
    assert (found.expired, sum(week.count for week in found.weeks), found.later) == (1, 1, 1)


def test_cas_are_marked_and_count_once() -> None:
    """A CA above many certificates is one expiry of its own."""
    ca = certificate(9, 3, name="CA", ca=True)
    found = of(*(seen(f"{n}:443", certificate(n, 400), above=(ca,)) for n in range(3)))
    assert (found.weeks[0].cas, found.weeks[0].count, found.later) == ((ca,), 1, 3)


def test_a_stored_ca_is_marked() -> None:
    """The certificate of a CA in a file is a CA."""
    root = replace(certificate(9, 3, ca=True), dns_names=())
    found = of(seen("/ca.pem", root, on=replace(target("/ca.pem"), kind="files")))
    assert found.weeks[0].cas == (root,)


def test_days_are_those_of_a_time_zone() -> None:
    """Where the week begins later than in UTC, the last hours before are still in the week before."""
    late = replace(certificate(1), not_after=MONDAY + timedelta(days=7, hours=2))
    index = index_certificates(picture(seen("a:443", late)), NOW)
    west = timezone(timedelta(hours=-3))
    assert [week.count for week in timeline(index).weeks[:2]] == [0, 1]
    assert [week.count for week in timeline(index, west).weeks[:2]] == [1, 0]
    assert timeline(index, west).weeks[0].starts_at == MONDAY + timedelta(hours=3)
