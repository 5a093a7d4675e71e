"""When a center leads, gives way, and works without its database; no database here."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any, cast

import pytest

from monitor.daemon.cluster.leadership import (
    TRY_EVERY,
    WITHOUT_DATABASE_AFTER,
    Leadership,
    WithoutDatabase,
    may_note,
    sender,
)
from monitor.daemon.health_texts import LEASE_LOST, NO_DATABASE
from monitor.errors import StoreFault, StoreUnusableError
from monitor.store import Store
from monitor.store.cluster.cluster_lease import ClusterLease
from monitor.store.cluster.lease import LENGTH
from support.factories.pipeline.world import FakeClock

AWAY = StoreUnusableError("the store failed: there is no connection", StoreFault.UNREACHABLE)
PROMISED = 15.0
"""Seconds within which another center takes over, as the documentation says."""


class FakeLease:
    """A lease that can be taken by this center, held by another one, or unusable."""

    def __init__(self) -> None:
        """Begin with one that nobody has."""
        self.away = False
        self.elsewhere = False

    async def take(self, _name: str, _url: str) -> int | None:
        """Return the first epoch."""
        self._answer()
        return None if self.elsewhere else 1

    async def keep(self, _name: str, _url: str, _epoch: int) -> bool:
        """Return whether no other center took it."""
        self._answer()
        return not self.elsewhere

    async def leader(self) -> None:
        """Return that nobody is known."""

    def _answer(self) -> None:
        if self.away:
            raise AWAY


class FakeStore:
    """Notes the epoch in which it may write."""

    epoch: int | None = None

    def lead(self, epoch: int | None) -> None:
        """Note the epoch."""
        self.epoch = epoch


def with_center(
    act: Callable[[Leadership, FakeLease, FakeClock, FakeStore], Coroutine[Any, Any, None]],
) -> None:
    """Run a test with a center that has not tried to take the lease yet."""

    async def scenario() -> None:
        lease, clock, store = FakeLease(), FakeClock(), FakeStore()
        made = Leadership(cast("ClusterLease", lease), cast("Store", store), "a", clock)
        await act(made, lease, clock, store)

    asyncio.run(scenario())


def test_the_times_add_up_to_what_is_promised() -> None:
    """The last renewal, then the whole length, then the next attempt of another center; and some to spare."""
    assert LENGTH.total_seconds() + 2 * TRY_EVERY <= PROMISED - 3
    assert LENGTH.total_seconds() >= 5 * TRY_EVERY
    assert WITHOUT_DATABASE_AFTER > PROMISED


def test_a_center_leads_while_it_renews_the_lease() -> None:
    """Afterwards it sends nothing and says so, until another one has the lease."""

    async def act(center: Leadership, lease: FakeLease, clock: FakeClock, store: FakeStore) -> None:
        await center.round()
        assert (center.leads, store.epoch, center.taken.is_set()) == (True, 1, True)
        lease.away = True
        clock.ticks += LENGTH.total_seconds() + 0.1
        with pytest.raises(StoreUnusableError):
            await center.round()
        assert not center.leads
        assert center.problem == LEASE_LOST
        clock.ticks += WITHOUT_DATABASE_AFTER
        with pytest.raises(StoreUnusableError):
            await center.round()
        assert (center.lost.is_set(), center.away) == (False, None)  # it has its states and its alerts
        lease.away, lease.elsewhere = False, True
        await center.round()
        assert (center.lost.is_set(), store.epoch) == (True, None)

    with_center(act)


def test_a_standby_works_without_the_database_after_a_while() -> None:
    """A failover of the database is no reason, and neither is one that answered meanwhile."""

    async def act(center: Leadership, lease: FakeLease, clock: FakeClock, _: FakeStore) -> None:
        lease.elsewhere = True
        await center.round()
        for _ in range(3):
            lease.away = True
            clock.ticks += WITHOUT_DATABASE_AFTER - 1
            with pytest.raises(StoreUnusableError):
                await center.round()
            lease.away = False
            await center.round()
        assert (center.standby is not None, center.lost.is_set()) == (True, False)
        lease.away = True
        clock.ticks += WITHOUT_DATABASE_AFTER + 1
        with pytest.raises(StoreUnusableError):
            await center.round()
        assert (center.lost.is_set(), center.away) == (True, AWAY)
        silent = timedelta(seconds=WITHOUT_DATABASE_AFTER + 1)
        assert center.database_since == clock.now() - silent  # what waited is notified of too

    with_center(act)


def test_without_the_database_nothing_is_sent_or_noted() -> None:
    """Every alert is new there; the center begins anew once the database can be used."""

    async def scenario() -> None:
        answers = [AWAY, None]
        sent: list[str] = []
        noted: list[str] = []

        async def attempt() -> None:
            if (error := answers.pop(0)) is not None:
                raise error

        async def send() -> None:
            sent.append("mail")

        center = WithoutDatabase(attempt)
        await sender(center)(send)()
        may_note(center, noted.append)("opened")
        assert (sent, noted, center.standby) == ([], [], None)
        assert center.problem == NO_DATABASE
        with pytest.raises(StoreUnusableError):
            await center.round()
        assert not center.lost.is_set()
        await center.round()
        assert center.lost.is_set()

    asyncio.run(scenario())
