"""Ends are said in whole days and become due by thresholds."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from monitor.assess import end_in_words
from monitor.assess.expiry import Due, due
from monitor.model import Certificate, Margin, Policy
from monitor.parse import parse_certificate
from support.pki import NOW, days, issue

LASTING = parse_certificate(issue("nvr", start=days(-300), end=days(100)).der)
SECOND = timedelta(seconds=1)


def ending(end: datetime, lifetime: timedelta = timedelta(days=400)) -> Certificate:
    """Return a certificate with another end."""
    return replace(LASTING, not_before=end - lifetime, not_after=end)


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (days(12.9), "ends in 12 days (2026-12-06 09:36 UTC)"),
        (days(2) - SECOND, "ends in 1 day (2026-11-25 11:59 UTC)"),
        (days(1), "ends in 1 day (2026-11-24 12:00 UTC)"),
        (days(1) - SECOND, "ends today (2026-11-24 11:59 UTC)"),
        (NOW + SECOND, "ends today (2026-11-23 12:00 UTC)"),
        (NOW, "ended today (2026-11-23 12:00 UTC)"),
        (days(-1) + SECOND, "ended today (2026-11-22 12:00 UTC)"),
        (days(-1), "ended 1 day ago (2026-11-22 12:00 UTC)"),
        (days(-3.5), "ended 3 days ago (2026-11-20 00:00 UTC)"),
    ],
)
def test_says_the_end_in_whole_days(end: datetime, words: str) -> None:
    """Days have 24 hours and are rounded towards now; day 0 is today."""
    assert end_in_words(ending(end), NOW) == words


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
