"""Everything that the daemon does at fixed intervals, except probes and discoveries."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

from monitor.daemon.periodic import PeriodicTask


@dataclass(frozen=True, slots=True)
class Tasks:
    """The periodic tasks of one daemon, in the order in which they start."""

    alerts: PeriodicTask
    delivery: PeriodicTask
    revocation: PeriodicTask
    ari: PeriodicTask
    retention: PeriodicTask
    beat: PeriodicTask
    store_check: PeriodicTask
    lists: PeriodicTask
    heartbeat: PeriodicTask
    alive: PeriodicTask
    web_access: PeriodicTask
    renewal_days: PeriodicTask
    supervision: PeriodicTask
    lease: PeriodicTask
    following: PeriodicTask
    centers: PeriodicTask

    def __iter__(self) -> Iterator[PeriodicTask]:
        """Yield every task."""
        return (getattr(self, field.name) for field in fields(self))
