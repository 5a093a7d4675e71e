"""The life of one daemon: open, start, reload, close; ``first_parts`` and ``wiring`` make its parts."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.daemon.cluster.handover import FormerDaemon, Handover
from monitor.daemon.cluster.leadership import Leadership
from monitor.daemon.cluster.opening import goes_on_without, open_store, read_configuration
from monitor.daemon.cluster.probing_elsewhere import worker_zones
from monitor.daemon.first_parts import Beginning, first_parts
from monitor.daemon.parts import DaemonParts
from monitor.daemon.periodic import PeriodicTask
from monitor.daemon.system.events import BAD_CONFIGURATION, EVENT_NUMBER
from monitor.daemon.web.changes import WebChanges
from monitor.daemon.web.facade import WebFacade, web_servers
from monitor.daemon.web.local_token import LocalToken
from monitor.errors import StoreUnusableError, SystemBrokenError
from monitor.gc_tuning import tune_garbage_collector
from monitor.logs import event, use_log_format
from monitor.model import MachineClock
from monitor.state_folder import state_folder

if TYPE_CHECKING:
    from monitor.daemon.agents import AgentsServer

log = logging.getLogger(__name__)


class Daemon:
    """One running service."""

    def __init__(self, path: Path, parts: DaemonParts, handed: Handover | None = None) -> None:
        """Take the configuration file, the parts, and what a former daemon passed on; nothing runs yet."""
        self.parts = parts
        self._handed = handed
        self._taking_over: asyncio.Task[None] | None = None
        self._path = path
        config = parts.watched.config
        self._token = LocalToken(state_folder(config.store.url))
        changes = WebChanges(parts.changes, self._token, self.reload, self.accept_clock)
        key = parts.changes.link_key.current()
        access = parts.access.services(config, self._token.is_right, key)
        self._servers = web_servers(
            WebFacade(parts.web), changes, config, access, parts.agents, workers=worker_zones(parts.workers)
        )
        self._of_leader: tuple[AgentsServer, ...] = ()
        if config.agents is not None and parts.agents is not None:
            from monitor.daemon.agents import listener  # noqa: PLC0415 - nobody without zones needs it

            self._of_leader = (listener.AgentsServer(config.agents, parts.agents, config.files[0]),)
            self._servers += self._of_leader
        self._reloads: set[asyncio.Task[Any]] = set()

    @classmethod
    async def open(cls, path: Path, clock: MachineClock, former: FormerDaemon | None = None) -> "Daemon":
        """Return the daemon for a configuration file, with its store open, on disk or in memory.

        ``former`` is of the same center, which begins anew.
        """
        configured, web_config = read_configuration(path, former)
        handed = former.handed if former else None
        while True:
            store = await open_store(configured.config, handed)
            try:
                given = Beginning(configured, web_config, store, handed)
                made = cls(path, await first_parts(given, clock), handed)
                await made.parts.access.resume()
            except StoreUnusableError as error:
                # It went away since it was opened; opened again, something stands for it.
                await store.close()
                if not goes_on_without(configured.config, error):
                    raise
            except BaseException:
                await store.close()
                raise
            else:
                return made

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
        for server in self._servers:
            if server not in self._of_leader:
                await server.start()
        # Now that it is certain that no other service uses this state.
        self._token.write()
        if isinstance(parts.leadership, Leadership):
            await self._stand_by(parts.leadership)
        else:
            handed, watched = self._handed, parts.watched
            load = partial(watched.begin_with, handed.states) if handed else watched.begin
            await self._work(tuple(parts.tasks), load)

    def former(self) -> FormerDaemon:
        """Return what this daemon passes to its successor in this process."""
        return FormerDaemon(self.parts.watched.active, self.parts.access.web_config, self._handover())

    def _handover(self) -> Handover | None:
        """Return what a standby read before it lost its database, ``None`` where that is not so."""
        parts = self.parts
        if not isinstance(parts.leadership, Leadership) or parts.leadership.away is None:
            return None
        return Handover(
            parts.leadership.away,
            parts.watched.warm_states,
            parts.discoveries,
            parts.access.tokens.listed(),
            parts.changes.link_key.current(),
            parts.leadership.database_since,
        )

    async def _stand_by(self, leadership: Leadership) -> None:
        """Wait for the lease, with everything planned; what a standby shows is about itself."""
        parts = self.parts
        leadership.url = parts.watched.config.web.external_url or self.url
        parts.watched.stand_by()
        tasks = parts.tasks
        own = (tasks.beat, tasks.store_check, tasks.supervision, tasks.lease, tasks.following)
        for task in own:
            task.start()
        parts.manager.ready("waiting for the lease")
        self._taking_over = asyncio.create_task(self._take_over(leadership, own), name="taking over")

    async def _take_over(self, leadership: Leadership, running: Collection[PeriodicTask]) -> None:
        await leadership.taken.wait()
        try:
            # The lease may have been taken just as the database came back, before the store noticed that.
            await self.parts.store.resume()
            await self.parts.access.resume()
            await self._work(
                tuple(task for task in self.parts.tasks if task not in running), self.parts.watched.take_over
            )
            async with self.parts.watched.changing:
                await self.parts.watched.forget()
            tune_garbage_collector()
        except SystemBrokenError as error:
            log.error("this center could not take over: %s", error)  # noqa: TRY400 - no bug: the database went away
            leadership.give_up()
        except Exception:
            log.exception("this center could not take over")
            leadership.give_up()

    @property
    def begins_anew(self) -> str:
        """Return as what this center begins anew, for the log."""
        return "starting again without the database" if self._handover() else "starting again as a standby"

    async def over(self, stop: asyncio.Event) -> None:
        """Wait until the service is to stop or to begin anew, because another center leads, for example."""
        waiting = [asyncio.create_task(one.wait()) for one in (stop, self.parts.leadership.lost)]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waiting:
                one.cancel()

    async def _work(self, tasks: Sequence[PeriodicTask], load: Callable[[], Awaitable[None]]) -> None:
        """Load the record, then probe and notify."""
        parts = self.parts
        if parts.agents is not None:
            await parts.agents.begin(parts.watched.config)
        # A standby listens for no agents, so that they find the leader.
        for server in self._of_leader:
            await server.start()
        # A reload that comes in meanwhile waits: it would change what is being loaded.
        async with parts.watched.changing:
            await parts.clock_watch.resume(parts.store)
            await parts.outages.resume()
            parts.alerts.note_absence()
            await load()
            await parts.ari.resume()
            await parts.renewal_days.resume()
            parts.metrics.set_reload(True, parts.clock.now())
            if parts.workers is not None:
                parts.workers.start()
            parts.schedule.start()
            await parts.watched.plan()
            for task in tasks:
                task.start()
            # Not before: what has not begun yet would look stuck where this took long, or a standby waited.
            parts.health.ready = True
            await parts.discovery.use(parts.watched.config)
            parts.manager.ready(parts.supervision.status())

    async def reload(self) -> tuple[str, ...]:
        """Read the configuration again and return what is wrong with it; then the old one stays in force."""
        parts = self.parts
        async with parts.watched.changing:
            with parts.manager.reload():
                problems = await parts.watched.reload(self._path)
                if not problems:
                    config = parts.watched.config
                    parts.metrics.set_instance(config.instance.name, config.instance.customer)
                    parts.metrics.set_receivers(config.receivers)
                    parts.tasks.alerts.every = config.alerts.every.total_seconds()
                    parts.revocation.use(config)
                    parts.ari.use(config)
                    if parts.health.ready:  # a standby asks for no lists: it reads those of the leader
                        await parts.discovery.use(config)
                    if parts.agents is not None:
                        problems = await parts.agents.renew(config, self._of_leader)
        parts.metrics.set_reload(not problems, parts.clock.now())
        for problem in problems:
            log.error("reload: %s", problem, extra={EVENT_NUMBER: BAD_CONFIGURATION})
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

    async def close(self, *, for_good: bool = True) -> None:
        """Stop notifying, stop probing (what is finished gets recorded), stop listening, close the store.

        Unless it is ``for_good``, another daemon follows in this process.
        """
        parts = self.parts
        parts.health.ready = False
        if for_good:  # a service manager kills what said so and goes on
            parts.manager.stopping()
        if self._taking_over is not None:
            self._taking_over.cancel()
            await asyncio.gather(self._taking_over, return_exceptions=True)
        await parts.discovery.stop()
        for task in parts.tasks:
            await task.stop()
        await parts.schedule.stop()
        await parts.checks.stop()
        if parts.workers is not None:
            await parts.workers.stop()
        for reload in tuple(self._reloads):
            reload.cancel()
        for server in self._servers:
            await server.stop()
        self._token.remove()
        # Together: after a restart states that are older than the alerts would show what is over.
        await parts.store.resume()
        await parts.pipeline.flush()
        with contextlib.suppress(SystemBrokenError):  # it was said when the database went away
            await parts.outages.stop()
        if isinstance(parts.leadership, Leadership):
            await parts.leadership.close()
        await parts.store.close()
