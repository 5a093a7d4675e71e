"""Which targets are watched, and how that changes: by a reload, or because a discovery found others.

A change goes through as a whole or not at all; probes, the alert pass and the web go on meanwhile.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.config import Config
from monitor.config.sections.zones import zones_of_workers
from monitor.daemon.targets.active_config import ActiveConfig, plan_targets, read, replan_targets
from monitor.daemon.targets.discoveries import Discoveries
from monitor.daemon.targets.state_loader import StateLoader
from monitor.daemon.targets.warm_states import WarmStates
from monitor.errors import ConfigError, SystemBrokenError
from monitor.gc_tuning import release_free_memory
from monitor.logs import event
from monitor.metrics import OwnMetrics
from monitor.model import Clock, TargetState
from monitor.pipeline import Board
from monitor.scheduler import Scheduler, batches
from monitor.store import Store
from monitor.threads import ThreadPool

log = logging.getLogger(__name__)

REREAD_LISTS_EVERY = 60.0
"""Seconds between two times that a standby reads what the leader discovered."""


@dataclass(frozen=True, slots=True)
class WatchServices:
    """The services that need to know which targets are watched."""

    store: Store
    clock: Clock
    board: Board
    loader: StateLoader
    schedule: Scheduler
    discoveries: Discoveries
    metrics: OwnMetrics
    warm: WarmStates


class WatchedTargets:
    """The configuration in force and its targets; ``changing`` is held while they change."""

    def __init__(self, active: ActiveConfig, services: WatchServices) -> None:
        """Take the first configuration; nothing is watched before ``begin``."""
        self.active = active
        self.changing = asyncio.Lock()
        self._services = services
        self._reading = ThreadPool("configuration", 1)
        self._lists_changed = False
        self._standing_by = False
        self._lists_due_at = 0.0

    @property
    def config(self) -> Config:
        """Return the configuration in force."""
        return self.active.config

    async def begin(self) -> None:
        """Put the recorded states of the targets on the board; the caller holds ``changing``."""
        await self.forget()
        await self._services.loader.load_onto(self._services.board, self.active.targets)

    @property
    def warm_states(self) -> Mapping[str, TargetState]:
        """Return what a standby has read so far."""
        return self._services.warm.states

    async def begin_with(self, known: Mapping[str, TargetState]) -> None:
        """Put the targets on the board with what is known of them; the caller holds ``changing``."""
        states = (
            known[one.id] if one.id in known and known[one.id].target == one else TargetState(one)
            for one in self.active.targets
        )
        self._services.board.replace(states)

    def stand_by(self) -> None:
        """Keep ready for ``take_over``; until then nothing is on the board, planned or forgotten."""
        self._standing_by = True

    async def follow_leader(self) -> None:
        """Read what is recorded since the last call, as a standby."""
        if self._standing_by and self._services.clock.monotonic() >= self._lists_due_at:
            await self._follow_recorded_lists()
        if self._standing_by:
            await self._services.warm.follow(self.active.targets)

    async def _follow_recorded_lists(self) -> None:
        async with self.changing:
            # It may have waited for a takeover: then these lists are ours to change.
            if self._standing_by:
                await self._take_recorded_lists()
                self._lists_due_at = self._services.clock.monotonic() + REREAD_LISTS_EVERY

    async def take_over(self) -> None:
        """Put on the board what is recorded now; only what has changed is read, and nothing is forgotten yet.

        The caller holds ``changing``.
        """
        self._standing_by = False
        await self._take_recorded_lists()
        states = await self._services.warm.take(self.active.targets)
        self._services.board.replace(states.values())

    async def _take_recorded_lists(self) -> None:
        """Watch what is recorded of discoveries now: another center may have found others meanwhile."""
        discoveries = self._services.discoveries
        if await discoveries.reread(polled_discoveries(self.config)):
            planned = await self._reading.run(plan_targets, self.config, discoveries.found())
            self.active = await self._reading.run(planned.keeping, self.active)

    async def plan(self) -> None:
        """Schedule the targets in force from now on; those of zones are scheduled by agents."""
        # A center without its database uses no workers: those are of the leader.
        mine = ("", *(() if self._services.store.stands_in else zones_of_workers(self.config.zones)))
        here = [target for target in self.active.targets if target.zone in mine]
        planned = await self._reading.run(batches, here)
        await self._services.schedule.plan(planned, self._services.board.snapshot.states)

    async def reload(self, path: Path) -> tuple[str, ...]:
        """Put a configuration file into force, or return what is wrong and leave everything as it is.

        The caller holds ``changing``.
        """
        try:
            active = await self._reading.run(read, path, self._services.discoveries.found())
            if fixed := needs_restart(self.config, active.config):
                return fixed
            await self._adopt(active)
        except ConfigError as error:
            return tuple(str(problem) for problem in error.problems)
        except SystemBrokenError as error:
            self._services.metrics.store_failed()
            return (str(error),)
        return ()

    def lists_changed(self) -> None:
        """Note that discoveries found others; ``follow_lists`` watches them."""
        self._lists_changed = True

    async def follow_lists(self) -> None:
        """Watch what the discovered lists hold now; after a failure the next call tries again."""
        if not self._lists_changed:
            return
        async with self.changing:
            self._lists_changed = False
            try:
                found = self._services.discoveries.found()
                # On a thread: there may be ten thousand, and a path may be on a disk that hangs.
                await self._use(await self._reading.run(plan_targets, self.config, found))
            except BaseException:
                self._lists_changed = True
                raise

    async def _adopt(self, active: ActiveConfig) -> None:
        discoveries = self._services.discoveries
        try:
            await discoveries.resume(polled_discoveries(active.config))
            await self._use(await self._reading.run(replan_targets, active, discoveries.found()))
        finally:
            # Of the new configuration, or of the old one when that could not be replaced.
            discoveries.keep_only(polled_discoveries(self.config))

    async def _use(self, active: ActiveConfig) -> None:
        active = await self._reading.run(active.keeping, self.active)
        if self._standing_by:
            self.active = active
            return
        await self._services.loader.load_onto(self._services.board, active.targets)
        await self._reading.run(_log_changes, self.active, active)
        self.active = active
        await self.plan()
        await self.forget()

    async def forget(self) -> None:
        """Delete the recorded states of targets that are no longer watched; their history stays."""
        store = self._services.store
        try:
            gone = await store.target_ids() - {target.id for target in self.active.targets}
            if gone:
                await store.forget_targets(gone, self._services.clock.now())
        except SystemBrokenError as error:
            # The configuration is in use by now; the next change or start forgets what is left.
            self._services.metrics.store_failed()
            log.error("could not remove the state of removed targets: %s", error)  # noqa: TRY400 - said, not traced
        await self._reading.run(release_free_memory)


def _log_changes(before: ActiveConfig, after: ActiveConfig) -> None:
    old, new = ({target.id for target in active.targets} for active in (before, after))
    if old != new:
        event(log, "targets changed", targets=len(new), added=len(new - old), removed=len(old - new))


def polled_discoveries(config: Config) -> tuple[str, ...]:
    """Return the ids of the discoveries that ask a server or a disk for their list."""
    return tuple(entry.id for entry in config.discoveries if entry.asks)


def needs_restart(old: Config, new: Config) -> tuple[str, ...]:
    """Return what a reload cannot change: where we listen, where we record, and the limits."""
    fixed: Sequence[tuple[str, object, object]] = (
        ("web", old.web, new.web),
        ("agents", old.agents, new.agents),
        ("workers", old.workers, new.workers),
        ("zones", zones_of_workers(old.zones), zones_of_workers(new.zones)),
        ("store.url", old.store.url, new.store.url),
        ("store.password_file", old.store.password, new.store.password),
        ("limits", old.limits, new.limits),
        ("ha", old.ha, new.ha),
    )
    return tuple(f"{key}: a change needs a restart" for key, before, after in fixed if before != after)
