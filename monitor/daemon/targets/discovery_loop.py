"""Refresh every configured discovery at its interval; what it remembers outlives reloads and restarts."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from monitor.config import Config, trust_of
from monitor.daemon.periodic import PeriodicTask
from monitor.daemon.targets.discoveries import Discoveries
from monitor.discovery import (
    Discovery,
    DiscoveryContext,
    DiscoveryMemory,
    DiscoverySettings,
    make_discovery,
)
from monitor.metrics import OwnMetrics
from monitor.model import Clock
from monitor.network.resolve import NameLookup
from monitor.pipeline import Board, TrustStoreCache
from monitor.store import Store

log = logging.getLogger(__name__)

SOON = 60.0
"""Seconds until a refresh goes on that ran out of time although it was answered."""


@dataclass(frozen=True, slots=True)
class DiscoveryServices:
    """The services that discoveries need."""

    store: Store
    clock: Clock
    resolver: NameLookup
    trust_stores: TrustStoreCache
    board: Board
    metrics: OwnMetrics


class DiscoveryLoop:
    """Run one periodic task for each configured discovery."""

    def __init__(
        self, services: DiscoveryServices, discoveries: Discoveries, changed: Callable[[], None]
    ) -> None:
        """Take the services; ``changed`` is called when other targets result."""
        self._services = services
        self._discoveries = discoveries
        self._changed = changed
        self._memories: dict[str, DiscoveryMemory | None] = {}
        self._remembered: dict[str, str] = {}
        self._running: tuple[tuple[Discovery, PeriodicTask], ...] = ()

    async def use(self, config: Config) -> None:
        """Run the discoveries of a configuration from now on, and no others."""
        services = self._services
        context = DiscoveryContext(
            services.resolver, services.trust_stores.anchors, services.clock, config.presets
        )
        running = []
        for settings in config.discoveries:
            for sentence in settings.warnings():
                log.warning("%s", sentence)
            memory = await self._memory(settings)
            discovery = make_discovery(settings, trust_of(config, settings), context, memory)
            if discovery is not None:
                running.append((discovery, self._task(discovery)))
        await self.stop()  # not before all that may fail: the old ones would be gone and no new ones there
        self._running = tuple(running)
        self._publish()
        for _, task in running:
            task.start()

    async def stop(self) -> None:
        """Stop every task and close its discovery."""
        for discovery, task in self._running:
            await task.stop()
            await discovery.close()
        self._running = ()

    def _task(self, discovery: Discovery) -> PeriodicTask:
        every = discovery.refresh.total_seconds()

        async def refresh() -> None:
            await self._discoveries.refresh(discovery, self._services.metrics, self._changed)
            self._publish()
            task.every = min(SOON, every) if discovery.unfinished else every
            await self._remember(discovery.id)

        task = PeriodicTask(
            discovery.id, every, refresh, self._services.clock, self._services.metrics.store_failed
        )
        return task

    def _publish(self) -> None:
        self._services.metrics.set_discoveries(self._discoveries.states.values())
        self._services.board.set_discovered(self._discoveries.states)

    async def _memory(self, settings: DiscoverySettings) -> DiscoveryMemory | None:
        """Return what a discovery remembers: of this process, else what an earlier one recorded."""
        name = settings.id
        if name not in self._memories:
            recorded = await self._services.store.fact(_key(name))
            self._memories[name] = settings.memory(recorded or "")
        return self._memories[name]

    async def _remember(self, name: str) -> None:
        memory = self._memories[name]
        dumped = memory.dump() if memory else ""
        if dumped != self._remembered.get(name, ""):
            await self._services.store.set_facts({_key(name): dumped})
            self._remembered[name] = dumped


def _key(name: str) -> str:
    return f"memory of {name}"
