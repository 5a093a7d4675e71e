"""Expiry becomes due by thresholds."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.assess.expiry import Due, due
from monitor.assess.texts import expires
from monitor.model import Certificate, Margin, Policy, text
from monitor.parse import parse_certificate
from support.pki import NOW, days, issue
from support.written import written

LASTING = parse_certificate(issue("nvr", start=days(-300), end=days(100)).der)
SECOND = timedelta(seconds=1)


def ending(end: datetime, lifetime: timedelta = timedelta(days=400)) -> Certificate:
    """Return a certificate with another end."""
    return replace(LASTING, not_before=end - lifetime, not_after=end)


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (days(12.9), "expires in 12 days (6 Dec 2026 09:36 UTC)"),
        (days(2) - SECOND, "expires in 47 hours (25 Nov 2026 11:59 UTC)"),
        (days(1), "expires in 24 hours (24 Nov 2026 12:00 UTC)"),
        (days(1) - SECOND, "expires in 23 hours (24 Nov 2026 11:59 UTC)"),
        (NOW + SECOND, "expires in 1 minute (23 Nov 2026 12:00 UTC)"),
        (NOW, "expired 1 minute ago (23 Nov 2026 12:00 UTC)"),
        (days(-1) + SECOND, "expired 23 hours ago (22 Nov 2026 12:00 UTC)"),
        (days(-1), "expired 24 hours ago (22 Nov 2026 12:00 UTC)"),
        (days(-3.5), "expired 3 days ago (20 Nov 2026 00:00 UTC)"),
    ],
)
def test_says_when_it_expires(end: datetime, words: str) -> None:
    """Lengths are rounded towards now: whole days, hours below two days, minutes below one hour."""
    said = expires(who=text("it"), not_after=ending(end).not_after)
    assert written(said) == f"it {words}"


@pytest.mark.parametrize(
    ("lifetime", "warning", "critical"),
    [(398, 30, 7), (47, 11.75, 4.7), (6, 1.5, 0.6)],
)
def test_thresholds_suit_every_lifetime(lifetime: float, warning: float, critical: float) -> None:
    """The smallest of a length and a share counts."""
    one = ending(days(1000), timedelta(days=lifetime))
    assert due(one, Policy(), as_ca=False) == Due(days(1000 - warning), days(1000 - critical))


def test_cas_have_thresholds_of_their_own() -> None:
    """A CA of ten years is due half a year before its end."""
    one = ending(days(1000), timedelta(days=3650))
    assert due(one, Policy(), as_ca=True) == Due(days(820), days(940))


def test_the_warning_never_comes_after_the_critical() -> None:
    """A policy that has them the wrong way round warns when it is critical."""
    policy = Policy(warn_before=(Margin(timedelta(days=1)),), critical_before=(Margin(timedelta(days=5)),))
    assert due(ending(days(10)), policy, as_ca=False) == Due(days(5), days(5))


def test_a_negative_lifetime_is_due_at_its_end() -> None:
    """A share of a negative lifetime does not move the instants past the end."""
    one = ending(days(10), timedelta(days=-4))
    assert due(one, Policy(), as_ca=False) == Due(days(10), days(10))


@pytest.mark.parametrize("as_ca", [False, True])
def test_thresholds_stop_at_the_beginning_of_the_calendar(*, as_ca: bool) -> None:
    """A certificate of the year 1, as .NET's default date makes them, is due from the first instant on."""
    first = datetime(1, 1, 1, tzinfo=UTC)
    one = replace(LASTING, not_before=first, not_after=first + timedelta(days=1))
    thirty_days = (Margin(timedelta(days=30)),)
    policy = Policy(warn_before=thirty_days, critical_before=thirty_days, ca_warn_before=thirty_days)
    assert due(one, policy, as_ca=as_ca).warning_at == first


def test_the_year_1_is_written_as_such() -> None:
    """It was shown as 1900."""
    said = written(expires(who=text("it"), not_after=datetime(1, 1, 1, tzinfo=UTC)))
    assert said.endswith("(1 Jan 1 00:00 UTC)")
