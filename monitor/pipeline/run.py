"""The main path: probe a batch, judge what was seen, record it in one transaction, show it.

    batch -> look -> judge -> record -> board

``check`` and the schedule call the same function. Nothing here raises for the outside world; a broken store
is counted and what could not be recorded is kept for the next time.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from monitor.errors import SystemBrokenError
from monitor.model import Anchors, Batch, Clock, FailureReason, Observation, Source, Target, TargetState
from monitor.pipeline.board import Board
from monitor.pipeline.gate import Gate
from monitor.pipeline.judge import Judge, unjudged
from monitor.pipeline.looks import ProbeBatch
from monitor.pipeline.probe_target import met_a_bug, probe

log = logging.getLogger(__name__)

SLICE = 0.5
"""Seconds after which the finished probes of a batch are recorded while slow ones still run: a
black-holed host delays nobody's result but its own."""


class Recorder(Protocol):
    """Record what was learned about some targets, all or nothing."""

    async def record(self, states: Sequence[TargetState], observations: Mapping[str, Observation]) -> None:
        """Write the states; raise ``SystemBrokenError`` when that is not possible now."""
        ...


class ProbeCounters(Protocol):
    """Count what happens, for the daemon's own metrics."""

    def probe_failed(self, kind: str, reason: FailureReason) -> None:
        """Count a failure of a probe."""
        ...

    def started_late(self, lag: timedelta) -> None:
        """Count how late a probe began."""
        ...

    def store_failed(self) -> None:
        """Count a write that was not possible."""
        ...


@dataclass(frozen=True, slots=True)
class PipelineServices:
    """Hold the lower services that a cycle works with."""

    sources: Mapping[str, Source]
    anchors: Callable[[tuple[str, ...]], Awaitable[Anchors]]
    judge: Judge
    store: Recorder
    board: Board
    gate: Gate
    clock: Clock
    tally: ProbeCounters


class Pipeline:
    """Take batches through the main path; a target is never probed twice at once."""

    def __init__(self, services: PipelineServices) -> None:
        """Take the services; the mutable state is which targets are busy and what is unrecorded."""
        self._do = services
        self._busy: set[str] = set()
        self._unrecorded: dict[str, tuple[TargetState, Observation]] = {}
        self.store_ok = True

    async def run(self, batch: Batch, due_at: datetime | None = None) -> None:
        """Probe every target of a batch and record the results; cancelling records what is finished."""
        free = [target for target in batch.targets if target.id not in self._busy]
        self._busy.update(target.id for target in free)
        probes = ProbeBatch(partial(self._probe, due_at=due_at), free, self._do.gate)
        try:
            while results := await probes.taken(SLICE):
                await self._settle(results)
        finally:
            if results := await probes.abandon():
                await self._settle(results)
            self._busy.difference_update(target.id for target in free)

    async def _probe(self, target: Target, due_at: datetime | None) -> Observation:
        if due_at is not None:
            self._do.tally.started_late(max(timedelta(0), self._do.clock.now() - due_at))
        return await probe(target, self._do.sources, self._do.clock)

    async def _settle(self, results: Sequence[tuple[Target, Observation]]) -> None:
        learned = {}
        for target, observation in results:
            learned[target.id] = entry = await self._judged(target, observation)
            for failure in entry[1].result.failures:
                self._do.tally.probe_failed(target.kind, failure.reason)
        self._do.board.put(state for state, _ in learned.values())
        # What was removed or defined anew during its probe is not brought back by the record either.
        shown = self._do.board.snapshot.states
        await self._record({name: entry for name, entry in learned.items() if shown.get(name) is entry[0]})

    async def _judged(self, target: Target, observation: Observation) -> tuple[TargetState, Observation]:
        previous = self._do.board.state(target)
        try:
            anchors = await self._do.anchors(previous.target.policy.trust)
            state = self._do.judge.observed(previous, observation, anchors, self._do.clock.now())
        except Exception as error:
            # Nobody else's result may be lost with it: a batch has hundreds.
            log.exception("judging %s ended in a bug of cert-monitor", target.id)
            observation = replace(observation, result=met_a_bug(error))
            state = unjudged(previous, observation)
        return state, observation

    async def _record(self, learned: Mapping[str, tuple[TargetState, Observation]]) -> None:
        waiting = {**self._unrecorded, **learned}
        try:
            await self._do.store.record(
                [state for state, _ in waiting.values()],
                {target_id: observation for target_id, (_, observation) in waiting.items()},
            )
        except SystemBrokenError as error:
            self._do.tally.store_failed()
            if self.store_ok:
                log.error("could not record, going on without: %s", error)  # noqa: TRY400 - said, not traced
            self._unrecorded.update(waiting)
            self.store_ok = False
        else:
            if not self.store_ok:
                log.info("recording works again")
            # Another batch may have failed meanwhile: only what was written now is done with.
            for target_id, entry in waiting.items():
                if target_id in learned or self._unrecorded.get(target_id) is entry:
                    self._unrecorded.pop(target_id, None)
            self.store_ok = not self._unrecorded
