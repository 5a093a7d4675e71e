"""Make the parts of a daemon that probe, judge, publish and record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.assess import PathFinder
from monitor.config import Config
from monitor.config.sections.zones import zones_of_workers
from monitor.daemon.clock.steady import SteadyClock
from monitor.daemon.cluster.probing_elsewhere import shared_with_workers
from monitor.daemon.issuers.ari_loop import AriLoop
from monitor.daemon.issuers.revocation_loop import RevocationLoop
from monitor.daemon.targets.active_config import ActiveConfig
from monitor.daemon.targets.discoveries import Discoveries
from monitor.daemon.targets.state_loader import StateLoader
from monitor.daemon.targets.warm_states import WarmStates
from monitor.daemon.targets.watched_targets import WatchedTargets, WatchServices
from monitor.metrics import OwnMetrics
from monitor.model import Source
from monitor.network.resolve import Resolver
from monitor.pipeline import Board, Judge, Pipeline, PipelineServices, TrustStoreCache
from monitor.probing import InProcessRunner, ProbeLimiter
from monitor.scheduler import Scheduler
from monitor.sources.anchors import TrustStoreLoader
from monitor.sources.registry import sources
from monitor.store import Store
from monitor.threads import ThreadPool

if TYPE_CHECKING:
    from monitor.workers.runner import JetStreamRunner


@dataclass(frozen=True, slots=True)
class ProbingParts:
    """From the schedule to the board and the store; ``zones`` are those that are probed by workers."""

    board: Board
    judge: Judge
    resolver: Resolver
    trust_stores: TrustStoreCache
    revocation: RevocationLoop
    ari: AriLoop
    metrics: OwnMetrics
    workers: "JetStreamRunner | None"
    zones: Sequence[str]
    pipeline: Pipeline
    schedule: Scheduler
    watched: WatchedTargets


def probing_parts(
    active: ActiveConfig, config: Config, store: Store, discoveries: Discoveries, clock: SteadyClock
) -> ProbingParts:
    """Return the parts that probe the targets of a configuration, here and by its workers."""
    limits, board, judge, resolver = active.config.limits, Board(), Judge(PathFinder()), Resolver()
    trust_stores, kinds = TrustStoreCache(TrustStoreLoader().anchors, clock), sources(resolver)
    revocation = RevocationLoop(active.config, store, board, trust_stores, clock)
    ari = AriLoop(active.config, store, board, trust_stores, clock)
    pools = (resolver.pool, trust_stores.pool, *_pools(kinds), *revocation.pools, *ari.pools)
    metrics = OwnMetrics(kinds, pools, active.config.receivers)
    limiter = ProbeLimiter(clock, in_flight=limits.in_flight, per_second=limits.per_second)
    here = InProcessRunner(kinds, limiter, clock)
    runner, workers = shared_with_workers(here, config, board, clock, judge, metrics)
    zones = zones_of_workers(active.config.zones)
    pipeline = Pipeline(
        PipelineServices(runner, trust_stores.anchors, judge, store, board, clock, metrics, zones)
    )
    # APScheduler waits by the machine's clock, whatever is thought of it.
    schedule = Scheduler(pipeline.run, clock.machine)
    loader = StateLoader(store, judge, trust_stores.anchors, clock)
    warm = WarmStates(store, loader)
    services = WatchServices(store, clock, board, loader, schedule, discoveries, metrics, warm)
    return ProbingParts(
        board=board,
        judge=judge,
        resolver=resolver,
        trust_stores=trust_stores,
        revocation=revocation,
        ari=ari,
        metrics=metrics,
        workers=workers,
        zones=zones,
        pipeline=pipeline,
        schedule=schedule,
        watched=WatchedTargets(active, services),
    )


def _pools(kinds: Mapping[str, Source]) -> tuple[ThreadPool, ...]:
    pools = (getattr(source, "pool", None) for source in kinds.values())
    return tuple(pool for pool in pools if isinstance(pool, ThreadPool))
