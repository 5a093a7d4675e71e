"""Probe targets once, through the daemon's main path, for commands; results stay on a board in memory."""

import contextlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.assess import PathFinder
from monitor.model import (
    Batch,
    Clock,
    FailureReason,
    Observation,
    ProbeRequest,
    ProbeResult,
    Snapshot,
    Source,
    Target,
    TargetState,
)
from monitor.network.resolve import Resolver
from monitor.pipeline import Board, Judge, Pipeline, PipelineServices, TrustStoreCache
from monitor.probing import InProcessRunner, ProbeLimiter
from monitor.sources.anchors import TrustStoreLoader
from monitor.sources.registry import sources

if TYPE_CHECKING:
    from rich.progress import Progress

AT_ONCE = 300
EVERY = timedelta(hours=1)
"""A batch needs an interval; this one runs only once."""

MANY = 5
"""The number of targets from which a progress bar is shown."""


@dataclass(slots=True)
class _NoCounters:
    """Counters that count nothing: a single check has no metrics of its own."""

    def probe_failed(self, kind: str, reason: FailureReason) -> None:
        pass

    def started_late(self, lag: object) -> None:
        pass

    def store_failed(self) -> None:
        pass

    def results_dropped(self, number: int) -> None:
        pass


class _Record:
    """A recorder that keeps what is not on the board: bytes of certificates, and TLS versions by location."""

    def __init__(self) -> None:
        self.seen: dict[str, bytes] = {}
        self.tls_versions: dict[str, dict[str, str]] = {}

    async def record(self, states: Sequence[TargetState], observations: Mapping[str, Observation]) -> None:
        del states
        for target_id, observation in observations.items():
            self.seen |= observation.result.ders
            self.tls_versions[target_id] = dict(observation.result.tls_versions)


class _Counted:
    """A source that advances a progress bar after every probe."""

    def __init__(self, source: Source, progress: "Progress | None") -> None:
        self._source = source
        self._progress = progress

    async def probe(self, request: ProbeRequest) -> ProbeResult:
        try:
            return await self._source.probe(request)
        finally:
            if self._progress is not None:
                self._progress.advance(self._progress.task_ids[0])


async def probe_targets(wanted: Sequence[Target], clock: Clock) -> Mapping[str, TargetState]:
    """Return the state of each target, by id, after one probe of it; no issuer is asked."""
    return (await Probes(clock).snapshot(wanted)).states


class Probes:
    """One probe of each target, and what it takes."""

    def __init__(self, clock: Clock, *, quiet: bool = False) -> None:
        """Prepare probes, with a progress bar for many targets unless quiet."""
        self.resolver, self.record = Resolver(), _Record()
        self._many = sys.maxsize if quiet else MANY
        self.trust_stores = TrustStoreCache(TrustStoreLoader().anchors, clock)
        self.clock = clock

    async def snapshot(self, wanted: Sequence[Target]) -> Snapshot:
        """Return all that is known after the probes."""
        targets = tuple({target.id: target for target in wanted}.values())
        board = Board()
        board.replace(TargetState(target) for target in targets)
        with _progress(len(targets), self._many) as progress:
            kinds = sources(self.resolver, {target.kind for target in targets})
            counted = {kind: _Counted(source, progress) for kind, source in kinds.items()}
            services = PipelineServices(
                InProcessRunner(
                    counted, ProbeLimiter(self.clock, in_flight=AT_ONCE, per_second=0), self.clock
                ),
                self.trust_stores.anchors,
                Judge(PathFinder()),
                self.record,
                board,
                self.clock,
                _NoCounters(),
            )
            await Pipeline(services).run(Batch("check", EVERY, tuple(target.request for target in targets)))
        return board.snapshot


@contextlib.contextmanager
def _progress(count: int, many: int) -> Iterator["Progress | None"]:
    """Show a progress bar on standard error if it is a terminal and there are many targets."""
    if count < many or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415 - nothing to draw on otherwise
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("probing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        progress.add_task("probing", total=count)
        yield progress
