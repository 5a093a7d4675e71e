"""Read the answers of workers: those to orders that wait, of the worker's zone, in times of our clock."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model import Clock, Observation, ProbeRequest, TargetState
from monitor.probing import Answer
from monitor.wire import AnswersDocument, WireError, by_our_clock, clock_offset, read_answer, read_answers
from monitor.workers.nats_exchange import Arrival
from monitor.workers.pending_orders import PendingOrders

ANSWERED, OUTDATED, REFUSED, UNANSWERED = "answered", "outdated", "refused", "unanswered"
Known = Callable[[ProbeRequest], TargetState | None]
Believed = list[tuple[PendingOrders, list[Answer]]]


@dataclass(frozen=True, slots=True)
class AnswerReader:
    """Reads the answers of workers.

    ``known`` returns the state of a target. ``refused`` is called with zone, target and reason for an answer
    that is not believed.
    """

    known: Known
    clock: Clock
    refused: Callable[[str, str, WireError], None]

    def read(
        self, zone: str, arrival: Arrival, waiting: Mapping[str, PendingOrders]
    ) -> tuple[Believed, Counter[str]]:
        """Return the answers by the orders that wait for them, and how many were taken, outdated and refused.

        One that is refused costs no other one of its message. Raises ``WireError`` for what is no document of
        answers.
        """
        document = read_answers(arrival.body)
        offset = clock_offset(document.sent_at, arrival.sent_at)
        found: dict[int, tuple[PendingOrders, list[Answer]]] = {}
        results: Counter[str] = Counter()
        for data in document.answers:
            name = data.get("id")
            orders = waiting.get(name) if isinstance(name, str) else None
            if orders is None:
                results[OUTDATED] += 1
                continue
            result, answer = self._judged(zone, data, orders, document, offset)
            results[result] += 1
            if answer is not None:
                found.setdefault(id(orders), (orders, []))[1].append(answer)
        return list(found.values()), results

    def _judged(
        self,
        zone: str,
        data: Mapping[str, object],
        orders: PendingOrders,
        document: AnswersDocument,
        offset: timedelta,
    ) -> tuple[str, Answer | None]:
        """Return the result of checking an answer, and the answer where it is accepted."""
        if orders.zone != zone:
            return REFUSED, None
        request = orders.request_of(data)
        if request is None:
            return OUTDATED, None  # another worker was faster, or it is ordered otherwise by now
        now = self.clock.now()
        try:
            seen = _by_our_clock(read_answer(data, request, document.certificates.get), offset, now)
        except WireError as error:
            self.refused(zone, request.target_id, error)
            return REFUSED, None
        if _is_outdated(self.known(request), seen, now):
            return OUTDATED, None
        return ANSWERED, (request, seen)


def _by_our_clock(observation: Observation, offset: timedelta, now: datetime) -> Observation:
    """Return what was seen, in a time of our clock; that of the NATS server may be ahead of it."""
    try:
        offset = min(offset, now - observation.duration - observation.started_at)
    except OverflowError:
        raise WireError("the time of an answer is beyond the calendar") from None
    return by_our_clock(observation, offset, now)


def _is_outdated(known: TargetState | None, seen: Observation, now: datetime) -> bool:
    """Return whether a worker that was frozen sends what it saw before the last probe."""
    at = known.probed_at if known is not None else None
    return at is not None and seen.started_at <= at <= now
