"""``cert-monitor check``: probe targets once, through the daemon's main path, and print the results.

The results stay on a board in memory; it never opens the daemon's store.
"""

import argparse
import asyncio
import contextlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from monitor.assess import PathFinder, correlate
from monitor.cli.cli_targets import CommandLineTarget, cli_targets, configuration
from monitor.cli.output import say
from monitor.cli.report import ReportElement, as_json, elements, exit_code
from monitor.cli.revocation import Bytes, RevocationLookup
from monitor.cli.table import table
from monitor.clock import SystemClock
from monitor.config import Config
from monitor.model import (
    Batch,
    Clock,
    FailureReason,
    Finding,
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
from monitor.probing import Gate, InProcessRunner
from monitor.sources import TrustStoreLoader, sources

AT_ONCE = 300
EVERY = timedelta(hours=1)
"""A batch needs an interval; this one runs only once."""

MANY = 5
"""The number of targets from which a progress bar is shown."""


def check(arguments: argparse.Namespace) -> int:
    """Probe every target and return the exit code."""
    typed, unreachable = cli_targets(arguments)
    clock = SystemClock()
    found = [*asyncio.run(_probe(typed, clock, configuration(arguments))), *unreachable]
    form = as_json if arguments.format == "json" else table
    say(form(found, clock.now()))
    return exit_code(found)


@dataclass(slots=True)
class _NoTally:
    """Counters that count nothing: a single check has no metrics of its own."""

    def probe_failed(self, kind: str, reason: FailureReason) -> None:
        pass

    def started_late(self, lag: object) -> None:
        pass

    def store_failed(self) -> None:
        pass


class _Record:
    """A recorder that keeps only the bytes of certificates: everything else is on the board."""

    def __init__(self) -> None:
        self.seen = Bytes()

    async def record(self, states: Sequence[TargetState], observations: Mapping[str, Observation]) -> None:
        del states
        for observation in observations.values():
            self.seen.add(observation.result.ders)


class _Counted:
    """A source that advances a progress bar after every probe."""

    def __init__(self, source: Source, progress: Progress | None) -> None:
        self._source = source
        self._progress = progress

    async def probe(self, request: ProbeRequest) -> ProbeResult:
        try:
            return await self._source.probe(request)
        finally:
            if self._progress is not None:
                self._progress.advance(self._progress.task_ids[0])


async def _probe(typed: Sequence[CommandLineTarget], clock: Clock, config: Config) -> list[ReportElement]:
    snapshot = await _snapshot([one.target for one in typed], clock, config)
    states, shared = snapshot.states, correlate(snapshot, clock.now())
    return [
        element
        for one in typed
        for element in elements(
            one.text, _with(states[one.target.id], shared.get(one.target.id, ())), split=one.split
        )
    ]


def _with(state: TargetState, shared: tuple[Finding, ...]) -> TargetState:
    """Return a state with its correlated findings added."""
    if not shared:
        return state
    return replace(state, assessment=replace(state.assessment, findings=state.assessment.findings + shared))


async def probe_targets(wanted: Sequence[Target], clock: Clock) -> Mapping[str, TargetState]:
    """Return the state of each target, by id, after one probe of it; no issuer is asked."""
    return (await _snapshot(wanted, clock)).states


async def _snapshot(wanted: Sequence[Target], clock: Clock, config: Config | None = None) -> Snapshot:
    """Return all that is known after one probe of each target, and what issuers say if there is a config."""
    targets = tuple({target.id: target for target in wanted}.values())
    board, trust_stores, resolver = Board(), TrustStoreCache(TrustStoreLoader().anchors, clock), Resolver()
    record = _Record()
    board.replace(TargetState(target) for target in targets)
    with _progress(len(targets)) as progress:
        sources_by_kind = {kind: _Counted(source, progress) for kind, source in sources(resolver).items()}
        services = PipelineServices(
            InProcessRunner(sources_by_kind, Gate(clock, in_flight=AT_ONCE, per_second=0), clock),
            trust_stores.anchors,
            Judge(PathFinder()),
            record,
            board,
            clock,
            _NoTally(),
        )
        await Pipeline(services).run(Batch("check", EVERY, tuple(target.request for target in targets)))
    if config is None:
        return board.snapshot
    return await RevocationLookup(config, resolver, trust_stores.anchors, clock).resolve(
        board.snapshot, record.seen
    )


@contextlib.contextmanager
def _progress(count: int) -> Iterator[Progress | None]:
    """Show a progress bar on standard error if it is a terminal and there are many targets."""
    if count < MANY or not sys.stderr.isatty():
        yield None
        return
    columns = (TextColumn("probing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        progress.add_task("probing", total=count)
        yield progress
