"""The index of certificates is made again when it is old, and always for few targets."""

from datetime import timedelta

import pytest

from monitor.model import Matcher, Snapshot
from monitor.web.queries import snapshot_cache
from monitor.web.queries.planning import CertificateIndexes
from support.factories.web_fakes import NOW, endpoint, snapshot

FEW = snapshot(endpoint("a", 5))
SITE = (Matcher("site", ("harbour",)),)
SECOND = timedelta(seconds=1)


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> Snapshot:
    """Return a snapshot that counts as one of many targets."""
    monkeypatch.setattr(snapshot_cache, "_MANY", 1)
    return FEW


def test_of_few_targets_it_is_always_new() -> None:
    """Nobody sees an old page of a small estate."""
    indexes = CertificateIndexes()
    assert indexes.of(FEW, (), NOW) is not indexes.of(FEW, (), NOW)


def test_of_many_targets_it_is_kept_for_ten_seconds(many: Snapshot) -> None:
    """The next one is made after that."""
    indexes = CertificateIndexes()
    first = indexes.of(many, (), NOW)
    assert indexes.of(many, (), NOW + 9 * SECOND) is first
    assert indexes.of(many, (), NOW + 10 * SECOND) is not first


def test_a_clock_that_went_back_makes_a_new_one(many: Snapshot) -> None:
    """An index of the future is not kept for as long as the clock was wrong."""
    indexes = CertificateIndexes()
    assert indexes.of(many, (), NOW) is not indexes.of(many, (), NOW - SECOND)


def test_scopes_do_not_share_one(many: Snapshot) -> None:
    """Who sees a part gets an index of that part alone."""
    indexes = CertificateIndexes()
    whole = indexes.of(many, (), NOW)
    assert indexes.of(Snapshot(dict(many.states)), SITE, NOW) is not whole
    assert indexes.of(many, (), NOW) is whole


def test_not_more_than_some_scopes_are_kept(many: Snapshot) -> None:
    """Memory is bounded whatever tokens there are."""
    indexes = CertificateIndexes()
    first = indexes.of(many, (), NOW)
    for number in range(snapshot_cache._MOST_KEPT):
        indexes.of(many, (Matcher("site", (str(number),)),), NOW)
    assert indexes.of(many, (), NOW) is not first
