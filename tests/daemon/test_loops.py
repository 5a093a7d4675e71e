"""Work on a timer, and the lists that discoveries keep."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

import pytest

from monitor.daemon.discoveries import ListedTarget, _dumped, _loaded, merged
from monitor.daemon.periodic import PeriodicTask
from monitor.errors import SystemBrokenError
from monitor.model import DiscoveredTarget, SystemClock

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def found(number: int) -> DiscoveredTarget:
    """Return a discovered endpoint that differs by its number."""
    return DiscoveredTarget(
        f"127.0.0.{number}:443", "portal.vms.example", (("site", "harbour"),), f"portal {number}"
    )


def test_what_vanished_stays_for_its_grace_period() -> None:
    """An address missing from a complete answer is watched a while longer, then goes."""
    kept = merged((), [found(1), found(2)], now=NOW, grace=DAY, complete=True)
    soon = merged(kept, [found(1)], now=NOW + DAY / 2, grace=DAY, complete=True)
    late = merged(soon, [found(1)], now=NOW + 2 * DAY, grace=DAY, complete=True)
    assert [len(soon), len(late)] == [2, 1]


def test_an_incomplete_answer_takes_nothing_away() -> None:
    """While the list cannot be had, the last good one stays, however long that takes."""
    kept = merged((), [found(1)], now=NOW, grace=DAY, complete=True)
    later = merged(kept, [], now=NOW + 100 * DAY, grace=DAY, complete=False)
    after = merged(later, [], now=NOW + 100 * DAY + DAY / 2, grace=DAY, complete=True)
    assert [entry.found for entry in after] == [found(1)]


def test_a_recorded_list_reads_back_as_it_was() -> None:
    """What is stored for a discovery survives a restart unchanged."""
    kept = (ListedTarget(found(1), NOW), ListedTarget(found(2), NOW - DAY))
    assert _loaded(_dumped(kept), "dns:x") == kept


def test_a_nudge_brings_the_next_round_forward() -> None:
    """A loop with a long rhythm works at once when asked."""

    async def scenario() -> int:
        rounds, twice = 0, asyncio.Event()

        async def work() -> None:
            nonlocal rounds
            rounds += 1
            if rounds == 2:
                twice.set()

        loop = PeriodicTask("test", 3600, work, SystemClock())
        loop.start()
        await asyncio.sleep(0.01)
        loop.nudge()
        await asyncio.wait_for(twice.wait(), 5)
        await loop.stop()
        return rounds

    assert asyncio.run(scenario()) == 2


def test_a_swallowed_cancel_does_not_keep_a_loop_alive() -> None:
    """A loop ends even when its work swallows the cancel, as wait_for in Python 3.11 may."""

    async def main() -> list[str]:
        rounds: list[str] = []
        begun = asyncio.Event()

        async def work() -> None:
            rounds.append("begun")
            begun.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                rounds.append("swallowed")

        loop = PeriodicTask("test", 3600, work, SystemClock())
        loop.start()
        await begun.wait()
        async with asyncio.timeout(10):
            await loop.stop()
        return rounds

    assert asyncio.run(main()) == ["begun", "swallowed"]


def test_a_broken_system_is_logged_once_and_the_loop_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    """A full disk fills no log: the same sentence is written once until the work succeeds again."""

    async def scenario() -> None:
        rounds, enough = 0, asyncio.Event()

        async def work() -> None:
            nonlocal rounds
            rounds += 1
            if rounds == 3:
                enough.set()
            raise SystemBrokenError("the disk is full")

        loop = PeriodicTask("test", 0.01, work, SystemClock())
        loop.start()
        await asyncio.wait_for(enough.wait(), 5)
        await loop.stop()

    with caplog.at_level(logging.ERROR):
        asyncio.run(scenario())
    assert [record.message for record in caplog.records] == ["test: the disk is full"]


def test_a_loop_that_does_not_get_done_is_stuck() -> None:
    """Age grows while the work hangs, and far beyond the rhythm it counts as stuck."""

    class Clock(SystemClock):
        ahead = 0.0

        def monotonic(self) -> float:
            return super().monotonic() + self.ahead

    async def scenario() -> list[bool]:
        clock = Clock()
        loop = PeriodicTask("test", 10, asyncio.Event().wait, clock)  # type: ignore[arg-type]
        loop.start()
        await asyncio.sleep(0)
        before = loop.stuck
        clock.ahead = 1000
        after = loop.stuck
        await loop.stop()
        return [before, after]

    assert asyncio.run(scenario()) == [False, True]
