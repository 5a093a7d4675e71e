"""Answers of a zone's agent: accepted ones are judged as every probe is, the others are counted."""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from monitor.logs import RareEvents
from monitor.model import Clock, TargetState
from monitor.parse import display
from monitor.pipeline.board import Board
from monitor.pipeline.run import Pipeline
from monitor.pipeline.zone_certificates import DerStore, ZoneCertificates
from monitor.probing import Answer
from monitor.threads import ThreadPool
from monitor.wire import AnswersDocument, WireError, by_our_clock, order_key, read_answer

log = logging.getLogger(__name__)

ANSWERED, OUTDATED, REFUSED = "answered", "outdated", "refused"
RESULTS = (ANSWERED, OUTDATED, REFUSED)
"""The result for an answer: accepted, about an order that has changed since, or refused."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of answers; with any certificate in ``missing``, nothing."""

    missing: tuple[str, ...] = ()
    results: Mapping[str, int] = field(default_factory=dict)


class ZoneAnswers:
    """Takes the documents of agents, one after the other for each zone."""

    def __init__(self, board: Board, pipeline: Pipeline, store: DerStore, clock: Clock) -> None:
        """Take the board, the pipeline, and the store of certificates."""
        self._board = board
        self._pipeline = pipeline
        self._clock = clock
        self._certificates = ZoneCertificates(store)
        self._rarely = RareEvents(log, clock.monotonic)
        self._turns: dict[str, asyncio.Lock] = {}
        self._reading = ThreadPool("answers of agents", 1)

    def state_of(self, target_id: str) -> TargetState | None:
        """Return the state of a target."""
        return self._board.snapshot.states.get(target_id)

    async def take(self, zone: str, document: AnswersDocument, offset: timedelta) -> Taken:
        """Take answers whose sender's clock is off by ``offset``; raise ``WireError`` for too many bytes."""
        async with self._turns.setdefault(zone, asyncio.Lock()):
            ders = await self._certificates.found(document.named(), document.certificates)
            if missing := document.missing(lambda _: ders):
                return Taken(missing)
            answers, results = await self._reading.run(self._read, zone, document, ders, offset)
            for _, observation in answers:
                self._certificates.keep(observation.result.ders)
            await self._pipeline.take(zone, answers)
            return Taken(results=results)

    def _read(
        self, zone: str, document: AnswersDocument, ders: Mapping[str, bytes], offset: timedelta
    ) -> tuple[list[Answer], Mapping[str, int]]:
        answers: list[Answer] = []
        results: Counter[str] = Counter()
        for data in document.answers:
            try:
                found = self._answer(zone, data, ders, offset)
            except WireError as error:
                results[REFUSED] += 1
                self._say(zone, data, error)
                continue
            if found is None:
                results[OUTDATED] += 1
            else:
                answers.append(found)
                results[ANSWERED] += 1
        return answers, results

    def _say(self, zone: str, data: Mapping[str, Any], error: WireError) -> None:
        name = data.get("id")
        about = display(name) if isinstance(name, str) else ""
        said = "answers of an agent are not believed"
        self._rarely.event(said, zone, level=logging.WARNING, zone=zone, target=about, why=str(error))

    def _answer(
        self, zone: str, data: Mapping[str, Any], ders: Mapping[str, bytes], offset: timedelta
    ) -> Answer | None:
        """Return an answer by our clock, ``None`` for one to an order that is no longer given."""
        target_id = data.get("id")
        known = self._board.snapshot.states.get(target_id) if isinstance(target_id, str) else None
        if known is None:
            return None
        if known.target.zone != zone:
            raise WireError("the answer is about the target of another zone")
        request = known.target.request
        if data.get("key") != order_key(request):
            return None
        observation = read_answer(data, request, ders.get)
        return request, by_our_clock(observation, offset, self._clock.now())
