"""The orders in force: probed at their times, each answer into the spool; kept on disk for the next start."""

import asyncio
import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from monitor.agent import texts
from monitor.agent.spool import Spooled
from monitor.agent.spool_thread import SpoolThread
from monitor.logs import event
from monitor.model import (
    Batch,
    Clock,
    Failure,
    FailureReason,
    Observation,
    ProbeRequest,
    ProbeResult,
)
from monitor.probing import Answer, BatchRunner
from monitor.scheduler import Scheduler, batches_of
from monitor.wire import Order, OrdersDocument, WireError, read_orders, write_answer

log = logging.getLogger(__name__)

MOST_NOW = 1000
"""Targets that a center may have probed beside the schedule at a time."""
_CHECKS_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class _Probed:
    """When an order was last carried out, and which one it was."""

    key: str
    probed_at: datetime | None


class OrdersInForce:
    """Carries out orders; the mutable state is which they are and when each was last carried out."""

    def __init__(self, runner: BatchRunner, spool: SpoolThread, clock: Clock, file: Path) -> None:
        """Take the prober, the receiver of answers, and the file that keeps the orders."""
        self._runner = runner
        self._spool = spool
        self._clock = clock
        self._file = file
        self._orders: Mapping[str, Order] = {}
        self._probed: dict[str, _Probed] = {}
        self._busy: set[str] = set()
        self._checks: set[asyncio.Task[None]] = set()
        self.schedule = Scheduler(self._run, clock)

    async def resume(self) -> str:
        """Carry out the orders of before the start; return their revision, empty without any."""
        try:
            body = await self._spool.run(self._file.read_bytes)
            return await self._use(await self._spool.run(read_orders, body))
        except FileNotFoundError:
            return ""
        except (OSError, WireError) as error:
            event(log, "the orders of before cannot be used", level=logging.WARNING, why=str(error))
            return ""

    async def apply(self, body: bytes) -> str:
        """Carry out a document of orders from now on; return its revision, raise ``WireError``."""
        # On a thread: reading a hundred thousand orders would hold up the probes that are under way.
        document = await self._spool.run(read_orders, body)
        try:
            await self._spool.run(self._keep, body)
        except OSError as error:
            event(log, "the orders cannot be kept for the next start", level=logging.WARNING, why=str(error))
        return await self._use(document)

    def check_now(self, target_ids: Sequence[str]) -> None:
        """Probe targets beside the schedule; those that are just being probed are left to that."""
        found = [self._orders[one].request for one in target_ids[:MOST_NOW] if one in self._orders]
        free = tuple(one for one in found if one.target_id not in self._busy)
        if free and len(self._checks) < _CHECKS_AT_ONCE:
            task = asyncio.create_task(self._run(Batch("check now", timedelta(0), free), self._clock.now()))
            self._checks.add(task)
            task.add_done_callback(self._checks.discard)

    async def stop(self) -> None:
        """End the schedule and what is probed beside it."""
        await self.schedule.stop()
        for task in self._checks:
            task.cancel()
        await asyncio.gather(*self._checks, return_exceptions=True)

    def _keep(self, body: bytes) -> None:
        part = self._file.with_suffix(".part")
        part.write_bytes(body)
        os.replace(part, self._file)  # noqa: PTH105 - Path.replace does the same

    async def _use(self, document: OrdersDocument) -> str:
        self._orders = {order.request.target_id: order for order in document.orders}
        self._probed = {
            name: known
            for name, known in self._probed.items()
            if name in self._orders and known.key == self._orders[name].key
        }
        planned = batches_of((order.request, order.interval) for order in document.orders)
        await self.schedule.plan(planned, self._probed)
        if document.refused:
            await self._say_refused(document)
        event(log, "orders in force", targets=len(self._orders), refused=len(document.refused))
        return document.revision

    async def _say_refused(self, document: OrdersDocument) -> None:
        """Answer the orders that this version cannot carry out with the reason."""
        now = self._clock.now()
        answers: list[Spooled] = []
        for one in document.refused:
            said = texts.order_unknown(problem=one.why)
            result = ProbeResult(failures=(Failure(FailureReason.INTERNAL, said),))
            observation = Observation(one.target_id, now, timedelta(0), result)
            answers.append((write_answer(one.key, "", observation), {}))
        await self._spool.append(answers)

    async def _run(self, batch: Batch, _due_at: datetime) -> None:
        free = [one for one in batch.requests if one.target_id not in self._busy]
        self._busy.update(one.target_id for one in free)
        try:
            await self._runner.run(batch.id, free, self._take, None)
        finally:
            self._busy.difference_update(one.target_id for one in free)

    async def _take(self, answers: Sequence[Answer]) -> None:
        written = [found for answer in answers if (found := self._written(*answer))]
        await self._spool.append(written)

    def _written(self, request: ProbeRequest, observation: Observation) -> Spooled | None:
        order = self._orders.get(request.target_id)
        if order is None or order.request != request:
            return None  # it has been ordered otherwise meanwhile
        self._probed[request.target_id] = _Probed(order.key, observation.started_at)
        return write_answer(order.key, request.location, observation), observation.result.ders
