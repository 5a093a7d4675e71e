"""A process that delivers until it is killed: from then on it makes no step more."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.delivery import Outbox, Receiver
from monitor.delivery.receiver import Note, unheard
from monitor.model import Notification

STEPS = ["read", "rendered", "recorded before", "sent", "recorded after"]
"""The steps of one delivery in their order; for the second, making all that waits due stands for reading."""


class KilledError(BaseException):
    """The process ends here."""


@dataclass
class StepsLeft:
    """The steps that a process still makes before it is killed."""

    steps: int = 1000

    def end(self) -> None:
        """Let it make no step more."""
        self.steps = 0

    def step(self) -> None:
        """Make one step, or end."""
        if self.steps == 0:
            raise KilledError
        self.steps -= 1


@dataclass
class KilledProcess:
    """A store and a receiver in a process that is killed."""

    life: StepsLeft
    store: Outbox
    receiver: Receiver
    name: str = "email"

    async def due_notifications(self, receiver: str, now: datetime, limit: int) -> Sequence[Notification]:
        """Return what is due."""
        self.life.step()
        return await self.store.due_notifications(receiver, now, limit)

    async def render(self, notification: Notification, now: datetime) -> bytes:
        """Return what is sent."""
        self.life.step()
        return await self.receiver.render(notification, now)

    async def attempting(self, notification: Notification) -> bool:
        """Record what is sent."""
        self.life.step()
        return await self.store.attempting(notification)

    async def send(self, notification: Notification, now: datetime, note: Note = unheard) -> object:
        """Send it."""
        self.life.step()
        return await self.receiver.send(notification, now, note)

    async def attempted(self, notification: Notification, now: datetime) -> None:
        """Record the result."""
        self.life.step()
        await self.store.attempted(notification, now)

    async def release(self, receiver: str, now: datetime, tried: Collection[str]) -> int:
        """Make what waits due."""
        self.life.step()
        return await self.store.release(receiver, now, tried)

    def close(self) -> None:
        """Release nothing."""
