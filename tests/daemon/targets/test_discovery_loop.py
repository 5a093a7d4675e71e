"""The memory of a discovery survives a reload, and a restart through the store."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from monitor.daemon.targets.discovery_loop import DiscoveryLoop, DiscoveryServices
from monitor.discovery import DiscoveryMemory, DiscoverySettings


@dataclass
class Counted:
    """A memory that is a number."""

    number: int = 0

    def dump(self) -> str:
        """Return the number, nothing for none."""
        return str(self.number) if self.number else ""


class Kind(DiscoverySettings):
    """A kind of discovery that is only remembered."""

    remembers: bool = True

    @property
    def id(self) -> str:
        """Return its name."""
        return "kind:one"

    def memory(self, recorded: str) -> DiscoveryMemory | None:
        """Return a memory that goes on from a recorded one."""
        return Counted(int(recorded or "0")) if self.remembers else None


@dataclass
class Facts:
    """A store that keeps facts and counts how often it is written."""

    known: dict[str, str] = field(default_factory=dict)
    writes: int = 0

    async def fact(self, key: str) -> str | None:
        """Return a fact."""
        return self.known.get(key)

    async def set_facts(self, facts: Mapping[str, str]) -> None:
        """Keep facts."""
        self.known |= facts
        self.writes += 1


def loop(store: Facts) -> DiscoveryLoop:
    """Return a loop with this store, of which nothing else is used."""
    nothing: Any = None
    services = DiscoveryServices(cast("Any", store), nothing, nothing, nothing, nothing, nothing)
    return DiscoveryLoop(services, nothing, lambda: None)


def test_memory_outlives_a_reload() -> None:
    """An entry that stays gets the same memory again, with what only this process knows."""

    async def run() -> bool:
        one = loop(Facts())
        return await one._memory(Kind()) is await one._memory(Kind())

    assert asyncio.run(run())


def test_memory_outlives_a_restart() -> None:
    """What a memory dumps is recorded when it changes, and handed to the next process's memory."""
    store = Facts()

    async def run() -> Counted:
        one = loop(store)
        memory = cast("Counted", await one._memory(Kind()))
        await one._remember("kind:one")
        memory.number = 5
        for _ in range(3):
            await one._remember("kind:one")
        return cast("Counted", await loop(store)._memory(Kind()))

    assert (asyncio.run(run()).number, store.writes) == (5, 1)


def test_a_kind_without_memory() -> None:
    """A kind that remembers nothing records nothing."""
    store = Facts()

    async def run() -> None:
        one = loop(store)
        assert await one._memory(Kind(remembers=False)) is None
        await one._remember("kind:one")

    asyncio.run(run())
    assert store.writes == 0
