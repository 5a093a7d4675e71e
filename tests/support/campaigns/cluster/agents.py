"""Agent and center are killed, frozen, cut off, with wrong clocks and a full disk: nothing is lost."""

import shutil
from collections import Counter
from collections.abc import Sequence

from support.campaigns.campaign import Run, require
from support.campaigns.cluster.agent_events import EVENTS, World
from support.campaigns.cluster.zone import zone
from support.campaigns.mails import mails_as_recorded, notified_once
from support.servers.daemon.process import ask, damage

IN_A_ROUND = (*EVENTS, "agent killed", "agent killed")
"""What happens in a round, in an order of its own: agents are killed more often than all else."""
INTERVAL = "2s"
UNREACHABLE = "SELECT scope_id FROM alert WHERE \"check\" IN ('unreachable', 'zone_silent')"


async def agents(run: Run, events: Sequence[str] = IN_A_ROUND, interval: str = INTERVAL) -> None:
    """Let these things happen in any order: what was probed is recorded, and notified once."""
    for one in run:
        async with zone(one.folder, one.chance, interval) as made:
            world = World(made, one.chance)
            await world.begin()
            for event in one.chance.sample(events, len(events)):
                world.counts[event] += 1
                await EVENTS[event](world)
                await world.goes_on(f"after: {event}")
            await world.settle()
            _arrived(world)
            run.counts += world.counts + _notified(world)
        shutil.rmtree(one.folder)


def _arrived(world: World) -> None:
    """Require that every certificate that was probed is recorded, with the time at which it was there."""
    zone, endpoints = world.zone, world.zone.endpoints
    require(damage(zone.site.database) == [], "the database is damaged in the end")
    needed, recorded = endpoints.kept() | world.spooled, zone.recorded()
    lost = [one for one in endpoints.all if one.sha256 in needed and one.sha256 not in recorded]
    require(not lost, f"{len(lost)} certificates never reached the center: {lost[:3]}")
    world.counts.update({"certificates probed": len(needed), "handshakes": endpoints.handshakes})
    endpoints.require_right_times(zone.site.database, world.skewed)


def _notified(world: World) -> Counter[str]:
    """Require that each alert was mailed once, and nothing is called unreachable; return what was mailed."""
    where = world.zone.site
    found = mails_as_recorded(where, repeated_by=world.counts["center killed"])
    found += notified_once(where, world.zone.endpoints.served)
    wrong = ask(where.database, UNREACHABLE)
    require(not wrong, f"called unreachable: {wrong}")
    return found
