"""The main path: probe a batch, judge the results, publish them and record them in one transaction.

    batch -> probe -> take: judge -> board -> record

``check`` and the scheduler call the same function. Nothing here raises for failures of other systems; errors
of the store are counted, and what could not be recorded is kept for the next attempt.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from monitor.errors import SystemBrokenError
from monitor.logs import event
from monitor.model import (
    Anchors,
    Batch,
    Clock,
    FailureReason,
    Message,
    Observation,
    ProbeRequest,
    TargetState,
)
from monitor.pipeline.board import Board
from monitor.pipeline.judge import Judge, unjudged
from monitor.pipeline.own_problems import OwnProblems
from monitor.pipeline.unrecorded import Learned, UnrecordedResults
from monitor.probing import Answer, BatchRunner, internal_failure

log = logging.getLogger(__name__)

_TURN = 0.05
"""Seconds that judging may keep the loop: answers of others may have very many certificates."""
Keep = Callable[[Answer], bool]
"""Returns whether an answer is taken."""
HERE = ""
"""The zone of what this process probes itself."""


def _every(_answer: Answer) -> bool:
    """Take every answer."""
    return True


class Recorder(Protocol):
    """A store that records target states atomically."""

    async def record(self, states: Sequence[TargetState], observations: Mapping[str, Observation]) -> None:
        """Write the states; raise ``SystemBrokenError`` when the store does not work."""
        ...


class ProbeCounters(Protocol):
    """Counters for the daemon's own metrics."""

    def probe_failed(self, kind: str, reason: FailureReason) -> None:
        """Count a failure of a probe."""
        ...

    def started_late(self, lag: timedelta) -> None:
        """Count how late a probe started."""
        ...

    def store_failed(self) -> None:
        """Count a failed write."""
        ...

    def results_dropped(self, number: int) -> None:
        """Count results that will not be recorded."""
        ...


@dataclass(frozen=True, slots=True)
class PipelineServices:
    """The services that the main path uses; ``zones`` are those that the runner probes as well."""

    runner: BatchRunner
    anchors: Callable[[tuple[str, ...]], Awaitable[Anchors]]
    judge: Judge
    store: Recorder
    board: Board
    clock: Clock
    counters: ProbeCounters
    zones: Sequence[str] = ()


