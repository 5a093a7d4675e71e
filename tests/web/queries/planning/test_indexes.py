"""The index of certificates is made again when it is old, and always for few targets."""

from datetime import timedelta

import pytest

from monitor.model import Matcher, Snapshot
from monitor.planning import index_certificates
from monitor.web.queries.cache import snapshots as snapshot_cache
from monitor.web.queries.planning.indexes import CertificateIndexes
from support.factories.web.fakes import NOW, endpoint, snapshot

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


@pytest.mark.usefixtures("many")
def test_what_changed_is_found() -> None:
    """An index that is made from the one before is that of the whole snapshot."""
    indexes, after = CertificateIndexes(), NOW + 10 * SECOND
    indexes.of(snapshot(endpoint("a", 5), endpoint("b", 6, sentence="it expires"), endpoint("c", 7)), (), NOW)
    later = snapshot(endpoint("a", 90), endpoint("b", 6), endpoint("d", 8, sentence="it expires"))
    found, whole = indexes.of(later, (), after), index_certificates(later, after)
    assert {one.certificate: len(one.uses) for one in found.leaves} == {
        one.certificate: len(one.uses) for one in whole.leaves
    }
    assert (found.levels, found.ca_renewals, found.unknown) == (
        whole.levels,
        whole.ca_renewals,
        whole.unknown,
    )
    assert (found.renewals.by_month, found.targets) == (whole.renewals.by_month, 3)


def test_a_scope_has_its_own_leaves(many: Snapshot) -> None:
    """Who sees a part never gets a leaf of another."""
    indexes = CertificateIndexes()
    indexes.of(many, (), NOW)
    (leaf,) = indexes.of(snapshot(endpoint("b", 6)), SITE, NOW).leaves
    assert [target.location for target, _, _ in leaf.uses] == ["b:443"]


def test_not_more_than_some_scopes_are_kept(many: Snapshot) -> None:
    """Memory is bounded whatever tokens there are."""
    indexes = CertificateIndexes()
    first = indexes.of(many, (), NOW)
    for number in range(snapshot_cache._MOST_KEPT):
        indexes.of(many, (Matcher("site", (str(number),)),), NOW)
    assert indexes.of(many, (), NOW) is not first
