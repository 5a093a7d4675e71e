"""What happens to an agent, its center, their line, clocks and disk, at random instants."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random

from support.campaigns.campaign import BrokenError, require
from support.campaigns.cluster.zone import Zone
from support.campaigns.mails import MailedNames
from support.campaigns.restarted_process import LONG
from support.servers.cluster.cut_line import SWALLOWED, UNPLUGGED
from support.servers.daemon.process import damage, until

REFUSED = {"result": "refused"}


@dataclass
class World:
    """A zone and what has happened there; ``skewed`` are eras with times that cannot be right."""

    zone: Zone
    chance: Random
    counts: Counter[str] = field(default_factory=Counter)
    spooled: set[str] = field(default_factory=set)
    skewed: set[int] = field(default_factory=set)
    clocks_set: bool = False
    mailed: MailedNames = field(init=False)

    def __post_init__(self) -> None:
        """Begin to read mails."""
        self.mailed = MailedNames(self.zone.site.post)

    async def begin(self) -> None:
        """Start both, and wait for what is mailed at a start."""
        await self.zone.center.start()
        await self.zone.agent.start()
        await self.goes_on("after the start")

    async def goes_on(self, when: str) -> None:
        """Require that a new certificate is probed, sent, judged and mailed."""
        one = self.zone.endpoints.next_of_any()
        self.zone.endpoints.held.add(one.endpoint)
        try:
            await until(lambda: one.name in self.mailed, LONG)
        except TimeoutError:
            logs = "\n".join(part.now.log[-2500:] for part in (self.zone.agent, self.zone.center))
            raise BrokenError(f"{one} was not mailed {when}: {logs}") from None
        finally:
            self.zone.endpoints.held.discard(one.endpoint)

    async def kill_agent(self) -> None:
        """Kill it, and note what is in its spool then."""
        await self.zone.agent.kill()
        self.spooled.update(self.zone.spooled())
        await asyncio.sleep(0.3)  # until the last handshakes of the dead are counted

    async def kill_center(self) -> None:
        """Kill it, whose database must be sound."""
        await self.heard()
        await self.zone.center.kill()
        wrong = damage(self.zone.site.database)
        require(not wrong, f"the database is damaged by a kill: {wrong}")

    async def heard(self) -> None:
        """Require that no answer was refused since the center was started, unless clocks were set."""
        refused = await self.zone.center.now.metric("cert_monitor_orders_total", **REFUSED)
        require(not refused or self.clocks_set, f"{refused} answers were refused")
        self.clocks_set = False

    async def quiet(self, minimum: int = 2) -> None:
        """Let certificates be as they are until all of them were sent."""
        endpoints = self.zone.endpoints
        endpoints.held.update(endpoints.names)
        await endpoints.rounds(minimum, LONG)

    async def settle(self) -> None:
        """Let everything that waits arrive, and end both as they are asked to."""
        await self.quiet()
        await until(lambda: not self.zone.spooled(), LONG)
        center = self.zone.center.now
        await center.passes(2)
        await until(self._is_idle, LONG)
        await self.heard()
        await until(lambda: "agent started" in self.zone.agent.now.log, LONG)
        await self.zone.agent.stop()
        await self.zone.center.stop()

    async def _is_idle(self) -> bool:
        center = self.zone.center.now
        names = ("cert_monitor_agent_spooled", "cert_monitor_outbox_pending")
        return [await center.metric(name) for name in names] == [0, 0]


async def agent_killed(world: World) -> None:
    """Kill the agent while it starts, probes, spools or sends, or while it has spooled a lot."""
    await world.chance.choice([_any_time, _after_a_handshake, _while_spooling, _while_cut_off])(world)
    await world.kill_agent()
    await world.zone.agent.start()
    if world.chance.random() < 0.25:
        world.counts["agent killed"] += 1
        await asyncio.sleep(world.chance.uniform(0, 3))  # while it starts
        await world.kill_agent()
        await world.zone.agent.start()
    world.zone.mend()


async def _any_time(world: World) -> None:
    await asyncio.sleep(world.chance.uniform(0, 3))


async def _after_a_handshake(world: World) -> None:
    met = asyncio.Event()
    world.zone.endpoints.met = met.set
    await asyncio.wait_for(met.wait(), LONG)
    world.zone.endpoints.met = None
    await asyncio.sleep(world.chance.choice([0, world.chance.uniform(0, 0.8)]))


async def _while_spooling(world: World) -> None:
    """Wait until an answer is written."""
    before = world.zone.stamp()
    async with asyncio.timeout(LONG):
        while world.zone.stamp() == before:
            await asyncio.sleep(0.001)


async def _while_cut_off(world: World) -> None:
    world.zone.cut(world.chance.choice([UNPLUGGED, SWALLOWED]))
    await world.zone.endpoints.rounds(world.chance.randrange(2, 4), LONG)


async def agent_frozen(world: World) -> None:
    """Stop the agent wherever it is, and wake it."""
    await world.chance.choice([_any_time, _after_a_handshake, _while_spooling])(world)
    world.zone.agent.freeze()
    await asyncio.sleep(world.chance.uniform(0.5, 15))
    world.zone.agent.wake()


async def center_killed(world: World) -> None:
    """Kill the center while it starts, takes, records, decides and mails, and leave it away for a while."""
    await world.chance.choice([_any_time, _after_a_handshake, _while_spooling])(world)
    await asyncio.sleep(world.chance.choice([0, world.chance.uniform(0, 0.5)]))
    await world.kill_center()
    await asyncio.sleep(world.chance.choice([0, world.chance.uniform(0, 10)]))
    await world.zone.center.start()


async def packets_cut(world: World) -> None:
    """Let no packet pass for a while, in which an end may be killed."""
    world.zone.cut(how := world.chance.choice([UNPLUGGED, SWALLOWED]))
    world.counts[how] += 1
    await asyncio.sleep(world.chance.uniform(1, 20))
    if world.chance.random() < 0.3:
        world.counts["center killed"] += 1
        await world.kill_center()
        await world.zone.center.start()
    world.zone.mend()


async def agents_clock_off(world: World) -> None:
    """Set the agent's clock an hour off, and right again."""
    off = world.chance.choice(["+1h", "-1h"])
    await _set(world, world.zone.set_agents_clock, off)
    await world.goes_on(f"with the agent's clock {off}")
    if world.chance.random() < 0.5:
        world.counts["agent killed"] += 1
        await world.kill_agent()
        await world.zone.agent.start()
        await world.goes_on(f"after a kill with the agent's clock {off}")
    await _set(world, world.zone.set_agents_clock, "+0")


