"""Two centers on one PostgreSQL are killed, frozen, cut off and an hour off at random instants, with it."""

import asyncio
import re
import shutil
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from monitor.store.database import Database
from support.campaigns.campaign import Campaign, Round, Run, require
from support.campaigns.cluster.center_faults import (
    Cluster,
    beside,
    cut_network,
    freeze_database,
    freeze_leader,
    kill_database,
    kill_leader,
    move_clock,
)
from support.campaigns.cluster.center_records import LINK_KEY, alerts_in, require_all_notified
from support.servers.cluster.centers import EXTERNAL, Center, Inbox, center
from support.servers.cluster.lease_observer import LeaseObserver
from support.servers.cluster.postgresql_server import PostgresqlServer, new_server
from support.servers.daemon.process import started
from support.servers.daemon.site import Site, site

Fault = Callable[[Cluster], Awaitable[None]]

OF_CENTERS: dict[str, Fault] = {
    "leader killed": kill_leader,
    "leader frozen": freeze_leader,
    "network cut": cut_network,
}
OF_DATABASE: dict[str, Fault] = {"database killed": kill_database, "database frozen": freeze_database}
FAULTS: dict[str, Fault] = {**OF_CENTERS, **OF_DATABASE, "clock an hour off": move_clock}
ROUND = (*FAULTS, "database killed", "database killed")
"""What happens in a round, in a random order; the leader is also killed while a clock is off, twice."""

TOGETHER = 0.25
"""How often something happens to a center and to the database at about the same time."""

_PROBES = 4
"""Handshakes with each certificate: one that is served at a single probe would be flapping."""

_LINK = re.compile(rf"{re.escape(EXTERNAL)}(/acknowledge/[^\s\"<>]+)")


def centers_with(faults: Sequence[str], *, quick: bool = False) -> Campaign:
    """Return the campaign in which these things happen in each round, to ``quick`` centers or real ones."""

    async def centers(run: Run) -> None:
        """Harm two centers and their database: nothing is lost, doubled, or sent by two of them."""
        server = await asyncio.to_thread(new_server)
        try:
            for one in run:
                async with site(one.folder) as where, _cluster(where, server, one, quick=quick) as on:
                    await _World(where, on, [*faults]).play()
                    run.counts += on.found
                shutil.rmtree(one.folder)
        finally:
            await asyncio.to_thread(server.stop)

    return centers


centers = centers_with(ROUND)


@asynccontextmanager
async def _cluster(
    where: Site, server: PostgresqlServer, one: Round, *, quick: bool
) -> AsyncIterator[Cluster]:
    """Run two centers on a new database, and what watches both and it."""
    url, inbox = server.database(), Inbox()
    await asyncio.to_thread(lambda: Database.open(url, app_version="1.0").close())
    observer = LeaseObserver(url)
    await observer.begin()
    async with AsyncExitStack() as stack:
        both = [
            await stack.enter_async_context(center(f"center-{n}", where, url, inbox, quick=quick))
            for n in "ab"
        ]
        on = Cluster(server, tuple(both), inbox, observer, one.chance)
        async with beside(observer.watch()), beside(on.feel_stalls()):
            yield on


@dataclass
class _World:
    site: Site
    on: Cluster
    faults: list[str]
    served: list[str] = field(default_factory=list)
    seen: int = 0

    async def play(self) -> None:
        """Serve one certificate after the other while things happen, and compare in the end."""
        on = self.on
        self.site.met = self._count
        on.chance.shuffle(self.faults)
        await on.comes(lambda: bool(on.inbox.arrivals), "nothing is mailed after the start")
        async with beside(self._serve()):
            key = await self._all_well()
            while self.faults:
                await self._strike()
                require(await self._all_well() == key, "the key of links is another one")
        await self._settled()
        on.found += await require_all_notified(
            self.site, on.observer, on.inbox.arrivals, self.served, on.faults
        )

    def _count(self) -> None:
        self.seen += 1

    async def _serve(self) -> None:
        """Serve another certificate as soon as one was mailed, so that a mail is due nearly all the time."""
        began = datetime.now(UTC)
        while True:
            # Each ends earlier than the one before, so that it is no renewal.
            passed = datetime.now(UTC) - began
            issued = self.site.issue_named(timedelta(hours=30, minutes=-len(self.served)) - passed)
            self.site.serve(issued)
            self.served.append(issued.sha256)
            self.seen = 0
            while self.seen < _PROBES or not self._mailed(issued.sha256):
                await asyncio.sleep(0.2)

    def _mailed(self, fingerprint: str) -> bool:
        return any(fingerprint in alerts_in(self.site, one) for one in self.on.inbox.arrivals[-3:])

    async def _strike(self) -> None:
        """Let the next thing happen, sometimes one to a center and one to the database together."""
        on, names = self.on, [self.faults.pop()]
        if names[0] in OF_CENTERS and on.chance.random() < TOGETHER:
            names += [one for one in OF_DATABASE if one in self.faults][:1]
            for name in names[1:]:
                self.faults.remove(name)
        on.alone = len(names) == 1
        on.found.update([*names, *["two things together"][on.alone :]])
        for failed in await asyncio.gather(*(FAULTS[name](on) for name in names), return_exceptions=True):
            if failed is not None:
                raise failed

    async def _all_well(self) -> str:
        """Wait until a center leads, the other stands by and two more alerts are mailed; return the key."""
        on, number = self.on, len(self.served)
        await on.comes(on.anyone_leads, "nobody leads")
        await on.comes(on.all_are_there, "a center is missing")
        await on.comes(lambda: len(self.served) >= number + 2, "an alert is not mailed")
        [[key]] = await on.observer.ask(LINK_KEY)
        return str(key)

    async def _settled(self) -> None:
        """Let what waits be delivered; what one center signed holds for the other; end both."""
        on = self.on
        await on.comes(lambda: self._mailed(self.served[-1]), "the last alert is not mailed")
        await on.comes(self._nothing_waits, "something waits to be sent")
        first = await on.leader()
        await self._require_link(first)
        await first.end(signal.SIGTERM)
        [second] = (one for one in on.centers if one is not first)
        await on.comes(second.leads, "nobody takes over from a center that ended")
        await self._require_link(second)
        await on.comes(self._nothing_waits, "something waits to be sent")
        await second.end(signal.SIGTERM)
        await on.comes(lambda: not any(one.runs for one in on.centers), "a center does not end")
        on.require_no_problem()
        await self._require_sound(first)

    async def _nothing_waits(self) -> bool:
        waiting = await self.on.observer.ask("SELECT 1 FROM notification WHERE finished_at IS NULL")
        return not waiting

    async def _require_link(self, asked: Center) -> None:
        """Require that a center knows the link of the last mail, once it knows the state of its alert."""
        body = self.on.inbox.arrivals[-1].mail.get_body(("plain",))
        assert body is not None
        [link, *_] = _LINK.findall(body.get_content())

        async def answers() -> bool:
            answer = await asked.get(link)
            return answer is not None and answer.status_code == 200

        await self.on.comes(answers, f"{asked.name} does not know a link of a mail")

    async def _require_sound(self, one: Center) -> None:
        arguments = ("store", "check", "--config", str(one.config))
        async with started(*arguments, wait=False) as checked:
            require(await checked.process.wait() == 0, f"the database is damaged: {checked.log}")
        found = await asyncio.to_thread(self.on.server.damage, self.on.observer.url)
        require(not found, f"the database is damaged: {found}")
