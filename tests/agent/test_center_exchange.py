"""How soon an agent asks for its center again after it lost it."""

import asyncio
from itertools import pairwise
from pathlib import Path
from typing import cast

import pytest

from monitor.agent import center_exchange
from monitor.agent.center_exchange import PATIENCE, SEARCH_FOR, CenterExchange
from monitor.agent.centers import CenterError, Centers
from monitor.agent.spool import Spool
from monitor.agent.spool_thread import SpoolThread
from support.factories.pipeline.world import FakeClock


class NoCenters:
    """No center answers; each time that all are asked is noted, and with which patience."""

    def __init__(self, clock: FakeClock) -> None:
        """Take what says when."""
        self._clock = clock
        self.asked: list[tuple[float, float]] = []

    async def answers(self, _body: bytes) -> None:
        """Take nothing."""
        raise CenterError("away")

    async def find(self, within: float) -> bool:
        """Find none."""
        self.asked.append((self._clock.monotonic(), within))
        return False


def test_a_leader_is_found_soon_and_one_that_stays_away_is_asked_for_seldom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A takeover lasts 15 seconds; all agents of a large estate must not come at the same instant."""
    clock = FakeClock()
    centers = NoCenters(clock)
    began = clock.monotonic()

    async def sleep(seconds: float) -> None:
        clock.ticks += seconds
        if clock.monotonic() - began > 20 * SEARCH_FOR:
            raise asyncio.CancelledError

    async def scenario() -> None:
        spool = SpoolThread(Spool(tmp_path, 10**6))

        async def apply(_: bytes) -> str:
            return ""

        running = CenterExchange(cast("Centers", centers), spool, apply, clock)
        monkeypatch.setattr(center_exchange.asyncio, "sleep", sleep)
        with pytest.raises(asyncio.CancelledError):
            await running.run()
        await spool.close()

    asyncio.run(scenario())
    early = [at for at, within in centers.asked if within == PATIENCE]
    waits = [after - before for before, after in pairwise(early)]
    assert early[-1] - began > SEARCH_FOR - 1
    assert max(waits) <= 1
    assert len(set(waits)) > 1
    late = [at for at, within in centers.asked if within != PATIENCE]
    assert late[-1] - late[-2] > 10
