"""Make the parts of one daemon and connect them; nothing runs yet."""

from collections.abc import Collection, Mapping
from functools import partial

from monitor.assess import PathFinder
from monitor.config import Config
from monitor.daemon.active_config import ActiveConfig
from monitor.daemon.alert_events import AlertEvents
from monitor.daemon.alert_loop import AlertLoop, AlertServices
from monitor.daemon.ari_loop import AriLoop
from monitor.daemon.checks_now import ChecksNow
from monitor.daemon.clocks import ClockWatch
from monitor.daemon.delivery_loop import DELIVER_EVERY, DELIVERY_ROUND_LIMIT, DeliveryLoop
from monitor.daemon.discoveries import Discoveries
from monitor.daemon.discovery_loop import DiscoveryLoop, DiscoveryServices
from monitor.daemon.health import HealthMonitor, KnownProblems
from monitor.daemon.heartbeat import EVERY as HEARTBEAT_EVERY
from monitor.daemon.heartbeat import Heartbeat
from monitor.daemon.link_key import LinkKey
from monitor.daemon.outage_watch import EVERY as ALIVE_EVERY
from monitor.daemon.outage_watch import OutageWatch
from monitor.daemon.page_links import page_links
from monitor.daemon.parts import DaemonParts
from monitor.daemon.periodic import ROUND_LIMIT, PeriodicTask, Work
from monitor.daemon.renewal_days import PROBE_EVERY, RenewalDays, RenewalServices
from monitor.daemon.revocation_loop import RevocationLoop
from monitor.daemon.state_loader import StateLoader
from monitor.daemon.steady_clock import SteadyClock
from monitor.daemon.tasks import Tasks
from monitor.daemon.watched_targets import WatchedTargets, WatchServices
from monitor.daemon.web_access import WebAccess
from monitor.daemon.web_changes import ChangeServices
from monitor.daemon.web_facade import WebServices
from monitor.messages import english
from monitor.metrics import OwnMetrics
from monitor.model import Source
from monitor.network.resolve import Resolver
from monitor.pipeline import Board, Judge, Pipeline, PipelineServices, TrustStoreCache
from monitor.pipeline.alert_pass import AlertPass
from monitor.pipeline.on_demand import OnDemandProber
from monitor.probing import Gate, InProcessRunner
from monitor.scheduler import Scheduler
from monitor.sources.anchors import TrustStoreLoader
from monitor.sources.registry import sources
from monitor.state_folder import state_folder
from monitor.store import Store
from monitor.threads import ThreadPool
from monitor.web import Health
from monitor.web_config import WatchedWebConfig

PRUNE_EVERY = 3600.0
BEAT_EVERY = 1.0
CHECK_STORE_EVERY = 10.0
FOLLOW_LISTS_EVERY = 60.0
FOLLOW_WEB_CONFIG_EVERY = 2.0

ASK_CAS_EVERY = 30.0
"""Seconds between two rounds of questions to CAs; most find nothing that is due."""

CAS_ROUND_LIMIT = 3600.0
"""Seconds that such a round may take: hundreds of certificates whose CAs do not answer."""

_ON_DEMAND_RESOLVER_THREADS = 8
"""A resolver of its own for ``/probe``: slow names there must not delay those of the schedule."""


