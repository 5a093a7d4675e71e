"""Services that the parts of one daemon share: store, clock, leadership, probing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.config import Config
from monitor.daemon.clock.steady import SteadyClock
from monitor.daemon.clock.watch import ClockWatch
from monitor.daemon.cluster.leadership import Alone, Leadership
from monitor.daemon.notifications.outage_watch import OutageWatch
from monitor.daemon.periodic import ROUND_LIMIT, PeriodicTask, Work
from monitor.daemon.probing_parts import ProbingParts
from monitor.daemon.web.access import WebAccess
from monitor.daemon.web.link_key import LinkKey
from monitor.store import Store
from monitor.web import Health

if TYPE_CHECKING:
    from monitor.daemon.agents import AgentCenter


@dataclass(frozen=True, slots=True)
class SharedParts:
    """What other parts are made of.

    ``decide_again`` asks for an alert pass, and ``health`` returns what is wrong; both may be called once the
    daemon is complete.
    """

    probing: ProbingParts
    store: Store
    clock: SteadyClock
    clock_watch: ClockWatch
    leadership: Leadership | Alone
    access: WebAccess
    link_key: LinkKey
    outages: OutageWatch
    agents: "AgentCenter | None"
    decide_again: Callable[[], None]
    health: Callable[[], Health]

    def config(self) -> Config:
        """Return the configuration in force."""
        return self.probing.watched.config

    def task(self, name: str, every: float, work: Work, round_limit: float = ROUND_LIMIT) -> PeriodicTask:
        """Return work that is done every so many seconds; one round may take ``round_limit`` seconds."""
        made = PeriodicTask(name, every, work, self.clock, self.probing.metrics.store_failed)
        made.round_limit = round_limit
        return made
