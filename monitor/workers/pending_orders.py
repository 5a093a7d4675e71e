"""One message of orders that waits for its answers."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from monitor.model import Failure, FailureReason, Message, Observation, ProbeRequest, ProbeResult
from monitor.probing import Answer
from monitor.wire.document import write_document
from monitor.wire.order import write_order


class PendingOrders:
    """Some targets of one zone: ordered together, answered in any number of parts."""

    def __init__(
        self, zone: str, requests: Iterable[ProbeRequest], interval: timedelta, since: float
    ) -> None:
        """Write the orders; ``since`` is the monotonic time."""
        orders = [(request, write_order(request, interval)) for request in requests]
        self.zone = zone
        self.since = since
        self.body = write_document({"revision": "", "orders": [order for _, order in orders]})
        self.unanswered: dict[str, tuple[ProbeRequest, object]] = {
            request.target_id: (request, order["key"]) for request, order in orders
        }
        self._arrived: list[Answer] = []
        self._taken: list[asyncio.Future[None]] = []
        self._some = asyncio.Event()

    @property
    def subject_key(self) -> str:
        """Return what distinguishes this message from others of its batch."""
        return "\n".join(sorted(self.unanswered))

    def request_of(self, data: Mapping[str, object]) -> ProbeRequest | None:
        """Return the request that an answer is about, ``None`` where it is about another order."""
        name = data.get("id")
        request, key = self.unanswered.get(name, (None, "")) if isinstance(name, str) else (None, "")
        return request if request is not None and data.get("key") == key else None

    def put(self, answers: Sequence[Answer]) -> "asyncio.Future[None]":
        """Keep answers for ``arrived``; the future is done when they have been taken."""
        for request, _ in answers:
            self.unanswered.pop(request.target_id, None)
        self._arrived += answers
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._taken.append(done)
        self._some.set()
        return done

    async def wait(self) -> None:
        """Wait until something has arrived."""
        await self._some.wait()

    def arrived(self) -> tuple[list[Answer], list["asyncio.Future[None]"]]:
        """Return the answers that have arrived, and the futures to resolve when they have been taken."""
        self._some.clear()
        found = self._arrived, self._taken
        self._arrived, self._taken = [], []
        return found

    def fail(self, said: Message, observed_at: datetime) -> None:
        """Answer the remaining orders with an internal failure."""
        result = ProbeResult(failures=(Failure(FailureReason.INTERNAL, said),))
        nothing = timedelta(0)
        requests = [request for request, _ in self.unanswered.values()]
        self.put([(one, Observation(one.target_id, observed_at, nothing, result)) for one in requests])
