"""All parts of the running service, how they are wired, and the order in which they start and stop."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor import __version__
from monitor.assess import PathFinder
from monitor.config import load
from monitor.cycle import Board, Cycle, Gate, Judge, PipelineServices, TrustStoreCache
from monitor.cycle.alert_pass import AlertPass
from monitor.daemon.active_config import ActiveConfig, planned
from monitor.daemon.ari_loop import RENEW_EVERY, RENEW_PATIENCE, AriLoop
from monitor.daemon.clocks import ClockWatch
from monitor.daemon.delivery_loop import DeliveryLoop
from monitor.daemon.discoveries import Discoveries
from monitor.daemon.discovery_loop import DiscoveryLoop, DiscoveryServices
from monitor.daemon.loops import Loop
from monitor.daemon.resume import Resume
from monitor.daemon.revocation_loop import ASK_EVERY, ASK_PATIENCE, RevocationLoop
from monitor.daemon.watched_targets import WatchedTargets, WatchServices, asked
from monitor.daemon.web_facade import WebFacade
from monitor.metrics import OwnMetrics
from monitor.model import Clock, Source
from monitor.network.resolve import Resolver
from monitor.schedule import Schedule
from monitor.sources import AnchorShelf, sources
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

    The mutable state is the watch's setup, the board's snapshot, and the discovered lists.
    """

    def __init__(
        self, path: Path, setup: ActiveConfig, store: Store, discoveries: Discoveries, clock: Clock
    ) -> None:
        """Wire the parts; nothing runs yet."""
        self.path = path
        self.store = store
        self.clock = clock
        self.board = Board()
        self.ready = False
        self.resolver = Resolver()
        self.trusted = TrustStoreCache(AnchorShelf().anchors, clock)
        looking = sources(self.resolver)
        self.inquiries = RevocationLoop(setup.config, store, self.board, self.trusted, clock)
        self.renewing = AriLoop(setup.config, store, self.board, self.trusted, clock)
        asking = (*self.inquiries.pools, *self.renewing.pools)
        self.own = OwnMetrics(looking, (self.resolver.pool, self.trusted.pool, *_pools(looking), *asking))
        self.judge = Judge(PathFinder())
        limits = setup.config.limits
        self.cycle = Cycle(
            PipelineServices(
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
        resume = Resume(store, self.judge, self.trusted.anchors, clock)
        self.discoveries = discoveries
        self.refreshing = DiscoveryLoop(
            DiscoveryServices(store, clock, self.resolver, self.trusted, self.board, self.own),
            discoveries,
            self._rewatch_soon,
        )
        self.watch = WatchedTargets(
            setup, WatchServices(store, clock, self.board, resume, self.schedule, discoveries, self.own)
        )
        self.rewatching = self._loop("taking up what was discovered", REWATCH_EVERY, self.watch.take_up)
        self.clock_watch = ClockWatch(clock, self.own)
        self.alert_pass = AlertPass(self.board, self.judge, self.trusted.anchors, store)
        self.post = DeliveryLoop(store, clock, self.own)
        self.alerts = self._loop("alert pass", setup.config.alerts.every.total_seconds(), self._alert)
        self.delivery = self._loop("delivery", DELIVER_EVERY, self._deliver)
        self.delivery.patience = SLOW_RELAY
        self.asking = self._loop("asking issuers", ASK_EVERY, self._inquire)
        self.asking.patience = ASK_PATIENCE
        self.renewal = self._loop("asking when to renew", RENEW_EVERY, self._renew)
        self.renewal.patience = RENEW_PATIENCE
        self.store_check = self._loop("store check", CHECK_STORE_EVERY, store.check)
        self.loops = (
            self.alerts,
            self.delivery,
            self.asking,
            self.renewal,
            self._loop("retention", PRUNE_EVERY, self._prune),
            self._loop("beat", BEAT_EVERY, self._beat),
            self.store_check,
            self.rewatching,
        )
        self._servers: list[WebServer] = []
        self._tasks: set[asyncio.Task[Any]] = set()

    @classmethod
    async def open(cls, path: Path, clock: Clock) -> "Daemon":
        """Return the daemon for a configuration file, with its store open."""
        config = load(path)
        planned(config, {})
        store = await Store.open(config.store.url, app_version=__version__)
        discoveries = Discoveries(store, clock)
        await discoveries.resume(asked(config))
        return cls(path, planned(config, discoveries.found()), store, discoveries, clock)

    @property
    def url(self) -> str:
        """Return where the page is."""
        return self._servers[0].url if self._servers else ""

    @property
    def setup(self) -> ActiveConfig:
        """Return the configuration in force and what follows from it."""
        return self.watch.setup

    @property
    def watched(self) -> int:
        """Return how many targets are watched."""
        return len(self.setup.targets)

    async def start(self) -> None:
        """Listen first (a taken port ends the start), then resume, then look and tell."""
        await self._listen()
        # A reload that comes in meanwhile waits: it would change what is being resumed.
        async with self.watch.changing:
            await self._begin()

    async def _begin(self) -> None:
        await self.clock_watch.resume(self.store)
        self._note_absence()
        await self.watch.begin()
        await self.renewing.resume()
        self.own.reloaded(True, self.clock.now())
        self.ready = True
        self.schedule.start()
        self.watch.plan()
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
        async with self.watch.changing:
            problems = await self.watch.take(self.path)
            if not problems:
                self.alerts.every = self.setup.config.alerts.every.total_seconds()
                self.inquiries.use(self.setup.config)
                self.renewing.use(self.setup.config)
                await self.refreshing.use(self.setup.config)
        self.own.reloaded(not problems, self.clock.now())
        for problem in problems:
            log.error("reload: %s", problem)
        if not problems:
            log.info("reloaded; %d targets", self.watched)
        return problems

    def _rewatch_soon(self) -> None:
        self.watch.lists_changed()
        self.rewatching.nudge()

    async def _alert(self) -> None:
        now = self._note_absence()
        suspect = self.clock_watch.suspect(now)
        told = await self.alert_pass.run(
            now,
            self.setup.compose,
            clock_suspect=suspect,
            tell_renewals_all=self.setup.config.alerts.notify_renewals == "all",
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
        await self.post.deliver(self.setup.config)

    async def _inquire(self) -> None:
        if await self.inquiries.round():
            self.asking.nudge()

    async def _renew(self) -> None:
        if await self.renewing.round():
            self.renewal.nudge()

    async def _prune(self) -> None:
        await self.store.prune(self.clock.now(), self.setup.config.store.keep)

    async def _beat(self) -> None:
        self.clock_watch.beat()

    def _loop(self, name: str, every: float, work: Callable[[], Awaitable[None]]) -> Loop:
        return Loop(name, every, work, self.clock, self.own.store_failed)

    async def _listen(self) -> None:
        view = WebFacade(self)
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


def _pools(looking: Mapping[str, Source]) -> tuple[ThreadPool, ...]:
    pools = (getattr(source, "pool", None) for source in looking.values())
    return tuple(pool for pool in pools if isinstance(pool, ThreadPool))
