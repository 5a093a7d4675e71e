"""A worker's answers on their way: written, split to what the server accepts, and sent when it is there."""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from secrets import token_hex

from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext

from monitor.logs import event
from monitor.model import Clock, Failure, FailureReason, Message, Observation, ProbeResult
from monitor.probing import Answer
from monitor.wire import Order, write_answer, write_answers
from monitor.workers import texts
from monitor.workers.failures import RETRY_AFTER, reason
from monitor.workers.subjects import WORKER, answers_of

log = logging.getLogger(__name__)

_OWN_NAME = token_hex(8)
"""Tells this worker from others, for as long as it runs."""
Written = tuple[Mapping[str, object], Mapping[str, bytes]]


def written(orders: Mapping[str, Order], answers: Iterable[Answer]) -> list[Written]:
    """Return answers as data, each with the certificates that it names."""
    return [
        (write_answer(orders[request.target_id].key, request.location, seen), seen.result.ders)
        for request, seen in answers
    ]


def refused(target_id: str, key: str, clock: Clock) -> Mapping[str, object]:
    """Return the answer to an order that cannot be carried out."""
    return _failed(target_id, key, clock, texts.ORDER_UNKNOWN)


def _failed(target_id: str, key: str, clock: Clock, said: Message) -> Mapping[str, object]:
    result = ProbeResult(failures=(Failure(FailureReason.INTERNAL, said),))
    return write_answer(key, "", Observation(target_id, clock.now(), timedelta(0), result))


class AnswerSender:
    """Sends answers in messages that the server accepts; waits while it is away."""

    def __init__(self, client: Client, stream: JetStreamContext, zone: str, clock: Clock) -> None:
        """Take the connection, and the zone as which answers are sent."""
        self._client = client
        self._stream = stream
        self._subject = answers_of(zone)
        self._headers = {WORKER: _OWN_NAME}
        self._clock = clock

    async def send(self, answers: Sequence[Written]) -> None:
        """Return when all answers are on the server."""
        if not answers:
            return
        if len(self._document(answers)) <= self._client.max_payload:
            await self._publish(answers)
        elif len(answers) > 1:
            middle = len(answers) // 2
            await self.send(answers[:middle])
            await self.send(answers[middle:])
        else:
            [(answer, _)] = answers
            target_id, key = str(answer["id"]), str(answer["key"])
            await self.send([(_failed(target_id, key, self._clock, texts.ANSWER_TOO_LARGE), {})])

    def _document(self, answers: Sequence[Written]) -> bytes:
        certificates = {name: der for _, ders in answers for name, der in ders.items()}
        return write_answers([answer for answer, _ in answers], certificates, self._clock.now())

    async def _publish(self, answers: Sequence[Written]) -> None:
        while True:
            try:
                # Written anew each time: how long it waited here would look like a clock that is behind.
                body = self._document(answers)
                await self._stream.publish(self._subject, body, headers=self._headers)
            except (NatsError, OSError, TimeoutError) as error:
                if self._client.is_closed:
                    raise
                event(log, "answers wait", level=logging.WARNING, why=reason(error))
                await asyncio.sleep(RETRY_AFTER)
            else:
                return
