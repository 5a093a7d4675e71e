"""The exchange with the center: answers that wait in the spool go there, and orders come from there."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from random import uniform

from monitor.agent.centers import PATIENCE, CenterError, Centers, RefusedError
from monitor.agent.spool import SpooledAnswers
from monitor.agent.spool_thread import SpoolThread
from monitor.logs import event
from monitor.model import Clock
from monitor.wire import Receipt, WireError, write_answers

log = logging.getLogger(__name__)

PRESENT_EVERY = 15.0
"""Seconds after which an agent without answers says that it is there, and hears of new orders."""
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
"""Seconds until another attempt after a failure, less a part by chance; longer ones follow ``SEARCH_FOR``."""
SEARCH_FOR = 60.0
"""Seconds in which another center may have taken over; later each wait is twice the one before."""
_MOST, _MOST_BYTES = 500, 2 * 1024 * 1024
ApplyOrders = Callable[[bytes], Awaitable[str]]
"""Carries out a document of orders from now on and returns its revision; raises ``WireError``."""


def _nothing(target_ids: Sequence[str]) -> None:
    """Probe nothing."""


class CenterExchange:
    """Sends and fetches until it is cancelled; a center that is away costs nothing but time."""

    def __init__(
        self,
        centers: Centers,
        spool: SpoolThread,
        apply: ApplyOrders,
        clock: Clock,
        check_now: Callable[[Sequence[str]], None] = _nothing,
    ) -> None:
        """Take the centers, the spool, and the orders in force; ``check_now`` probes targets at once."""
        self._centers = centers
        self._spool = spool
        self._apply = apply
        self._clock = clock
        self._check_now = check_now
        self._sent_certificates: set[str] = set()
        self._most = _MOST
        self._wait = FIRST_WAIT
        self._problem = ""
        self._failing_since = 0.0
        self.revision = ""

    async def run(self) -> None:
        """Exchange until cancelled."""
        while True:
            try:
                await self._find_center()
                await self._exchange()
            except RefusedError as error:
                await self._refused(error)
            except (CenterError, WireError) as error:
                await self._failed(str(error))
            else:
                await self._succeeded()

    async def _find_center(self) -> None:
        """Find a center that answers, after a failure."""
        within = PATIENCE if self._searches else LONGEST_WAIT
        if self._problem and not await self._centers.find(within):
            raise CenterError(self._problem)

    @property
    def _searches(self) -> bool:
        return self._clock.monotonic() - self._failing_since < SEARCH_FOR

    async def _exchange(self) -> None:
        """Send what waits, also nothing, and fetch the orders if they have changed."""
        waiting = await self._spool.take(self._most, _MOST_BYTES)
        receipt = await self._send(waiting)
        await self._spool.done()
        if not receipt.leads and await self._centers.find_other():
            self._sent_certificates.clear()
        if receipt.revision != self.revision:
            body = await self._centers.orders(self.revision)
            if body is not None:
                self.revision = await self._apply(body)
        self._check_now(receipt.check_now)

    async def _send(self, waiting: SpooledAnswers) -> Receipt:
        """Return the receipt of the center once it has taken the answers."""
        for _ in range(2):
            fresh = {
                name: der for name, der in waiting.certificates.items() if name not in self._sent_certificates
            }
            body = write_answers(
                waiting.answers,
                fresh,
                self._clock.now(),
                spooled=max(0, self._spool.count - len(waiting.answers)),
                dropped=self._spool.dropped,
            )
            receipt = await self._centers.answers(body)
            self._sent_certificates |= fresh.keys()
            if not receipt.missing:
                return receipt
            self._sent_certificates.difference_update(receipt.missing)
        raise RefusedError("the center asks for certificates that are not here")

    async def _refused(self, error: RefusedError) -> None:
        """Send less, down to the one answer that is refused; it is dropped where the center takes others."""
        waiting = await self._spool.take(self._most, _MOST_BYTES)
        if len(waiting.answers) > 1:
            self._most = 1
        elif waiting.answers and await self._takes_documents():
            event(log, "the center refuses an answer; it is dropped", level=logging.WARNING, why=str(error))
            await self._spool.drop()
        else:
            await self._failed(str(error))

    async def _takes_documents(self) -> bool:
        """Return whether the center takes a document without answers: one of another version takes none."""
        try:
            await self._send(SpooledAnswers((), {}))
        except (CenterError, WireError):
            return False
        return True

    async def _failed(self, why: str) -> None:
        if why != self._problem:
            event(log, "no center takes answers; they are spooled", level=logging.WARNING, why=why)
        if not self._problem:
            self._failing_since = self._clock.monotonic()
        self._problem = why
        self._sent_certificates.clear()  # another center may not have them, nor this one after a restart
        await asyncio.sleep(self._wait * uniform(0.5, 1))  # noqa: S311 - many agents must not come at once
        if not self._searches:
            self._wait = min(2 * self._wait, LONGEST_WAIT)

    async def _succeeded(self) -> None:
        if self._problem:
            event(log, "a center takes answers again", center=self._centers.url, spooled=self._spool.count)
        self._problem, self._wait = "", FIRST_WAIT
        self._most = min(2 * self._most, _MOST)
        if self._spool.count:
            return
        self._spool.filled.clear()
        try:
            async with asyncio.timeout(PRESENT_EVERY):
                await self._spool.filled.wait()
        except TimeoutError:
            return