async def centers_clock_off(world: World) -> None:
    """Set the center's clock an hour off, and right again; times in between are as wrong as the clock."""
    off = world.chance.choice(["+1h", "-1h"])
    await _set(world, world.zone.set_centers_clock, off)
    world.zone.endpoints.era += 1
    world.skewed.add(world.zone.endpoints.era)
    if off == "+1h":  # a time before what is recorded is not believed, and nothing is mailed
        await world.goes_on("with the center's clock ahead")
    await world.zone.endpoints.rounds(2, LONG)
    await _set(world, world.zone.set_centers_clock, "+0")
    world.zone.endpoints.era += 1


async def _set(world: World, clock: Callable[[str], None], offset: str) -> None:
    """Set a clock while no certificate is new: what is on its way then has a time that nobody can correct."""
    await world.quiet()
    await until(lambda: not world.zone.spooled(), LONG)
    world.clocks_set = True
    clock(offset)
    await asyncio.sleep(2)  # it is read every second
    await world.quiet()
    world.zone.endpoints.held.clear()


async def disk_full(world: World) -> None:
    """Leave the agent no room, maybe while it is cut off: what it probes then is lost, and it says so."""
    endpoints = world.zone.endpoints
    if world.chance.random() < 0.5:
        world.zone.cut(SWALLOWED)
        await endpoints.rounds(1, LONG)
    world.zone.fill_disk()
    endpoints.era += 1
    endpoints.lossy.add(endpoints.era)
    await endpoints.rounds(world.chance.randrange(2, 5), LONG)
    await asyncio.sleep(1)  # until the last answers were to be kept
    world.zone.free_disk()
    endpoints.era += 1
    world.zone.mend()
    await world.goes_on("after a full disk")
    require(" lost" in await asyncio.to_thread(world.zone.status), "the agent does not say what it lost")


EVENTS: dict[str, Callable[[World], Awaitable[None]]] = {
    "agent killed": agent_killed,
    "agent frozen": agent_frozen,
    "center killed": center_killed,
    "packets cut": packets_cut,
    "agent's clock off": agents_clock_off,
    "center's clock off": centers_clock_off,
    "disk full": disk_full,
}
