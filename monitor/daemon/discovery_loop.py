"""Ask every configured discovery at its time, and keep what it remembers over reloads and restarts."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from monitor.config import Config, trust_of
from monitor.cycle import Board, TrustStoreCache
from monitor.daemon.discoveries import Discoveries
from monitor.daemon.loops import Loop
from monitor.discovery import (
    Addresses,
    Discovery,
    DiscoveryContext,
    DiscoveryMemory,
    DiscoverySettings,
    made,
)
from monitor.metrics import OwnMetrics
from monitor.model import Clock
from monitor.store import Store

log = logging.getLogger(__name__)

SOON = 60.0
"""Seconds until a discovery is asked again that ran out of time for lack of speed, not of an answer."""


@dataclass(frozen=True, slots=True)
class DiscoveryServices:
    """Hold the services that discoveries need."""

    store: Store
    clock: Clock
    resolver: Addresses
    trusted: TrustStoreCache
    board: Board
    own: OwnMetrics


class DiscoveryLoop:
    """Run one loop for each configured discovery."""

    def __init__(
        self, around: DiscoveryServices, discoveries: Discoveries, changed: Callable[[], None]
    ) -> None:
        """Take the services; ``changed`` is called when other targets result."""
        self._around = around
        self._discoveries = discoveries
        self._changed = changed
        self._memories: dict[str, DiscoveryMemory | None] = {}
        self._remembered: dict[str, str] = {}
        self._running: tuple[tuple[Discovery, Loop], ...] = ()

    async def use(self, config: Config) -> None:
        """Ask the discoveries of a configuration from now on, and no others."""
        around = self._around
        context = DiscoveryContext(around.resolver, around.trusted.anchors, around.clock, config.presets)
        running = []
        for settings in config.discoveries:
            for sentence in settings.warnings():
                log.warning("%s", sentence)
            memory = await self._memory(settings)
            discovery = made(settings, trust_of(config, settings), context, memory)
            if discovery is not None:
                running.append((discovery, self._loop(discovery)))
        await self.stop()  # not before all that may fail: the old ones would be gone and no new ones there
        self._running = tuple(running)
        self._tell()
        for _, loop in running:
            loop.start()

    async def stop(self) -> None:
        """End every loop and let its discovery go."""
        for discovery, loop in self._running:
            await loop.stop()
            await discovery.close()
        self._running = ()

    def _loop(self, discovery: Discovery) -> Loop:
        every = discovery.refresh.total_seconds()

        async def refresh() -> None:
            await self._discoveries.refresh(discovery, self._around.own, self._changed)
            self._tell()
            loop.every = min(SOON, every) if discovery.unfinished else every
            await self._remember(discovery.id)

        loop = Loop(discovery.id, every, refresh, self._around.clock, self._around.own.store_failed)
        return loop

    def _tell(self) -> None:
        self._around.own.discovered(self._discoveries.states.values())
        self._around.board.discovered(self._discoveries.states)

    async def _memory(self, settings: DiscoverySettings) -> DiscoveryMemory | None:
        """Return what a discovery remembers: of this process, else what an earlier one recorded."""
        name = settings.id
        if name not in self._memories:
            recorded = await self._around.store.fact(_key(name))
            self._memories[name] = settings.memory(recorded or "")
        return self._memories[name]

    async def _remember(self, name: str) -> None:
        memory = self._memories[name]
        dumped = memory.dump() if memory else ""
        if dumped != self._remembered.get(name, ""):
            await self._around.store.set_facts({_key(name): dumped})
            self._remembered[name] = dumped


def _key(name: str) -> str:
    return f"memory of {name}"
