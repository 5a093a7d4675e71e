"""The life of one daemon: open, start, reload, close; its parts are made in ``wiring``."""

import asyncio
import logging
from pathlib import Path
from typing import Any

from monitor import __version__
from monitor.config import load
from monitor.config.web_users import watched_web_config
from monitor.daemon.active_config import plan_targets, replan_targets
from monitor.daemon.discoveries import Discoveries
from monitor.daemon.local_token import LocalToken
from monitor.daemon.own_names import own_names
from monitor.daemon.parts import DaemonParts
from monitor.daemon.steady_clock import SteadyClock
from monitor.daemon.watched_targets import polled_discoveries
from monitor.daemon.web_changes import WebChanges
from monitor.daemon.web_facade import WebFacade, web_servers
from monitor.daemon.wiring import wire
from monitor.logs import event, use_log_format
from monitor.model import MachineClock
from monitor.state_folder import state_folder
from monitor.store import Store

log = logging.getLogger(__name__)


class Daemon:
    """One running service."""

    def __init__(self, path: Path, parts: DaemonParts) -> None:
        """Take the configuration file and the parts; nothing runs yet."""
        self.parts = parts
        self._path = path
        config = parts.watched.config
        self._token = LocalToken(state_folder(config.store.url))
        changes = WebChanges(parts.changes, self._token, self.reload, self.accept_clock)
        key = parts.changes.link_key.current()
        access = parts.access.services(config, self._token.is_right, key)
        self._servers = web_servers(WebFacade(parts.web), changes, config, access)
        self._reloads: set[asyncio.Task[Any]] = set()

    @classmethod
    async def open(cls, path: Path, clock: MachineClock) -> "Daemon":
        """Return the daemon for a configuration file, with its store open, on disk or in memory."""
        config = load(path)
        configured = plan_targets(config, {})
        web_config = watched_web_config(config)
        store = await Store.open(config.store.url, app_version=__version__, needed=False)
        steady = SteadyClock(clock)
        discoveries = Discoveries(store, steady, config.limits.targets)
        await discoveries.resume(polled_discoveries(config))
        active = replan_targets(configured, discoveries.found())
        return cls(path, wire(active, store, discoveries, steady, await own_names(), web_config))

    @property
    def url(self) -> str:
        """Return the address of the page."""
        return self._servers[0].url

    @property
    def watched(self) -> int:
        """Return how many targets are watched."""
        return len(self.parts.watched.active.targets)

    async def start(self) -> None:
        """Listen first (a port in use stops the start), then load the record, then probe and notify."""
        parts = self.parts
        await parts.access.resume()
        for server in self._servers:
            await server.start()
        # Now that it is certain that no other service uses this state.
        self._token.write()
        # A reload that comes in meanwhile waits: it would change what is being loaded.
        async with parts.watched.changing:
            await parts.clock_watch.resume(parts.store)
            await parts.outages.resume()
            parts.alerts.note_absence()
            await parts.watched.begin()
            await parts.ari.resume()
            await parts.renewal_days.resume()
            parts.metrics.set_reload(True, parts.clock.now())
            parts.health.ready = True
            parts.schedule.start()
            await parts.watched.plan()
            for task in parts.tasks:
                task.start()
            await parts.discovery.use(parts.watched.config)

    async def reload(self) -> tuple[str, ...]:
        """Read the configuration again and return what is wrong with it; then the old one stays in force."""
        parts = self.parts
        async with parts.watched.changing:
            problems = await parts.watched.reload(self._path)
            if not problems:
                config = parts.watched.config
                parts.metrics.set_instance(config.instance.name, config.instance.customer)
                parts.metrics.set_receivers(config.receivers)
                parts.tasks.alerts.every = config.alerts.every.total_seconds()
                parts.revocation.use(config)
                parts.ari.use(config)
                await parts.discovery.use(config)
        parts.metrics.set_reload(not problems, parts.clock.now())
        for problem in problems:
            log.error("reload: %s", problem)
        if not problems:
            use_log_format(parts.watched.config.log.format)
            event(log, "reloaded", targets=self.watched)
        return problems

    async def accept_clock(self) -> tuple[str, ...]:
        """Believe the clock again after it was ahead, and return what speaks against it."""
        problem = await self.parts.clock_watch.accept(self.parts.store)
        event(log, "clock not accepted" if problem else "clock accepted", why=problem)
        self.parts.tasks.alerts.nudge()
        return (problem,) if problem else ()

    def reload_soon(self) -> None:
        """Reload from a signal handler; the result goes to log and metric."""
        task = asyncio.ensure_future(self.reload())
        self._reloads.add(task)
        task.add_done_callback(self._reloads.discard)

    async def close(self) -> None:
        """Stop notifying, stop probing (what is finished gets recorded), stop listening, close the store."""
        parts = self.parts
        parts.health.ready = False
        await parts.discovery.stop()
        for task in parts.tasks:
            await task.stop()
        await parts.schedule.stop()
        await parts.checks.stop()
        for reload in tuple(self._reloads):
            reload.cancel()
        for server in self._servers:
            await server.stop()
        self._token.remove()
        # Together: after a restart states that are older than the alerts would show what is over.
        await parts.store.resume()
        await parts.pipeline.flush()
        await parts.outages.stop()
        await parts.store.close()
