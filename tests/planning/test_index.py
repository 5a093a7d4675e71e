"""An index that follows one with the same leaves counts what a new one would."""

from datetime import timedelta

import pytest

from monitor.model import Snapshot
from monitor.planning import index_again, index_certificates
from support.factories.web.fakes import NOW, endpoint, snapshot

SHOWN = snapshot(endpoint("a", 5, sentence="it expires"), endpoint("b", 90))


@pytest.mark.parametrize("days", [0, 1, 6, 100, -1])
def test_later_with_the_same_leaves(days: int) -> None:
    """Whether a certificate expired meanwhile or not, and when the clock is set back."""
    before, now = index_certificates(SHOWN, NOW), NOW + timedelta(days=days)
    assert before.renewals.total == 2
    assert before.ca_renewals == ()
    found, anew = index_again(before, Snapshot(dict(SHOWN.states)), now), index_certificates(SHOWN, now)
    assert (found.now, found.levels, found.unknown) == (now, anew.levels, anew.unknown)
    for name in ("total", "overdue", "by_month", "by_path"):
        assert getattr(found.renewals, name) == getattr(anew.renewals, name)
