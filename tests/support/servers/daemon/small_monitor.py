"""A monitor in small: alert passes and deliveries over a real store and relay, at instants of the test."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from monitor.alerts import DecisionInput, MonitorState, decide
from monitor.delivery import LoggedErrors, Receiver, deliver_due
from monitor.model import Check, Severity, Snapshot, TargetState
from monitor.pipeline.notifications import outgoing
from monitor.store import Store
from support.factories.alerts.world import NOW, STARTED, certificate, finding, picture, seen
from support.servers.mail.servers import Inbox, mail_server, relay

ONE, TWO = "one@vms.example", "two@vms.example"
RECEIVERS: Mapping[str, Sequence[str]] = {"email": (ONE, TWO)}
NOBODY = {ONE: "550 no such user here", TWO: "550 no such user here"}
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

T = TypeVar("T")


def wrong(number: int, severity: Severity = Severity.CRITICAL) -> TargetState:
    """Return a target whose certificate has the wrong name."""
    where, shown = f"host{number}:443", certificate(number)
    return seen(where, shown, finding(Check.NAME, shown, where, severity))


def right(number: int) -> TargetState:
    """Return the same target without a fault."""
    return seen(f"host{number}:443", certificate(number))


@dataclass
class SmallMonitor:
    """The parts that decide and deliver; ``answers`` are those of the relay and may be changed."""

    store: Store
    receiver: Receiver
    inbox: Inbox
    answers: dict[str, str]
    now: datetime = NOW
    clock_suspect: bool = False
    all_renewals: bool = False
    errors: LoggedErrors = field(default_factory=LoggedErrors)

    async def alert_pass(
        self, *states: TargetState, receivers: Mapping[str, Sequence[str]] = RECEIVERS
    ) -> None:
        """Decide and store, as the alert pass does."""
        state = MonitorState(STARTED, clock_suspect=self.clock_suspect, notify_all_renewals=self.all_renewals)
        records = tuple([await self.store.receiver_record(name) for name in receivers])
        given = DecisionInput(self.picture(*states), await self.store.open_alerts(), records, self.now, state)
        decision = decide(given)
        changes, sent = outgoing(decision, receivers, self.now)
        await self.store.notify(decision.alert_changes, changes, sent, self.now)

    def picture(self, *states: TargetState) -> Snapshot:
        """Return what was probed."""
        return picture(*states, right(99))

    async def deliver(self) -> None:
        """Deliver what is due."""
        await deliver_due(self.store, self.receiver, self.now, errors=self.errors)

    async def step(self, *states: TargetState, after: timedelta = timedelta()) -> list[str]:
        """Decide and deliver some time later; return the subjects of the mails that arrive."""
        self.now += after
        before = len(self.inbox.taken)
        await self.alert_pass(*states)
        await self.deliver()
        return self.subjects[before:]

    @property
    def subjects(self) -> list[str]:
        """Return the subjects of all mails that were taken."""
        return [str(one["Subject"]) for one in self.inbox.messages]

    async def retry_at(self) -> datetime | None:
        """Return when what was refused is decided again."""
        return (await self.store.receiver_record("email")).retry_at

    async def to_the_retry(self) -> None:
        """Let the time pass until what was refused is decided again."""
        self.now = await self.retry_at() or self.now


@asynccontextmanager
async def small_monitor(inbox: Inbox | None = None, **options: object) -> AsyncIterator[SmallMonitor]:
    """Run a relay and give a monitor whose inventory is delivered."""
    answers: dict[str, str] = {}
    inbox = inbox or Inbox()
    inbox.answers = answers
    store = await Store.open("sqlite://", app_version="test")
    try:
        async with mail_server(inbox, **options) as port:
            monitor = SmallMonitor(store, relay(port), inbox, answers)
            await monitor.step()
            yield monitor
            monitor.receiver.close()
    finally:
        await store.close()


def during(act: Callable[[SmallMonitor], Awaitable[T]], inbox: Inbox | None = None, **options: object) -> T:
    """Return what a scenario returns."""

    async def run() -> T:
        async with small_monitor(inbox, **options) as monitor:
            return await act(monitor)

    return asyncio.run(run())