class Pipeline:
    """The main path for batches; a target is never probed twice at once."""

    def __init__(self, services: PipelineServices) -> None:
        """Prepare to use these services; the mutable state is the busy targets and unrecorded results."""
        self._do = services
        self._busy: set[str] = set()
        self._unrecorded = UnrecordedResults()
        self._own_problems = OwnProblems(services.clock)
        self._dropped = 0
        self.store_ok = True

    @property
    def own_problem(self) -> Message | None:
        """Return why targets could not be probed lately for no fault of their own, ``None`` if they were."""
        return self._own_problems.last

    async def run(self, batch: Batch, due_at: datetime | None = None, keep: Keep = _every) -> None:
        """Probe every target of a batch and record the results; if cancelled, record those finished.

        Targets of zones are left to their agents: their addresses are those of other machines here. Answers
        that ``keep`` refuses are dropped as if nothing had been probed.
        """
        free = [one for one in batch.requests if one.target_id not in self._busy and self._is_here(one)]
        self._busy.update(request.target_id for request in free)
        try:
            # No expiry: a batch that waits long is still the next probe of its targets.
            await self._do.runner.run(batch.id, free, partial(self._probed_here, due_at, keep), None)
        finally:
            self._busy.difference_update(request.target_id for request in free)

    def _is_here(self, request: ProbeRequest) -> bool:
        known = self._do.board.state(request)
        return known is None or known.target.zone in (HERE, *self._do.zones)

    async def _probed_here(self, due_at: datetime | None, keep: Keep, answers: Sequence[Answer]) -> None:
        answers = [answer for answer in answers if keep(answer)]
        if due_at is not None:
            for _, observation in answers:
                self._do.counters.started_late(max(timedelta(0), observation.started_at - due_at))
        by_zone: dict[str, list[Answer]] = {}
        for answer in answers:
            known = self._do.board.state(answer[0])
            by_zone.setdefault(HERE if known is None else known.target.zone, []).append(answer)
        for zone, several in by_zone.items():
            await self.take(zone, several)

    async def take(self, zone: str, answers: Sequence[Answer]) -> None:
        """Judge the answers of a zone, publish and record them; one call at a time for each zone.

        Answers about targets that were removed, were reconfigured or belong to another zone are dropped. So
        are repeated and outdated answers from other zones, which may be delivered more than once.
        """
        several: dict[str, Answer] = {}
        for answer in answers:
            target_id = answer[0].target_id
            if target_id in several:
                await self._publish(zone, several.values())
                several = {}
            several[target_id] = answer
        await self._publish(zone, several.values())

    async def _publish(self, zone: str, answers: Iterable[Answer]) -> None:
        learned, before, begun = {}, {}, self._do.clock.monotonic()
        for request, observation in answers:
            if self._do.clock.monotonic() - begun > _TURN:
                await asyncio.sleep(0)
                begun = self._do.clock.monotonic()
            known = self._do.board.state(request)
            if known is None or known.target.zone != zone:
                continue
            if zone != HERE and _stale(known, observation, self._do.clock.now()):
                continue
            before[request.target_id] = known
            learned[request.target_id] = entry = await self._judged(known, observation)
            for failure in entry[1].result.failures:
                self._do.counters.probe_failed(request.settings.kind, failure.reason)
            if zone in (HERE, *self._do.zones):
                self._own_problems.note(request.target_id, entry[1].result.failures)
        if not learned:
            return
        self._do.board.put(state for state, _ in learned.values())
        # Targets that were removed or reconfigured meanwhile must not be restored by the record either.
        shown = self._do.board.snapshot.states
        current = {name: entry for name, entry in learned.items() if shown.get(name) is entry[0]}
        await self._record(current, before)

    async def _judged(self, known: TargetState, observation: Observation) -> tuple[TargetState, Observation]:
        try:
            anchors = await self._do.anchors(known.target.policy.trust)
            state = self._do.judge.observed(known, observation, anchors, self._do.clock.now())
        except Exception as error:
            # One error must not lose the results of the hundreds of other targets in the batch.
            log.exception("judging %s failed with a bug of cert-monitor", known.target.id)
            observation = replace(observation, result=internal_failure(error))
            state = unjudged(known, observation)
        return state, observation

    async def flush(self) -> None:
        """Record the results that wait for the store, a part at a time, as long as that works."""
        while self._unrecorded and await self._record({}, {}):
            pass

    async def _record(self, learned: Learned, before: Mapping[str, TargetState]) -> bool:
        """Record new states and some that wait to be recorded; return whether that worked."""
        some = self._unrecorded.some(self._do.board.snapshot.states)
        writing = {**some, **learned}
        try:
            await self._do.store.record(
                [state for state, _ in writing.values()],
                {target_id: observation for target_id, (_, observation) in writing.items()},
            )
        except SystemBrokenError as error:
            self._do.counters.store_failed()
            if self.store_ok:
                log.error("could not record the results, continuing without: %s", error)  # noqa: TRY400 - no traceback
            self.store_ok = False
            dropped = self._unrecorded.keep(learned, before)
            self._dropped += dropped
            self._do.counters.results_dropped(dropped)
            return False
        # Another batch may have failed meanwhile: only what was written now waits no more.
        self._unrecorded.written(learned, some)
        if not self.store_ok and not self._unrecorded:
            event(log, "results are recorded again", dropped=self._dropped)
            self._dropped = 0
        self.store_ok = not self._unrecorded
        return True


def _stale(known: TargetState, observation: Observation, now: datetime) -> bool:
    """Return whether an answer is a repeat, or older than the known state.

    The known state may be in the future, because a clock was wrong: then any other time counts as newer.
    """
    at = known.probed_at
    return at is not None and (observation.started_at == at or observation.started_at < at <= now)
