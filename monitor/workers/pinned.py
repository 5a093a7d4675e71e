"""Taking batches from a consumer that JetStream pins to one client: ADR-42, which the library does not have.

The client that is pinned says its pin with every request and keeps it as long as it asks; when it no longer
does, the next one that asks is pinned. https://github.com/nats-io/nats-architecture-and-design (ADR-42)
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import ConnectionClosedError
from nats.errors import Error as NatsError
from nats.js.api import ConsumerConfig

GROUP = "logins"
"""The one group of clients of such a consumer; the protocol wants a name."""
PIN = "Nats-Pin-Id"
_STATUS = "Status"
_WRONG_PIN = "423"
_REQUEST_LASTS = 0.4
_REQUEST_EVERY = 0.3
_PIN_LASTS = 0.8
"""Parts of the time after which a batch goes to another worker. A request of a worker that is frozen must end
before, and its pin as well: else the batch would go to that worker again."""
_NANOSECONDS = 1e9


@dataclass
class PinnedConsumerConfig(ConsumerConfig):
    """A consumer with the keys that the library lacks; ``priority_timeout`` is in nanoseconds."""

    priority_groups: list[str] | None = None
    priority_policy: str | None = None
    priority_timeout: int | None = None


def pinned(config: PinnedConsumerConfig, ack_wait: float) -> PinnedConsumerConfig:
    """Return a consumer whose batches go to one client, one after the other."""
    config.ack_wait = ack_wait
    config.max_ack_pending = 1
    config.priority_groups = [GROUP]
    config.priority_policy = "pinned_client"
    config.priority_timeout = int(_PIN_LASTS * ack_wait * _NANOSECONDS)
    return config


class PinnedRequests:
    """Asks for one batch after the other, also while one is worked on: who does not ask loses the pin."""

    def __init__(self, client: Client, stream: str, consumer: str, ack_wait: float) -> None:
        """Take the consumer; nothing is asked for before ``asking``."""
        self._client = client
        self._subject = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}"
        self.ack_wait = ack_wait
        self._pin = ""
        self._delivered: asyncio.Queue[Msg | None] = asyncio.Queue()

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[None]:
        """Ask as long as the context lasts; afterwards nothing more is delivered here."""
        inbox = self._client.new_inbox()
        subscribed = await self._client.subscribe(inbox, cb=self._take)
        asking = asyncio.create_task(self._ask(inbox))
        try:
            yield
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            with suppress(NatsError, OSError):
                await subscribed.unsubscribe()

    async def next(self) -> Msg:
        """Return a batch; waits for one. Raises ``ConnectionClosedError`` when none can come any more."""
        found = await self._delivered.get()
        if found is None:
            raise ConnectionClosedError
        return found

    async def _take(self, message: Msg) -> None:
        headers = message.headers or {}
        if headers.get(_STATUS) == _WRONG_PIN:
            self._pin = ""
        elif _STATUS not in headers:
            self._pin = headers.get(PIN, "")
            self._delivered.put_nowait(message)

    async def _ask(self, inbox: str) -> None:
        lasts = int(_REQUEST_LASTS * self.ack_wait * _NANOSECONDS)
        while not self._client.is_closed:
            asked = {"batch": 1, "expires": lasts, "group": GROUP} | ({"id": self._pin} if self._pin else {})
            with suppress(NatsError, OSError):
                await self._client.publish(self._subject, json.dumps(asked).encode(), reply=inbox)
            await asyncio.sleep(_REQUEST_EVERY * self.ack_wait)
        self._delivered.put_nowait(None)
