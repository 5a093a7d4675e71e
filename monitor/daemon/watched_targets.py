"""What is watched, and how that changes: by a reload, or because a discovery found others.

A change goes through as a whole or not at all; looks, the alert pass and the web go on meanwhile.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.config import Config
from monitor.cycle import Board
from monitor.daemon.active_config import ActiveConfig, planned, read, replanned
from monitor.daemon.discoveries import Discoveries
from monitor.daemon.resume import Resume
from monitor.errors import ConfigError, SystemBrokenError
from monitor.metrics import OwnMetrics
from monitor.model import Clock
from monitor.schedule import Schedule
from monitor.store import Store
from monitor.threads import ThreadPool

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WatchServices:
    """Hold the parts that have to know what is watched."""

    store: Store
    clock: Clock
    board: Board
    resume: Resume
    schedule: Schedule
    discoveries: Discoveries
    own: OwnMetrics


class WatchedTargets:
    """Hold the setup in force; ``changing`` is held while it changes."""

    def __init__(self, setup: ActiveConfig, parts: WatchServices) -> None:
        """Take the first setup; nothing is watched before ``begin``."""
        self.setup = setup
        self.changing = asyncio.Lock()
        self._parts = parts
        self._reading = ThreadPool("configuration", 1)
        self._lists_changed = False

    async def begin(self) -> None:
        """Bring back what is recorded of the targets; hold ``changing`` around it."""
        await self._forget()
        await self._parts.resume.onto(self._parts.board, self.setup.targets)

    def plan(self) -> None:
        """Look at the targets of the setup from now on."""
        self._parts.schedule.plan(self.setup.targets, self._parts.board.snapshot.states)

    async def take(self, path: Path) -> tuple[str, ...]:
        """Put a configuration file into force, or return what is wrong and leave everything as it is."""
        try:
            setup = await self._reading.run(read, path, self._parts.discoveries.found())
            if fixed := needs_restart(self.setup, setup):
                return fixed
            await self._adopt(setup)
        except ConfigError as error:
            return tuple(str(problem) for problem in error.problems)
        except SystemBrokenError as error:
            self._parts.own.store_failed()
            return (str(error),)
        return ()

    def lists_changed(self) -> None:
        """Note that discoveries found others; ``take_up`` watches them."""
        self._lists_changed = True

    async def take_up(self) -> None:
        """Watch what the discovered lists hold now; when that fails it is tried again at the next call."""
        if not self._lists_changed:
            return
        async with self.changing:
            self._lists_changed = False
            try:
                found = self._parts.discoveries.found()
                # On a thread: there may be ten thousand, and a path may lie on a disk that hangs.
                await self._use(await self._reading.run(planned, self.setup.config, found))
            except BaseException:
                self._lists_changed = True
                raise

    async def _adopt(self, setup: ActiveConfig) -> None:
        discoveries = self._parts.discoveries
        try:
            await discoveries.resume(asked(setup.config))
            await self._use(await self._reading.run(replanned, setup, discoveries.found()))
        finally:
            # Of the new configuration, or of the old one when that could not be left.
            discoveries.keep_only(asked(self.setup.config))

    async def _use(self, setup: ActiveConfig) -> None:
        setup = setup.keeping(self.setup)
        await self._parts.resume.onto(self._parts.board, setup.targets)
        self.setup = setup
        self.plan()
        try:
            await self._forget()
        except SystemBrokenError as error:
            # The setup is in use by now; the next change or start forgets what is left.
            self._parts.own.store_failed()
            log.error("could not forget removed targets: %s", error)  # noqa: TRY400 - said, not traced

    async def _forget(self) -> None:
        """Forget the recorded states of targets that are not watched any more; their history stays."""
        store = self._parts.store
        gone = await store.target_ids() - {target.id for target in self.setup.targets}
        if gone:
            await store.forget_targets(gone, self._parts.clock.now())


def asked(config: Config) -> tuple[str, ...]:
    """Return the ids of the discoveries that have to ask somebody."""
    return tuple(entry.id for entry in config.discoveries if entry.asks)


def needs_restart(old: ActiveConfig, new: ActiveConfig) -> tuple[str, ...]:
    """Return what a reload cannot change: where we listen and where we record."""
    fixed: Sequence[tuple[str, object, object]] = (
        ("web", old.config.web, new.config.web),
        ("store.url", old.config.store.url, new.config.store.url),
        ("limits", old.config.limits, new.config.limits),
    )
    return tuple(f"{key}: a change needs a restart" for key, before, after in fixed if before != after)
