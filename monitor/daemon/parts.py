"""The parts of one daemon; ``wiring`` makes them, the daemon starts and stops them."""

from dataclasses import dataclass

from monitor.daemon.alert_loop import AlertLoop
from monitor.daemon.ari_loop import AriLoop
from monitor.daemon.checks_now import ChecksNow
from monitor.daemon.clocks import ClockWatch
from monitor.daemon.discoveries import Discoveries
from monitor.daemon.discovery_loop import DiscoveryLoop
from monitor.daemon.health import HealthMonitor
from monitor.daemon.outage_watch import OutageWatch
from monitor.daemon.renewal_days import RenewalDays
from monitor.daemon.revocation_loop import RevocationLoop
from monitor.daemon.tasks import Tasks
from monitor.daemon.watched_targets import WatchedTargets
from monitor.daemon.web_access import WebAccess
from monitor.daemon.web_changes import ChangeServices
from monitor.daemon.web_facade import WebServices
from monitor.metrics import OwnMetrics
from monitor.model import Clock
from monitor.pipeline import Board, Pipeline
from monitor.scheduler import Scheduler
from monitor.store import Store


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
