"""Probing by other processes: workers that share batches, agents in zones; loaded only where configured."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.config import Config
from monitor.config.sections.zones import zones_of_workers
from monitor.daemon.clock.steady import SteadyClock
from monitor.metrics import OwnMetrics
from monitor.metrics.orders import OF_WORKERS
from monitor.model import Message, ProbeRequest, SilentZone, Target, WorkerZone
from monitor.model.message import raw_english
from monitor.pipeline import Board, Judge
from monitor.probing import BatchRunner

if TYPE_CHECKING:
    from monitor.daemon.agents import AgentCenter
    from monitor.workers.runner import JetStreamRunner


def shared_with_workers(  # noqa: PLR0913, PLR0917 - all that workers touch
    here: BatchRunner,
    config: Config,
    board: Board,
    clock: SteadyClock,
    judge: Judge,
    metrics: OwnMetrics,
) -> "tuple[BatchRunner, JetStreamRunner | None]":
    """Return the runner of batches, with workers where there are any."""
    if config.workers is None:
        return here, None
    from monitor.workers.connection import Broker  # noqa: PLC0415 - nobody without workers needs it
    from monitor.workers.runner import JetStreamRunner  # noqa: PLC0415 - as above
    from monitor.workers.sharing import SharedRunner, is_shared  # noqa: PLC0415 - as above
    from monitor.workers.trust import tls_of  # noqa: PLC0415 - as above

    nats = config.workers.nats
    broker = Broker(nats.servers, nats.credentials_file, tls_of(nats.servers, nats.trust))
    zones = zones_of_workers(config.zones)
    workers = JetStreamRunner(
        broker, ("", *zones), board.state, clock, logins=zones, count=metrics.orders.count
    )
    judge.waits = workers.waits
    metrics.orders.know(("", *zones), OF_WORKERS)
    metrics.workers.watch(workers.states)

    def shared(request: ProbeRequest) -> bool:
        known = board.state(request)
        return is_shared(request) or (known is not None and bool(known.target.zone))

    return SharedRunner(here, workers, shared), workers


def problem_of(workers: "JetStreamRunner | None") -> Callable[[], Message | None]:
    """Return a function that says why workers probe nothing, ``None`` while they do."""
    return (lambda: None) if workers is None else workers.problem


def faults_of(workers: "JetStreamRunner | None") -> Collection[str]:
    """Return the codes of problems that keep targets from being probed and are those of workers."""
    if workers is None:
        return ()
    from monitor.workers.texts import NOT_PROBED  # noqa: PLC0415 - nobody without workers needs it

    return NOT_PROBED


def missing_workers(workers: "JetStreamRunner | None") -> Callable[[Target], str]:
    """Return a function that says why no worker probes a target, empty where one or this machine does."""
    if workers is None:
        return lambda _target: ""
    from monitor.workers.sharing import is_shared  # noqa: PLC0415 - nobody without workers needs it

    def missing(target: Target) -> str:
        if not target.zone and not is_shared(target.request):
            return ""
        why = workers.missing(target.zone)
        return "" if why is None else raw_english(why)

    return missing


def worker_zones(workers: "JetStreamRunner | None") -> Callable[[], Sequence[WorkerZone]]:
    """Return a function that returns the states of workers."""
    return tuple if workers is None else workers.states


def silent_zones(
    agents: "AgentCenter | None",
    workers: "JetStreamRunner | None",
    clock: SteadyClock,
    config: Callable[[], Config],
) -> Callable[[], tuple[SilentZone, ...]]:
    """Return a function that returns the zones without any agent or worker heard of."""

    def silent() -> tuple[SilentZone, ...]:
        of_agents = agents.silent() if agents else ()
        return (*of_agents, *(without_workers(workers.silent()) if workers else ()))

    def without_workers(found: Mapping[str, float]) -> Iterator[SilentZone]:
        now, zones = clock.now(), config().zones
        for zone, seconds in sorted(found.items()):
            if zone in zones:  # targets without a zone have none that could be silent; health says
                since = now - timedelta(seconds=seconds)
                yield SilentZone(zone, since, zones[zone].silent_after, by_workers=True)

    return silent
