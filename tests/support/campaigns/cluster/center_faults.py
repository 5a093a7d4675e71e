"""Faults of centers and their database: killed, stopped and woken, cut off, an hour off."""

import asyncio
import contextlib
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from support.campaigns.campaign import BrokenError, require
from support.servers.cluster.centers import Center, Inbox
from support.servers.cluster.lease_observer import LeaseObserver
from support.servers.cluster.postgresql_server import PostgresqlServer
from support.servers.daemon.timed import set_clock

TAKEOVER = 15.0
"""Seconds within which another center leads, where the database is there."""

PATIENCE = 600.0
"""Seconds for what must happen at some time; on a busy machine everything takes longer."""

_LEASE = 8.0
_LOOK = 2.0
_BEAT = 0.3


@dataclass
class Cluster:
    """Two centers and what they share; ``alone`` says that nothing else is done to them at the same time."""

    server: PostgresqlServer
    centers: tuple[Center, ...]
    inbox: Inbox
    observer: LeaseObserver
    chance: random.Random
    alone: bool = True
    faults: int = 0
    found: Counter[str] = field(default_factory=Counter)
    stalls: list[tuple[float, float]] = field(default_factory=list)

    async def leader(self) -> Center:
        """Return the center that leads, or led when the database last answered."""
        await self.observer.look(_LOOK)
        holder = self.observer.holder_at(time.time())
        return next((one for one in self.centers if one.name == holder), self.centers[0])

    async def comes(self, condition: Callable[[], bool | Awaitable[bool]], what: str) -> None:
        """Wait until something holds that must; a center that ended by itself is what is wrong then."""
        until = time.monotonic() + PATIENCE
        while True:
            self.require_no_problem()
            found = condition()
            if found if isinstance(found, bool) else await found:
                return
            if time.monotonic() > until:
                said = "\n".join(f"{one.name}:\n{one.life.log[-3000:]}" for one in self.centers)
                raise BrokenError(f"{what}\n{said}")
            await asyncio.sleep(_BEAT)

    def require_no_problem(self) -> None:
        """Raise ``BrokenError`` where a center ended by itself."""
        for one in self.centers:
            require(not one.problem, one.problem)

    @asynccontextmanager
    async def instant(self) -> AsyncIterator[None]:
        """Come at a random instant: any one, or just before or after a mail is kept.

        Then its sender gets no answer before the end of the block.
        """
        self.faults += 1
        name = self.chance.choice(["", "before", "after"])
        if not name:
            await asyncio.sleep(self.chance.uniform(0, 3))
            yield
            return
        came, done = asyncio.Event(), asyncio.Event()

        async def meet() -> None:
            came.set()
            await done.wait()

        setattr(self.inbox, name, meet)
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(came.wait(), 10)
            yield
        finally:
            setattr(self.inbox, name, None)
            done.set()

    async def taken_over(self, since: float) -> None:
        """Require that a center takes the lease after an instant and is ready, and note how long it took."""
        await self.comes(lambda: self.observer.taken_after(since) is not None, "nobody took over")
        term = self.observer.taken_after(since)
        assert term is not None
        took = term.at - since
        await self.comes(self.anyone_leads, "nobody is ready who took over")
        ready = time.time() - since
        if self.alone:
            self.found[f"leases taken in {took:.0f} s"] += 1
            self.found[f"ready in {ready:.0f} s"] += 1
            self.found["leases taken too late"] += took - self.stood_still(since) > TAKEOVER

    async def anyone_leads(self) -> bool:
        """Return whether some center leads and knows everything."""
        return any([await one.leads() for one in self.centers])

    async def all_are_there(self) -> bool:
        """Return whether every center answers."""
        return all([await one.get("/livez") is not None for one in self.centers])

    async def feel_stalls(self) -> None:
        """Note when this process itself was kept from running, until cancelled."""
        while True:
            before = time.time()
            await asyncio.sleep(_BEAT)
            late = time.time() - before - _BEAT
            if late > _BEAT:
                self.stalls.append((before, late))

    def stood_still(self, since: float) -> float:
        """Return the seconds since an instant in which nothing ran, because others used the machine."""
        return sum(late for at, late in self.stalls if at >= since)


@asynccontextmanager
async def beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Do something that has no end until the block ends."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def kill_leader(on: Cluster) -> None:
    """Kill the leader and start it again."""
    async with on.instant():
        struck, at = await on.leader(), time.time()
        struck.pause = on.chance.uniform(0, 4)
        struck.tell(signal.SIGKILL)
    await on.taken_over(at)


async def freeze_leader(on: Cluster) -> None:
    """Stop the leader for longer than the lease lasts, and wake it when another one leads."""
    async with on.instant():
        struck, at = await on.leader(), time.time()
        life = struck.life
        struck.tell(signal.SIGSTOP)
    try:
        await asyncio.gather(on.taken_over(at), asyncio.sleep(on.chance.uniform(1, 2) * _LEASE))
    finally:
        with contextlib.suppress(ProcessLookupError):
            life.process.send_signal(signal.SIGCONT)


async def kill_database(on: Cluster) -> None:
    """Kill the database, with all its processes or the first of them, and start it again."""
    async with on.instant():
        await asyncio.to_thread(on.server.kill, whole=on.chance.random() < 0.5)
    try:
        await asyncio.sleep(on.chance.uniform(0, 8))
    finally:
        await asyncio.to_thread(on.server.start)


async def freeze_database(on: Cluster) -> None:
    """Stop all processes of the database and wake them."""
    with contextlib.ExitStack() as stack:
        async with on.instant():
            stack.enter_context(on.server.frozen())
        await asyncio.sleep(on.chance.uniform(2, 16))


async def cut_network(on: Cluster) -> None:
    """Let nothing pass between a center and the database for a while; another one replaces a leader."""
    async with on.instant():
        leader, at = await on.leader(), time.time()
        struck = leader
        if on.chance.random() < 0.25:
            [struck] = (one for one in on.centers if one is not leader)
        struck.path.cut()
    try:
        if struck is not leader or on.chance.random() < 0.3:
            await asyncio.sleep(on.chance.uniform(1, 16))
        else:
            await asyncio.gather(on.taken_over(at), asyncio.sleep(on.chance.uniform(1, 2) * _LEASE))
    finally:
        struck.path.join()


async def move_clock(on: Cluster) -> None:
    """Set the clock of a center an hour off, let another one lead, and the first one again; set it right."""
    struck = on.chance.choice(on.centers)
    set_clock(struck.folder, on.chance.choice(["+1h", "-1h"]))
    try:
        await asyncio.sleep(on.chance.uniform(1, 4))
        for _ in range(2):
            await on.comes(on.all_are_there, "a center is missing")
            on.found["leader killed"] += 1
            await kill_leader(on)
    finally:
        set_clock(struck.folder, "+0")
