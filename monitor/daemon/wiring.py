"""Make the parts of one daemon and connect them; nothing runs yet."""

import os
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.config import Config
from monitor.daemon.clock.steady import SteadyClock
from monitor.daemon.clock.watch import ClockWatch
from monitor.daemon.cluster.component_watch import ComponentSources, ComponentWatch
from monitor.daemon.cluster.leadership import Alone, Leadership
from monitor.daemon.cluster.probing_elsewhere import faults_of, missing_workers, problem_of
from monitor.daemon.deciding_parts import DecidingParts, deciding_parts
from monitor.daemon.health import HealthMonitor, KnownProblems
from monitor.daemon.notifications.outage_watch import OutageWatch
from monitor.daemon.parts import DaemonParts
from monitor.daemon.periodic_tasks import periodic_tasks
from monitor.daemon.probing_parts import ProbingParts, probing_parts
from monitor.daemon.shared_parts import SharedParts
from monitor.daemon.system.service_manager import ServiceManager
from monitor.daemon.system.supervision import Supervision
from monitor.daemon.targets.active_config import ActiveConfig
from monitor.daemon.targets.checks_now import ChecksNow
from monitor.daemon.targets.discoveries import Discoveries
from monitor.daemon.targets.discovery_loop import DiscoveryLoop, DiscoveryServices
from monitor.daemon.tasks import Tasks
from monitor.daemon.web.access import WebAccess
from monitor.daemon.web.changes import ChangeServices
from monitor.daemon.web.facade import WebServices
from monitor.daemon.web.link_key import LinkKey
from monitor.metrics import OwnMetrics
from monitor.network.resolve import Resolver
from monitor.pipeline.on_demand import OnDemandProber
from monitor.sources.registry import sources
from monitor.store import Store
from monitor.web import Health
from monitor.web_config import WatchedWebConfig

if TYPE_CHECKING:
    from monitor.daemon.agents import AgentCenter

_ON_DEMAND_RESOLVER_THREADS = 8
"""A resolver of its own for ``/probe``: slow names there must not delay those of the schedule."""


def wire(  # noqa: PLR0913, PLR0917 - all that a daemon begins with
    active: ActiveConfig,
    store: Store,
    discoveries: Discoveries,
    clock: SteadyClock,
    own_names: Collection[str],
    web_config: WatchedWebConfig | None = None,
    *,
    link_key: LinkKey,
    leadership: Leadership | Alone,
) -> DaemonParts:
    """Return the parts of a daemon that begins with this configuration."""

    def decide_again() -> None:
        tasks.alerts.nudge()

    def report() -> Health:
        return health.report()

    def loaded() -> bool:
        return health.ready

    elsewhere = _without_others(active.config) if store.stands_in else active.config
    probing = probing_parts(active, elsewhere, store, discoveries, clock)
    probing.judge.without_zones = store.stands_in
    _show_in_metrics(probing.metrics, active.config, store, leadership)
    clock_watch = ClockWatch(clock, probing.metrics)
    access = WebAccess(web_config, store, clock)
    agents = None
    if elsewhere.agents:
        agents = _center_of_agents(probing, store, clock, access, leadership=leadership, loaded=loaded)
    shared = SharedParts(
        probing=probing,
        store=store,
        clock=clock,
        clock_watch=clock_watch,
        leadership=leadership,
        access=access,
        link_key=link_key,
        outages=OutageWatch(store, clock, clock_watch),
        agents=agents,
        decide_again=decide_again,
        health=report,
    )
    deciding = deciding_parts(shared)
    others = ComponentSources(leadership, store, clock, probing.workers, shared.agents)
    components = ComponentWatch(others.known, clock.now)
    manager = ServiceManager(os.environ, os.getpid())
    supervision = Supervision(manager, probing.board, report, lambda: tasks.store_check, clock)
    tasks = periodic_tasks(shared, deciding, others, components, supervision)
    problems = _known_problems(shared, deciding, components)
    health = HealthMonitor(clock_watch, probing.schedule, probing.pipeline, tasks, problems)
    checks = _checks_now(shared)
    changes = ChangeServices(
        store,
        probing.board,
        clock,
        shared.config,
        decide_again,
        deciding.delivery.nudge,
        checks,
        link_key,
        access.file,
        deciding.renewal_days,
    )
    on_demand = OnDemandProber(
        Resolver(_ON_DEMAND_RESOLVER_THREADS), sources, probing.trust_stores.anchors, probing.judge, clock
    )
    web = WebServices(
        clock, probing.board, probing.metrics, health, on_demand, shared.config, own_names, store
    )
    return DaemonParts(
        store=store,
        clock=clock,
        clock_watch=clock_watch,
        outages=shared.outages,
        board=probing.board,
        metrics=probing.metrics,
        pipeline=probing.pipeline,
        schedule=probing.schedule,
        discoveries=discoveries,
        discovery=_discovery_loop(shared, discoveries, tasks),
        watched=probing.watched,
        alerts=deciding.alerts,
        revocation=probing.revocation,
        ari=probing.ari,
        tasks=tasks,
        health=health,
        changes=changes,
        checks=checks,
        renewal_days=deciding.renewal_days,
        access=access,
        web=web,
        manager=manager,
        supervision=supervision,
        leadership=leadership,
        agents=shared.agents,
        workers=probing.workers,
    )


