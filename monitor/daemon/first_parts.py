"""Make the parts of a daemon, which has read by then what it needs before it listens."""

from dataclasses import dataclass

from monitor.daemon.clock.steady import SteadyClock
from monitor.daemon.cluster.handover import Handover
from monitor.daemon.cluster.opening import leadership_of, link_key_for
from monitor.daemon.parts import DaemonParts
from monitor.daemon.targets.active_config import ActiveConfig, replan_targets
from monitor.daemon.targets.discoveries import Discoveries
from monitor.daemon.targets.watched_targets import polled_discoveries
from monitor.daemon.web.own_names import own_names
from monitor.daemon.wiring import wire
from monitor.model import MachineClock
from monitor.store import Store
from monitor.web_config import WatchedWebConfig


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a daemon begins with: its two files, its open store, and what a former daemon passed on."""

    configured: ActiveConfig
    web_config: WatchedWebConfig | None
    store: Store
    handed: Handover | None


async def first_parts(given: Beginning, clock: MachineClock) -> DaemonParts:
    """Return the parts; raise ``StoreUnusableError`` where the store went away since it was opened."""
    config, store, handed = given.configured.config, given.store, given.handed
    steady = SteadyClock(clock)
    discoveries = Discoveries(store, steady, config.limits.targets)
    if handed is not None:
        discoveries.inherit(handed.discoveries)
    await discoveries.resume(polled_discoveries(config))
    return wire(
        replan_targets(given.configured, discoveries.found()),
        store,
        discoveries,
        steady,
        await own_names(),
        given.web_config,
        link_key=await link_key_for(config, store, handed),
        leadership=leadership_of(config, store, clock, handed),
    )