def wire(  # noqa: PLR0913, PLR0917 - all that a daemon begins with
    active: ActiveConfig,
    store: Store,
    discoveries: Discoveries,
    clock: SteadyClock,
    own_names: Collection[str],
    web_config: WatchedWebConfig | None = None,
) -> DaemonParts:
    """Return the parts of a daemon that begins with this configuration."""
    config, board, judge, resolver = active.config, Board(), Judge(PathFinder()), Resolver()
    trust_stores = TrustStoreCache(TrustStoreLoader().anchors, clock)
    kinds = sources(resolver)
    revocation = RevocationLoop(config, store, board, trust_stores, clock)
    ari = AriLoop(config, store, board, trust_stores, clock)
    metrics = OwnMetrics(
        kinds,
        (resolver.pool, trust_stores.pool, *_pools(kinds), *revocation.pools, *ari.pools),
        config.receivers,
    )
    metrics.store_in_memory(lambda: store.in_memory)
    metrics.set_instance(config.instance.name, config.instance.customer)
    gate = Gate(clock, in_flight=config.limits.in_flight, per_second=config.limits.per_second)
    runner = InProcessRunner(kinds, gate, clock)
    pipeline = Pipeline(PipelineServices(runner, trust_stores.anchors, judge, store, board, clock, metrics))
    # APScheduler waits by the machine's clock, whatever is thought of it.
    schedule = Scheduler(pipeline.run, clock.machine)
    loader = StateLoader(store, judge, trust_stores.anchors, clock)
    watched = WatchedTargets(
        active, WatchServices(store, clock, board, loader, schedule, discoveries, metrics)
    )
    clock_watch = ClockWatch(clock, metrics)
    access = WebAccess(web_config, store, clock)
    link_key = LinkKey(state_folder(config.store.url))
    outages = OutageWatch(store, clock, clock_watch)

    def in_force() -> Config:
        return watched.config

    async def prune() -> None:
        # A clock that is ahead would remove too much.
        if not clock_watch.jump:
            await store.prune(clock.now(), watched.config.store.keep)

    async def beat() -> None:
        clock_watch.beat()
        if clock_watch.changed:
            tasks.alerts.nudge()

    def task(name: str, every: float, work: Work, round_limit: float = ROUND_LIMIT) -> PeriodicTask:
        made = PeriodicTask(name, every, work, clock, metrics.store_failed)
        made.round_limit = round_limit
        return made

    def state_of_monitor() -> Health:
        return health.report()

    def decide_again() -> None:
        tasks.alerts.nudge()

    links = partial(page_links, in_force, access.file, link_key)
    deliveries = DeliveryLoop(store, clock, metrics, in_force, decide_again, links=links)
    delivery = task("delivery", DELIVER_EVERY, deliveries.round, DELIVERY_ROUND_LIMIT)
    renewal_days = RenewalDays(RenewalServices(store, board, pipeline, clock, decide_again))
    alert_events = AlertEvents(clock, in_force)
    alert_pass = AlertPass(board, judge, trust_stores.anchors, store, alert_events.write)
    alerts = AlertLoop(
        AlertServices(
            alert_pass,
            judge,
            clock,
            clock_watch,
            outages,
            store,
            metrics,
            delivery.nudge,
            renewal_days.working_targets,
        ),
        in_force,
    )
    tasks = Tasks(
        alerts=task("alert pass", config.alerts.every.total_seconds(), alerts.round),
        delivery=delivery,
        revocation=task("asking issuers", ASK_CAS_EVERY, revocation.round, CAS_ROUND_LIMIT),
        ari=task("asking when to renew", ASK_CAS_EVERY, ari.round, CAS_ROUND_LIMIT),
        retention=task("retention", PRUNE_EVERY, prune),
        beat=task("beat", BEAT_EVERY, beat),
        store_check=task("store check", CHECK_STORE_EVERY, _check_of(store, pipeline)),
        lists=task("taking up what was discovered", FOLLOW_LISTS_EVERY, watched.follow_lists),
        heartbeat=task(
            "heartbeat", HEARTBEAT_EVERY, Heartbeat(board, clock, in_force, state_of_monitor).round
        ),
        alive=task("recording that the service runs", ALIVE_EVERY, outages.round),
        web_access=task("following the web configuration", FOLLOW_WEB_CONFIG_EVERY, access.round),
        renewal_days=task("renewal days", PROBE_EVERY, renewal_days.round),
    )

    def lists_changed() -> None:
        watched.lists_changed()
        tasks.lists.nudge()

    asking = DiscoveryServices(store, clock, resolver, trust_stores, board, metrics)
    known = KnownProblems(
        lambda: deliveries.undelivered_since,
        lambda: store.problem,
        lambda said: english(clock.now()).write(said),
        lambda: access.problem,
    )
    health = HealthMonitor(clock_watch, schedule, pipeline, tasks, known)
    on_demand = OnDemandProber(
        Resolver(_ON_DEMAND_RESOLVER_THREADS), sources, trust_stores.anchors, judge, clock
    )
    checks = ChecksNow(pipeline, board, clock, decide_again)
    return DaemonParts(
        store=store,
        clock=clock,
        clock_watch=clock_watch,
        outages=outages,
        board=board,
        metrics=metrics,
        pipeline=pipeline,
        schedule=schedule,
        discoveries=discoveries,
        discovery=DiscoveryLoop(asking, discoveries, lists_changed),
        watched=watched,
        alerts=alerts,
        revocation=revocation,
        ari=ari,
        tasks=tasks,
        health=health,
        changes=ChangeServices(
            store,
            board,
            clock,
            in_force,
            decide_again,
            delivery.nudge,
            checks,
            link_key,
            access.file,
            renewal_days,
        ),
        checks=checks,
        renewal_days=renewal_days,
        access=access,
        web=WebServices(clock, board, metrics, health, on_demand, in_force, own_names, store),
    )


def _check_of(store: Store, pipeline: Pipeline) -> Work:
    async def check() -> None:
        await store.check()
        if not store.in_memory:
            await pipeline.flush()

    return check


def _pools(kinds: Mapping[str, Source]) -> tuple[ThreadPool, ...]:
    pools = (getattr(source, "pool", None) for source in kinds.values())
    return tuple(pool for pool in pools if isinstance(pool, ThreadPool))
