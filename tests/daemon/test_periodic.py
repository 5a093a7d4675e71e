"""Work at an interval: nudges, errors, and how it ends."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

import pytest

from monitor.daemon.periodic import PeriodicTask
from monitor.errors import SystemBrokenError
from support.factories import virtual_time
from support.factories.virtual_time import LoopClock

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def test_a_nudge_brings_the_next_round_forward() -> None:
    """A loop with a long rhythm works at once when asked."""

    async def scenario() -> int:
        rounds, twice = 0, asyncio.Event()

        async def work() -> None:
            nonlocal rounds
            rounds += 1
            if rounds == 2:
                twice.set()

        loop = PeriodicTask("test", 3600, work, LoopClock())
        loop.start()
        await asyncio.sleep(0.01)
        loop.nudge()
        await asyncio.wait_for(twice.wait(), 60)
        await loop.stop()
        return rounds

    assert virtual_time.run(scenario()) == 2


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

        loop = PeriodicTask("test", 3600, work, LoopClock())
        loop.start()
        await begun.wait()
        async with asyncio.timeout(10):
            await loop.stop()
        return rounds

    assert virtual_time.run(main()) == ["begun", "swallowed"]


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

        loop = PeriodicTask("test", 60, work, LoopClock())
        loop.start()
        await enough.wait()
        await loop.stop()

    with caplog.at_level(logging.ERROR):
        virtual_time.run(scenario())
    assert [record.message for record in caplog.records] == ["test: the disk is full"]


def test_a_loop_that_does_not_get_done_is_stuck() -> None:
    """Age grows while the work hangs, and far beyond the rhythm it counts as stuck."""

    async def scenario() -> list[bool]:
        loop = PeriodicTask("test", 10, asyncio.Event().wait, LoopClock())  # type: ignore[arg-type]
        loop.start()
        await asyncio.sleep(0)
        before = loop.stuck
        await asyncio.sleep(1000)
        after = loop.stuck
        await loop.stop()
        return [before, after]

    assert virtual_time.run(scenario()) == [False, True]
