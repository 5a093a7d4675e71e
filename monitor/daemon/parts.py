"""The parts of one daemon; ``wiring`` makes them, the daemon starts and stops them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.daemon.clock.watch import ClockWatch
from monitor.daemon.cluster.leadership import Alone, Leadership
from monitor.daemon.health import HealthMonitor
from monitor.daemon.issuers.ari_loop import AriLoop
from monitor.daemon.issuers.revocation_loop import RevocationLoop
from monitor.daemon.notifications.alert_loop import AlertLoop
from monitor.daemon.notifications.outage_watch import OutageWatch
from monitor.daemon.renewal_days import RenewalDays
from monitor.daemon.system.service_manager import ServiceManager
from monitor.daemon.system.supervision import Supervision
from monitor.daemon.targets.checks_now import ChecksNow
from monitor.daemon.targets.discoveries import Discoveries
from monitor.daemon.targets.discovery_loop import DiscoveryLoop
from monitor.daemon.targets.watched_targets import WatchedTargets
from monitor.daemon.tasks import Tasks
from monitor.daemon.web.access import WebAccess
from monitor.daemon.web.changes import ChangeServices
from monitor.daemon.web.facade import WebServices
from monitor.metrics import OwnMetrics
from monitor.model import Clock
from monitor.pipeline import Board, Pipeline
from monitor.scheduler import Scheduler
from monitor.store import Store

if TYPE_CHECKING:
    from monitor.daemon.agents import AgentCenter
    from monitor.workers.runner import JetStreamRunner


@dataclass(frozen=True, slots=True)
class DaemonParts:
    """Everything that the daemon's life touches.

    What changes is inside of them: the watched targets, the board's snapshot and the discovered lists.
    """

    store: Store
    clock: Clock
    clock_watch: ClockWatch
    outages: OutageWatch
    board: Board
    metrics: OwnMetrics
    pipeline: Pipeline
    schedule: Scheduler
    discoveries: Discoveries
    discovery: DiscoveryLoop
    watched: WatchedTargets
    alerts: AlertLoop
    revocation: RevocationLoop
    ari: AriLoop
    tasks: Tasks
    health: HealthMonitor
    changes: ChangeServices
    checks: ChecksNow
    renewal_days: RenewalDays
    access: WebAccess
    web: WebServices
    manager: ServiceManager
    supervision: Supervision
    leadership: Leadership | Alone
    agents: "AgentCenter | None" = None
    workers: "JetStreamRunner | None" = None
