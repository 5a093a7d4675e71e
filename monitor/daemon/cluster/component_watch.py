"""Track which components are missing, by what the parts of this center know, and since when."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from monitor.daemon.cluster.components import KnownComponents, degraded
from monitor.daemon.cluster.leadership import Alone, Leadership
from monitor.errors import SystemBrokenError
from monitor.model import Clock
from monitor.store import Store
from monitor.store.cluster.lease import LENGTH
from monitor.web.services.components import Component, Degradation

if TYPE_CHECKING:
    from monitor.daemon.agents import AgentCenter
    from monitor.workers.runner import JetStreamRunner

LOOK_FOR_CENTERS_EVERY = 3.0


class OtherCenters:
    """When the other centers were heard of last, by the database and this clock."""

    def __init__(self, store: Store, name: str, clock: Clock) -> None:
        """Take the store and the name of this center."""
        self._store = store
        self._name = name
        self._clock = clock
        self._missing_since: Mapping[str, datetime | None] | None = None

    async def round(self) -> None:
        """Read the centers from the database; none is known where that cannot be used."""
        try:
            centers = await self._store.centers()
        except SystemBrokenError:
            self._missing_since = None
            return
        now, none = self._clock.now(), timedelta(0)
        self._missing_since = {
            one.name: now + one.left - LENGTH if one.left < none else None
            for one in centers
            if one.name != self._name
        }

    def heard(self) -> Mapping[str, datetime] | None:
        """Return when each was heard of last, ``None`` where nothing is known."""
        if self._missing_since is None:
            return None
        now = self._clock.now()
        return {name: since or now for name, since in self._missing_since.items()}


class ComponentWatch:
    """What is missing now, and since when: where no part knows, since it was first noticed."""

    def __init__(self, known: Callable[[], KnownComponents], now: Callable[[], datetime]) -> None:
        """Take the function that returns the known components; ``missing`` is to be called every second."""
        self._known = known
        self._now = now
        self._since: Mapping[tuple[Component, str], datetime] = {}

    def missing(self) -> tuple[Degradation, ...]:
        """Return the missing components."""
        now = self._now()
        found = tuple(
            replace(one, since=one.since or self._since.get((one.component, one.name), now))
            for one in degraded(self._known(), now)
        )
        self._since = {(one.component, one.name): one.since or now for one in found}
        return found


class ComponentSources:
    """What is known at an instant, asked of the parts."""

    def __init__(
        self,
        leadership: Leadership | Alone,
        store: Store,
        clock: Clock,
        workers: "JetStreamRunner | None",
        agents: "AgentCenter | None",
    ) -> None:
        """Take the parts that know something of others."""
        self.others = (
            OtherCenters(store, leadership.name, clock) if isinstance(leadership, Leadership) else None
        )
        self._leadership = leadership
        self._store = store
        self._clock = clock
        self._workers = workers
        self._agents = agents

    async def round(self) -> None:
        """Read which other centers are there."""
        if self.others is not None:
            await self.others.round()

    def known(self) -> KnownComponents:
        """Return what the parts know of all components."""
        others = self.others
        away = bool(self._leadership.problem or self._store.problem)
        workers, agents = self._workers, self._agents
        return KnownComponents(
            leads=self._leadership.standby is None,
            database_away=away and (others is not None or self._store.stands_in),
            database_since=self._leadership.database_since,
            centers=others.heard() if others else None,
            nats=workers.unusable if workers else "",
            without_workers=self._without_workers(),
            agents=agents.states() if agents else (),
            heard_at=agents.heard_at if agents else lambda _zone: None,
        )

    def _without_workers(self) -> Mapping[str, datetime]:
        if self._workers is None:
            return {}
        now = self._clock.now()
        return {zone: now - timedelta(seconds=one) for zone, one in self._workers.silent().items()}
