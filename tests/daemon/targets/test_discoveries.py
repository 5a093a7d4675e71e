"""The lists that discoveries keep."""

from datetime import UTC, datetime, timedelta

from monitor.daemon.targets.discoveries import ListedTarget, _dumped, _loaded, merge_targets
from monitor.model import DiscoveredTarget

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def found(number: int) -> DiscoveredTarget:
    """Return a discovered endpoint that differs by its number."""
    return DiscoveredTarget(
        f"127.0.0.{number}:443", "portal.vms.example", (("site", "harbour"),), f"portal {number}"
    )


def test_what_vanished_stays_for_its_grace_period() -> None:
    """An address missing from a complete answer is watched a while longer, then goes."""
    kept = merge_targets((), [found(1), found(2)], now=NOW, grace=DAY, complete=True)
    soon = merge_targets(kept, [found(1)], now=NOW + DAY / 2, grace=DAY, complete=True)
    late = merge_targets(soon, [found(1)], now=NOW + 2 * DAY, grace=DAY, complete=True)
    assert [len(soon), len(late)] == [2, 1]


def test_an_incomplete_answer_takes_nothing_away() -> None:
    """While the list cannot be fetched, the last good one stays, however long that takes."""
    kept = merge_targets((), [found(1)], now=NOW, grace=DAY, complete=True)
    later = merge_targets(kept, [], now=NOW + 100 * DAY, grace=DAY, complete=False)
    after = merge_targets(later, [], now=NOW + 100 * DAY + DAY / 2, grace=DAY, complete=True)
    assert [entry.found for entry in after] == [found(1)]


def test_a_recorded_list_reads_back_as_it_was() -> None:
    """What is stored for a discovery survives a restart unchanged."""
    kept = (ListedTarget(found(1), NOW), ListedTarget(found(2), NOW - DAY))
    assert _loaded(_dumped(kept), "dns:x") == kept
