"""An index makes rows again only of what changed, and never shows what is gone."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.alerts import alerts_of_target
from monitor.model import Check, Finding, Severity, Snapshot, TargetState, text
from monitor.web.queries.cache import row_index
from monitor.web.queries.cache.row_index import Recipe, RowIndex, RowIndexes, RowInput
from support.factories.web.fakes import NOW, endpoint, pending, snapshot


class Made:
    """Count the targets of which parts were made; a row is its target's id with its findings."""

    def __init__(self) -> None:
        """Start with none."""
        self.made: list[str] = []
        self.recipe = Recipe(self.parts, "".join)

    def parts(self, seen: RowInput) -> Iterator[tuple[str, str]]:
        """Yield one part."""
        target_id = seen.state.target.id
        self.made.append(target_id)
        yield target_id, f"{target_id} {len(seen.findings)}{' needs' if seen.needs else ''}"


A, B = endpoint("a", 5), endpoint("b", 90)


def test_only_what_changed_is_made_again() -> None:
    """A probe that saw the same is nothing new."""
    made = Made()
    index = RowIndex(made.recipe)
    assert list(index.rows(snapshot(A, B), NOW).rows) == ["endpoint:a:443 0", "endpoint:b:443 0"]
    quiet = replace(A, probed_at=NOW + timedelta(hours=1))
    worse = replace(B, failed_probes=1)
    index.rows(snapshot(quiet, worse), NOW)
    assert made.made == ["endpoint:a:443", "endpoint:b:443", "endpoint:b:443"]


@pytest.mark.parametrize(
    "changed",
    [
        replace(A, sightings=()),
        replace(A, failed_probes=3),
        replace(A, target=replace(A.target, labels=(("site", "attic"),))),
        replace(A, assessment=replace(A.assessment, not_after=None)),
        pending("a"),
        replace(A, encrypted=False),
    ],
)
def test_every_change_that_a_row_may_show(changed: TargetState) -> None:
    """Each makes its row again."""
    made = Made()
    index = RowIndex(made.recipe)
    index.rows(snapshot(A), NOW)
    index.rows(snapshot(changed), NOW)
    assert len(made.made) == 2


def test_what_comes_from_other_targets() -> None:
    """Correlated findings and alerts change rows of targets that did not change."""
    index = RowIndex(Made().recipe)
    index.rows(snapshot(A, B), NOW)
    finding = Finding(Check.INCONSISTENT, Severity.WARNING, text("two leaves"))
    shown = replace(snapshot(A, B), correlated={B.target.id: (finding,)})
    assert list(index.rows(shown, NOW).rows) == ["endpoint:a:443 0", "endpoint:b:443 1"]
    alerts = alerts_of_target(endpoint("a", 5, sentence="expires"), NOW)
    needing = replace(shown, alerts=alerts)
    assert list(index.rows(needing, NOW).rows) == ["endpoint:a:443 0 needs", "endpoint:b:443 1"]
    assert list(index.rows(snapshot(A, B), NOW).rows) == ["endpoint:a:443 0", "endpoint:b:443 0"]


def test_what_is_gone() -> None:
    """A target that left has no row."""
    index = RowIndex(Made().recipe)
    index.rows(snapshot(A, B), NOW)
    assert list(index.rows(snapshot(B), NOW).rows) == ["endpoint:b:443 0"]
    assert list(index.rows(Snapshot(), NOW).rows) == []


def test_rows_of_few_targets_are_never_old() -> None:
    """Every change shows at once."""
    index = RowIndex(Made().recipe)
    index.rows(snapshot(A), NOW)
    found = index.rows(snapshot(A, B), NOW + timedelta(seconds=1))
    assert (len(found.rows), found.at) == (2, NOW + timedelta(seconds=1))


def test_rows_of_many_targets_may_be_ten_seconds_old(monkeypatch: pytest.MonkeyPatch) -> None:
    """And know their age."""
    monkeypatch.setattr(row_index, "_MANY", 1)
    index = RowIndex(Made().recipe)
    index.rows(snapshot(A), NOW)
    soon = index.rows(snapshot(A, B), NOW + timedelta(seconds=9))
    later = index.rows(snapshot(A, B), NOW + timedelta(seconds=10))
    assert [(len(one.rows), one.at) for one in (soon, later)] == [(1, NOW), (2, NOW + timedelta(seconds=10))]


def test_a_clock_that_is_set_back_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of the future are made again."""
    monkeypatch.setattr(row_index, "_MANY", 1)
    index = RowIndex(Made().recipe)
    index.rows(snapshot(A), NOW)
    assert len(index.rows(snapshot(A, B), NOW - timedelta(hours=1)).rows) == 2


def test_scopes_have_rows_of_their_own() -> None:
    """And only so many are kept."""
    made = Made()
    indexes = RowIndexes(made.recipe)
    for number in range(20):
        scope = (row_index.Matcher("site", (str(number),)),)
        assert len(indexes.of(snapshot(A), scope, NOW).rows) == 1
    assert indexes.of(snapshot(B), (), NOW).rows == ["endpoint:b:443 0"]