def _without_others(config: Config) -> Config:
    """Return the configuration of a center without its database: agents and workers are the leader's."""
    return replace(config, agents=None, workers=None)


def _show_in_metrics(
    metrics: OwnMetrics, config: Config, store: Store, leadership: Leadership | Alone
) -> None:
    metrics.store_in_memory(lambda: store.in_memory)
    metrics.set_instance(config.instance.name, config.instance.customer)
    leadership.show_in(metrics)


def _known_problems(
    shared: SharedParts, deciding: DecidingParts, components: ComponentWatch
) -> KnownProblems:
    store, leadership = shared.store, shared.leadership
    return KnownProblems(
        undelivered_since=lambda: deciding.deliveries.undelivered_since,
        store=lambda: store.problem,
        web=lambda: shared.access.problem,
        lease=lambda: leadership.problem,
        standby=lambda: leadership.standby,
        workers=problem_of(shared.probing.workers),
        faults_of_workers=faults_of(shared.probing.workers),
        degraded=components.missing,
        record=lambda: leadership.unready,
    )


def _checks_now(shared: SharedParts) -> ChecksNow:
    probing, agents = shared.probing, shared.agents
    return ChecksNow(
        probing.pipeline,
        probing.board,
        shared.clock,
        shared.decide_again,
        by_workers=probing.zones,
        missing_workers=missing_workers(probing.workers),
        ask_agents=agents.check_now if agents else None,
    )


def _discovery_loop(shared: SharedParts, discoveries: Discoveries, tasks: Tasks) -> DiscoveryLoop:
    probing = shared.probing

    def lists_changed() -> None:
        probing.watched.lists_changed()
        tasks.lists.nudge()

    asking = DiscoveryServices(
        shared.store,
        shared.clock,
        probing.resolver,
        probing.trust_stores,
        probing.board,
        probing.metrics,
    )
    return DiscoveryLoop(asking, discoveries, lists_changed)


def _center_of_agents(  # noqa: PLR0913 - all that agents touch
    probing: ProbingParts,
    store: Store,
    clock: SteadyClock,
    access: WebAccess,
    *,
    leadership: Leadership | Alone,
    loaded: Callable[[], bool],
) -> "AgentCenter":
    """Return the center of the agents in zones; ``loaded`` returns whether what was recorded is known."""
    from monitor.daemon.agents import AgentCenter  # noqa: PLC0415 - nobody without zones needs it
    from monitor.daemon.agents.credentials import AgentCredentials  # noqa: PLC0415 - as above
    from monitor.pipeline.zone_answers import ZoneAnswers  # noqa: PLC0415 - as above

    taking = ZoneAnswers(probing.board, probing.pipeline, store, clock)
    credentials = AgentCredentials(access.tokens, clock)
    watched = probing.watched
    agents = AgentCenter(
        credentials,
        taking,
        lambda: watched.active.targets,
        probing.metrics,
        clock,
        lambda: leadership.leads,
        loaded,
    )
    probing.judge.heard_at = agents.heard_at
    return agents
