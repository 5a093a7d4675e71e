"""A relay refuses, greylists, drops, hangs and garbles at random, while alerts come, change and go."""

import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from monitor.delivery import delivery_pass
from monitor.delivery.email.relay import smtp
from monitor.model import Notification, Severity, TargetState
from monitor.store import Store
from support.campaigns.campaign import Run, require
from support.campaigns.hostile_relay import AFTER_THE_TEXT, AT_THE_DOOR, HostileRelay
from support.factories.alerts.world import NOW
from support.servers.daemon.small_monitor import HOUR, MINUTE, ONE, SECOND, TWO, SmallMonitor, right, wrong
from support.servers.mail.servers import mail_server
from support.servers.mail.servers import relay as receiver_at

STEPS = 30
HOSTS = 8
EVER = NOW + timedelta(days=3650)
TIMEOUT = timedelta(seconds=0.25)
QUARTER = 15 * MINUTE
"""No notification waits longer for its next attempt."""


async def relay(run: Run) -> None:
    """Let alerts come and go under a relay with moods; all are notified, none twice or late."""
    for one in run:
        async with _world(one.chance) as world:
            for _ in range(STEPS):
                await world.step()
            await world.recover()
            run.counts += world.counts


@dataclass
class _World:
    monitor: SmallMonitor
    relay: HostileRelay
    chance: random.Random
    wrong: dict[int, Severity] = field(default_factory=dict)
    known: dict[str, Notification] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    async def step(self) -> None:
        """Let time pass, alerts and the mood change, and deliver."""
        self._change()
        picky = self._mood()
        if self.chance.random() < 0.3:
            await self.monitor.to_the_retry()
        else:
            self.monitor.now += self.chance.choice([SECOND, 10 * SECOND, MINUTE, QUARTER, HOUR, 20 * HOUR])
        await self.monitor.alert_pass(*self._states())
        await self._learn()
        due = {
            one.id for one in await self.monitor.store.due_notifications("email", self.monitor.now, 10_000)
        }
        self.counts["notifications due"] += len(due)
        await self.monitor.deliver()
        if picky is not None:
            await self._undelayed(due - picky)

    def _states(self) -> list[TargetState]:
        return [wrong(n, self.wrong[n]) if n in self.wrong else right(n) for n in range(HOSTS)]

    def _change(self) -> None:
        for number in range(HOSTS):
            event = self.chance.random()
            if event < 0.1:
                self.wrong.pop(number, None)
            elif event < 0.2:
                self.wrong[number] = self.chance.choice([Severity.WARNING, Severity.CRITICAL])

    def _mood(self) -> frozenset[str] | None:
        """Change the mood at random; return the mails that the relay dislikes where it takes all others."""
        mood = self.chance.choice(["works", *AFTER_THE_TEXT, *AT_THE_DOOR])
        only = None
        if mood in AFTER_THE_TEXT and self.chance.random() < 0.7:
            only = frozenset(self.chance.sample([*self.known], min(len(self.known), 2)))
        self.relay.behave(mood, self.chance.sample([ONE, TWO], 2), only)
        self.counts[f"steps in which it {mood}"] += 1
        return only if mood != "works" else frozenset()

    async def _learn(self) -> None:
        """Remember every notification that waits, with the alerts that it is about."""
        waiting = await self.monitor.store.due_notifications("email", EVER, 10_000)
        self.known |= {one.id: one for one in waiting}

    async def _undelayed(self, due: set[str]) -> None:
        """Require that what the relay does not dislike is not due any more."""
        left = await self.monitor.store.due_notifications("email", self.monitor.now, 10_000)
        held = [one.id for one in left if one.id in due]
        require(not held, f"{len(held)} notifications were held up by another: {held}")

    async def recover(self) -> None:
        """Let the relay work; everything due must be delivered in an hour, and nothing twice."""
        self.relay.behave("works", ())
        for _ in range(4):
            self.monitor.now += QUARTER
            await self.monitor.alert_pass(*self._states())
            await self._learn()
            await self.monitor.deliver()
        store = self.monitor.store
        require(await store.outbox() == (0, None), "something is undelivered although the relay works")
        require(await store.retry_due(["email"], EVER) is False, "something is to be decided again")
        await self._notified()
        before = len(self.relay.copies)
        for _ in range(3):
            await self.monitor.step(*self._states(), after=SECOND)
        require(len(self.relay.copies) == before, "something was notified again")
        self.counts += Counter({"alerts in the end": len(self.wrong), "mails kept": before})

    async def _notified(self) -> None:
        """Compare what is recorded, what is true, and what the relay kept."""
        record = await self.monitor.store.receiver_record("email")
        notified = {f"host{number}:443" for number in self.wrong}
        found = {key.scope_id: str(one.level) for key, one in record.log.items() if one.level}
        require(len(found) == len(notified), f"notified is {found}, true is {self.wrong}")
        open_alerts = await self.monitor.store.open_alerts()
        require(
            len(open_alerts) == len(notified), f"{len(open_alerts)} alerts are open, {len(notified)} are true"
        )
        self._once()
        self._none_twice()

    def _once(self) -> None:
        """Require that no recipient got a mail again after the relay had said that it was taken."""
        taken: set[tuple[str, str]] = set()
        for copy in self.relay.copies:
            each = {(copy.id, recipient) for recipient in copy.recipients}
            require(not each & taken, f"{copy.id} came again after it had been accepted")
            if copy.known:
                taken |= each
        self.counts["mails whose acceptance nobody knew"] += sum(not one.known for one in self.relay.copies)

    def _none_twice(self) -> None:
        """Require that no alert was notified as new, or as worse, twice unless it was over in between."""
        kept = {copy.id for copy in self.relay.copies}
        certain = {copy.id for copy in self.relay.copies if copy.known}
        heard: dict[str, str] = {}
        for one in sorted(self.known.values(), key=lambda one: one.created_at):
            for alert in one.alerts:
                said = f"{alert.reason} {alert.level}"
                if alert.reason == "resolved":
                    heard.pop(alert.alert_id, None)
                elif one.id in kept and alert.reason != "reminder":
                    require(heard.get(alert.alert_id) != said, f"{alert.alert_id} was notified twice: {said}")
                    if one.id in certain:
                        heard[alert.alert_id] = said
                self.counts["alerts notified"] += one.id in kept


@asynccontextmanager
async def _world(chance: random.Random) -> AsyncIterator[_World]:
    """Yield a monitor whose relay has moods; its inventory may be under way."""
    kept = HostileRelay(chance=chance)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(smtp, "_DATA_AT_LEAST", TIMEOUT)  # minutes, for virus scanners
        patch.setattr(delivery_pass, "PATIENCE", timedelta(milliseconds=100))
        async with _served(kept) as world:
            yield world


@asynccontextmanager
async def _served(kept: HostileRelay) -> AsyncIterator[_World]:
    store = await Store.open("sqlite://", app_version="test")
    try:
        async with mail_server(kept) as port:
            receiver = receiver_at(port, timeout=TIMEOUT)
            yield _World(SmallMonitor(store, receiver, kept, {}), kept, kept.chance)
            receiver.close()
    finally:
        await store.close()
