"""All parts of the running service, how they are wired, and the order in which they start and stop."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor import __version__
from monitor.assess import PathFinder
from monitor.config import Config, load
from monitor.cycle import Board, Cycle, Gate, Judge, Services, Trusted
from monitor.cycle.alert_pass import AlertPass
from monitor.daemon.clocks import ClockWatch
from monitor.daemon.discoveries import Discoveries
from monitor.daemon.loops import Loop
from monitor.daemon.post import Post
from monitor.daemon.refreshing import Around, Refreshing
from monitor.daemon.resume import Resume
from monitor.daemon.setup import Setup, planned, read, replanned
from monitor.daemon.view import View
from monitor.discovery import asks
from monitor.errors import ConfigError, SystemBrokenError
from monitor.metrics import OwnMetrics
from monitor.model import Clock, Source
from monitor.schedule import Schedule
from monitor.sources import AnchorShelf, FilesSource, Resolver, sources
from monitor.store import Store
from monitor.threads import ThreadPool
from monitor.web import WebServer, make_app, make_metrics_app

log = logging.getLogger(__name__)

PRUNE_EVERY = 3600.0
DELIVER_EVERY = 10.0
BEAT_EVERY = 1.0
CHECK_STORE_EVERY = 10.0
REWATCH_EVERY = 60.0
SLOW_RELAY = 3600.0  # a round may take this long: minutes for each mail at a relay that thinks them over


class Daemon:
    """Hold the parts of one running service.

    The mutable state is ``setup`` (replaced by a reload), the board's snapshot, and the discovered lists.
    """

    def __init__(
        self, path: Path, setup: Setup, store: Store, discoveries: Discoveries, clock: Clock
    ) -> None:
        """Wire the parts; nothing runs yet."""
        self.path = path
        self.setup = setup
        self.store = store
        self.clock = clock
        self.board = Board()
        self.ready = False
        self.resolver = Resolver()
        self.trusted = Trusted(AnchorShelf().anchors, clock)
        looking = sources(self.resolver)
        self.own = OwnMetrics(looking, (self.resolver.pool, self.trusted.pool, *_pools(looking)))
        self.judge = Judge(PathFinder())
        limits = setup.config.limits
        self.cycle = Cycle(
            Services(
                looking,
                self.trusted.anchors,
                self.judge,
                store,
                self.board,
                Gate(clock, in_flight=limits.in_flight, per_second=limits.per_second),
                clock,
                self.own,
            )
        )
        self.schedule = Schedule(self.cycle.run, clock)
        self.resume = Resume(store, self.judge, self.trusted.anchors, clock)
        self.discoveries = discoveries
        self.refreshing = Refreshing(
            Around(store, clock, self.resolver, self.trusted, self.board, self.own),
            discoveries,
            self._rewatch_soon,
        )
        self._lists_changed = False
        self.rewatching = self._loop("taking up what was discovered", REWATCH_EVERY, self._rewatch)
        self.clock_watch = ClockWatch(clock, self.own)
        self.alert_pass = AlertPass(self.board, self.judge, self.trusted.anchors, store)
        self.post = Post(store, clock, self.own)
        self.alerts = self._loop("alert pass", setup.config.alerts.every.total_seconds(), self._alert)
        self.delivery = self._loop("delivery", DELIVER_EVERY, self._deliver)
        self.delivery.patience = SLOW_RELAY
        self.store_check = self._loop("store check", CHECK_STORE_EVERY, store.check)
        self.loops = (
            self.alerts,
            self.delivery,
            self._loop("retention", PRUNE_EVERY, self._prune),
            self._loop("beat", BEAT_EVERY, self._beat),
            self.store_check,
            self.rewatching,
        )
        self._servers: list[WebServer] = []
        self._changing = asyncio.Lock()
        self._reading = ThreadPool("configuration", 1)
        self._tasks: set[asyncio.Task[Any]] = set()

    @classmethod
    async def open(cls, path: Path, clock: Clock) -> "Daemon":
        """Return the daemon for a configuration file, with its store open."""
        config = load(path)
        planned(config, {})
        store = await Store.open(config.store.url, app_version=__version__)
        discoveries = Discoveries(store, clock)
        await discoveries.resume(_asked(config))
        return cls(path, planned(config, discoveries.found()), store, discoveries, clock)

    @property
    def url(self) -> str:
        """Return where the page is."""
        return self._servers[0].url if self._servers else ""

    @property
    def watched(self) -> int:
        """Return how many targets are watched."""
        return len(self.setup.targets)

    async def start(self) -> None:
        """Listen first (a taken port ends the start), then resume, then look and tell."""
        await self._listen()
        # A reload that comes in meanwhile waits: it would change what is being resumed.
        async with self._changing:
            await self._begin()

    async def _begin(self) -> None:
        await self.clock_watch.resume(self.store)
        await self._forget()
        self._note_absence()
        await self.resume.onto(self.board, self.setup.targets)
        self.own.reloaded(True, self.clock.now())
        self.ready = True
        self.schedule.start()
        self.schedule.plan(self.setup.targets, self.board.snapshot.states)
        for loop in self.loops:
            loop.start()
        await self.refreshing.use(self.setup.config)

    async def close(self) -> None:
        """Stop telling, stop looking (what is finished gets recorded), stop listening, close the store."""
        self.ready = False
        await self.refreshing.stop()
        for loop in self.loops:
            await loop.stop()
        await self.schedule.stop()
        for task in tuple(self._tasks):
            task.cancel()
        for server in self._servers:
            await server.stop()
        await self.store.close()

    def reload_soon(self) -> None:
        """Reload from a signal handler: the answer goes to log and metric."""
        self._spawn(self.reload())

    async def reload(self) -> tuple[str, ...]:
        """Read the configuration again and return what is wrong with it; then the old one keeps running."""
        async with self._changing:
            problems = await self._take(self.path)
        self.own.reloaded(not problems, self.clock.now())
        for problem in problems:
            log.error("reload: %s", problem)
        if not problems:
            log.info("reloaded; %d targets", self.watched)
        return problems

    async def _take(self, path: Path) -> tuple[str, ...]:
        try:
            setup = await self._reading.run(read, path, self.discoveries.found())
            if fixed := _needs_restart(self.setup, setup):
                return fixed
            await self._adopt(setup)
        except ConfigError as error:
            return tuple(str(problem) for problem in error.problems)
        except SystemBrokenError as error:
            self.own.store_failed()
            return (str(error),)
        return ()

    async def _adopt(self, setup: Setup) -> None:
        config = setup.config
        try:
            await self.discoveries.resume(_asked(config))
            await self._use(await self._reading.run(replanned, setup, self.discoveries.found()))
        finally:
            # Of the new configuration, or of the old one when that could not be left.
            self.discoveries.keep_only(_asked(self.setup.config))
        self.alerts.every = config.alerts.every.total_seconds()
        await self.refreshing.use(config)

    async def _use(self, setup: Setup) -> None:
        """Watch the targets of a setup from now on."""
        setup = setup.keeping(self.setup)
        await self.resume.onto(self.board, setup.targets)
        self.setup = setup
        self.schedule.plan(setup.targets, self.board.snapshot.states)
        try:
            await self._forget()
        except SystemBrokenError as error:
            # The setup is in use by now; the next change or start forgets what is left.
            self.own.store_failed()
            log.error("could not forget removed targets: %s", error)  # noqa: TRY400 - said, not traced

    async def _forget(self) -> None:
        """Forget the recorded states of targets that are not watched any more; their history stays."""
        gone = await self.store.target_ids() - {target.id for target in self.setup.targets}
        if gone:
            await self.store.forget_targets(gone, self.clock.now())

    def _rewatch_soon(self) -> None:
        self._lists_changed = True
        self.rewatching.nudge()

    async def _rewatch(self) -> None:
        """Watch what the discovered lists hold now; when that fails it is tried again at the next round."""
        if not self._lists_changed:
            return
        async with self._changing:
            self._lists_changed = False
            try:
                found = self.discoveries.found()
                # On a thread: there may be ten thousand, and a path may lie on a disk that hangs.
                await self._use(await self._reading.run(planned, self.setup.config, found))
            except BaseException:
                self._lists_changed = True
                raise

    async def _alert(self) -> None:
        now = self._note_absence()
        suspect = self.clock_watch.suspect(now)
        told = await self.alert_pass.run(
            now,
            self.setup.compose,
            clock_suspect=suspect,
            tell_renewals_all=self.setup.config.alerts.tell_renewals == "all",
        )
        self.own.alert_pass_done(now)
        if told:
            self.delivery.nudge()

    def _note_absence(self) -> datetime:
        """Return the time; after a start, a sleep or a clock step blindness is counted from it."""
        now = self.clock.now()
        if self.clock_watch.woke(now):
            self.judge.awake_at = now
        return now

    async def _deliver(self) -> None:
        await self.post.deliver(self.setup.relay)

    async def _prune(self) -> None:
        await self.store.prune(self.clock.now(), self.setup.config.store.keep)

    async def _beat(self) -> None:
        self.clock_watch.beat()

    def _loop(self, name: str, every: float, work: Callable[[], Awaitable[None]]) -> Loop:
        return Loop(name, every, work, self.clock, self.own.store_failed)

    async def _listen(self) -> None:
        view = View(self)
        web = self.setup.config.web
        servers = [WebServer(make_app(view, own_host=web.address[0]), *web.address)]
        if web.metrics_address:
            servers.append(WebServer(make_metrics_app(view), *web.metrics_address))
        for server in servers:
            await server.start()
            self._servers.append(server)

    def _spawn(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _needs_restart(old: Setup, new: Setup) -> tuple[str, ...]:
    """Return what a reload cannot change: where we listen and where we record."""
    fixed: Sequence[tuple[str, object, object]] = (
        ("web", old.config.web, new.config.web),
        ("store.url", old.config.store.url, new.config.store.url),
        ("limits", old.config.limits, new.config.limits),
    )
    return tuple(f"{key}: a change needs a restart" for key, before, after in fixed if before != after)


def _asked(config: Config) -> tuple[str, ...]:
    return tuple(entry.id for entry in config.discoveries if asks(entry))


def _pools(looking: Mapping[str, Source]) -> tuple[ThreadPool, ...]:
    return tuple(source.pool for source in looking.values() if isinstance(source, FilesSource))
