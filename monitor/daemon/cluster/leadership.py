"""Whether this center leads: it takes the lease, renews it, and says when another center has it.

What is written without the lease is refused by the database itself; this decides what is attempted at all.
"""

import logging
from asyncio import Event
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeVar

from monitor.daemon import health_texts
from monitor.daemon.periodic import Work
from monitor.errors import StoreUnusableError, SystemBrokenError
from monitor.logs import event
from monitor.metrics import OwnMetrics
from monitor.model import Clock, Message
from monitor.model.message import raw_english
from monitor.store import Store
from monitor.store.cluster.cluster_lease import ClusterLease
from monitor.store.cluster.lease import LENGTH, Center
from monitor.web import Standby

log = logging.getLogger(__name__)

T = TypeVar("T")

TRY_EVERY = 1.0
"""Seconds between two attempts to take the lease, and between two renewals."""

WITHOUT_DATABASE_AFTER = 30.0
"""Seconds without the database after which a standby probes: a failover of the database is shorter."""


class Leadership:
    """The lease of one center, from its start until another center has it; the daemon begins anew then.

    ``unready`` is why a load balancer should ask another center than this one.
    """

    unready = ""
    database_since: datetime | None = None
    """When the database answered last, once this center is to begin anew without it."""

    def __init__(self, lease: ClusterLease, store: Store, name: str, clock: Clock) -> None:
        """Take the lease and the store that it protects; ``url`` is set once it is known."""
        self.name = name
        self.url = ""
        self.taken, self.lost = Event(), Event()
        self._lease = lease
        self._store = store
        self._clock = clock
        self._epoch: int | None = None
        self._renewed_at = 0.0
        self._leader: Center | None = None
        self._answered_at = clock.monotonic()
        self.away: StoreUnusableError | None = None

    @property
    def leads(self) -> bool:
        """Return whether this center may send: it has the lease, and nobody can have taken it since."""
        return self._has_it and self._clock.monotonic() - self._renewed_at < LENGTH.total_seconds()

    @property
    def standby(self) -> Standby | None:
        """Return what a standby shows, ``None`` for a center that leads or led until it lost its database."""
        if self._has_it:
            return None
        other = self._leader
        return Standby(self.name, other.name, other.url) if other else Standby(self.name)

    @property
    def problem(self) -> Message | None:
        """Return why a center that has the lease sends nothing, ``None`` for no reason."""
        return None if self.leads or not self._has_it else health_texts.LEASE_LOST

    @property
    def _has_it(self) -> bool:
        return self._epoch is not None and not self.lost.is_set()

    async def round(self) -> None:
        """Take the lease or renew it."""
        if self.lost.is_set():
            return
        try:
            await self._round()
        except StoreUnusableError as error:
            self._note_away(error)
            raise
        self._answered_at = self._clock.monotonic()

    def _note_away(self, error: StoreUnusableError) -> None:
        """Begin anew as a center without the database, where a standby has not reached it for long."""
        silent = self._clock.monotonic() - self._answered_at
        if self._epoch is None and silent > WITHOUT_DATABASE_AFTER:
            self.away = error
            self.database_since = self._clock.now() - timedelta(seconds=silent)
            self.lost.set()

    async def _round(self) -> None:
        began = self._clock.monotonic()
        if self._epoch is None:
            await self._take(began)
        elif await self._lease.keep(self.name, self.url, self._epoch):
            self._renewed_at = began
        else:
            self._store.lead(None)
            self.lost.set()
            event(log, "another center leads", center=self.name, epoch=self._epoch)

    async def _take(self, began: float) -> None:
        epoch = await self._lease.take(self.name, self.url)
        if epoch is None:
            self._leader = await self._lease.leader()
            return
        self._store.lead(epoch)
        self._epoch, self._renewed_at = epoch, began
        self.taken.set()
        event(log, "this center leads", center=self.name, epoch=epoch)

    def give_up(self) -> None:
        """End the leadership: the work of a leader could not be started."""
        self._store.lead(None)
        self.lost.set()

    def show_in(self, metrics: OwnMetrics) -> None:
        """Show in metrics whether this center leads."""
        metrics.leader(lambda: self.leads)

    async def close(self) -> None:
        """Let another center take over at once."""
        try:
            await self._lease.leave(self.name, self._epoch)
        except SystemBrokenError as error:
            log.info("the lease was not given back, and expires: %s", error)
        await self._lease.close()


class Alone:
    """The leadership of a service that is not one of several centers: it may always send."""

    leads = True
    standby: Standby | None = None
    problem: Message | None = None
    unready = ""
    database_since: datetime | None = None

    def __init__(self) -> None:
        """Lead for ever."""
        self.lost = Event()

    def show_in(self, metrics: OwnMetrics) -> None:
        """Show nothing."""

    async def round(self) -> None:
        """Do nothing."""


class WithoutDatabase(Alone):
    """A center without its database: it probes, sends nothing, and restarts once the database works."""

    leads = False
    problem = health_texts.NO_DATABASE
    unready = raw_english(health_texts.NO_DATABASE)

    def __init__(self, attempt: Callable[[], Awaitable[None]], since: datetime | None = None) -> None:
        """Take the function that tries the database and raises ``SystemBrokenError`` where that fails.

        ``since`` is when the database answered last, ``None`` where nobody knows it.
        """
        super().__init__()
        self._attempt = attempt
        self.database_since = since

    def show_in(self, metrics: OwnMetrics) -> None:
        """Show in metrics that this center does not lead."""
        metrics.leader(lambda: False)

    async def round(self) -> None:
        """Begin anew, as a standby, where the database can be used."""
        await self._attempt()
        event(log, "the database can be used")
        self.lost.set()


def may_note(leadership: Leadership | Alone, note: Callable[[T], None]) -> Callable[[T], None]:
    """Return what notes alerts, except where each of them is new because no earlier one is known."""

    def while_known(changes: T) -> None:
        if not isinstance(leadership, WithoutDatabase):
            note(changes)

    return while_known


def sender(leadership: Leadership | Alone) -> Callable[[Work], Work]:
    """Return a wrapper for work that is done only while this center may send."""

    def guarded(work: Work) -> Work:
        async def while_leading() -> bool | None:
            return await work() if leadership.leads else None

        return while_leading

    return guarded
