"""Notifications that wait, a store that has them, and a receiver whose answers the test gives."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from monitor.delivery import SendResult
from monitor.delivery.receiver import ACCEPTED, Note, unheard
from monitor.model import Notification, NotifiedAlert
from monitor.store import Store
from support.factories.recorded import NOW, waiting


def mail(number: int, level: str = "warning", at: datetime = NOW) -> Notification:
    """Return a notification about an alert of this level, with a subject of its number."""
    alerts = (NotifiedAlert(f"alert {number}", "first", level),)
    text = f"Subject: number {number}\r\n\r\nbody\r\n".encode()
    return replace(waiting(number), alerts=alerts, rendered=text, next_attempt_at=at)


@dataclass
class Scripted:
    """A receiver whose answer a function gives."""

    answers: Mapping[str, SendResult] = field(default_factory=dict)
    hanging: frozenset[str] = frozenset()
    seen: list[str] = field(default_factory=list)
    free: asyncio.Event = field(default_factory=asyncio.Event)
    name: str = "email"

    async def render(self, notification: Notification, now: datetime) -> bytes:
        """Return something."""
        return notification.payload.encode()

    async def send(
        self, notification: Notification, _now: datetime, _note: Note = unheard
    ) -> Mapping[str, SendResult]:
        """Answer, some only when they are set free."""
        self.seen.append(notification.payload)
        if notification.payload in self.hanging:
            await self.free.wait()
        return dict.fromkeys(notification.pending, self.answers.get(notification.payload, ACCEPTED))

    def close(self) -> None:
        """Have nothing to release."""


async def stored(*items: Notification) -> Store:
    """Return a store in which these wait."""
    store = await Store.open("sqlite://", app_version="test")
    await store.notify([], {}, items, NOW)
    return store
