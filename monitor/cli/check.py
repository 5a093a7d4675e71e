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
from typing import TYPE_CHECKING

from monitor.assess import PathFinder, correlate
from monitor.cli.cli_targets import CommandLineTarget, cli_targets, configuration
from monitor.cli.output import say
from monitor.cli.overrides import policy_changes, with_policy
from monitor.cli.report import ReportElement, as_json, elements, exit_code
from monitor.cli.table import table
from monitor.clock import SystemClock
from monitor.model import (
    Batch,
    Clock,
    FailureReason,
    Finding,
    Observation,
    Policy,
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
from monitor.sources.anchors import TrustStoreLoader
from monitor.sources.registry import sources

if TYPE_CHECKING:
    from rich.progress import Progress

    from monitor.config import Config

AT_ONCE = 300
EVERY = timedelta(hours=1)
"""A batch needs an interval; this one runs only once."""

MANY = 5
"""The number of targets from which a progress bar is shown."""


def check(arguments: argparse.Namespace) -> int:
    """Probe every target and return the exit code."""
    changes = policy_changes(arguments)
    config, clock = configuration(arguments), SystemClock()
    typed, unreachable = cli_targets(arguments, config)
    typed = [replace(one, target=with_policy(one.target, changes)) for one in typed]
    found = [*asyncio.run(_probe(typed, clock, config)), *unreachable]
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

    def results_dropped(self, number: int) -> None:
        pass


class _Record:
    """A recorder that keeps only the bytes of certificates: everything else is on the board."""

    def __init__(self) -> None:
        self.seen: dict[str, bytes] = {}

    async def record(self, states: Sequence[TargetState], observations: Mapping[str, Observation]) -> None:
        del states
        for observation in observations.values():
            self.seen |= observation.result.ders


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


async def _probe(
    typed: Sequence[CommandLineTarget], clock: Clock, config: "Config | None"
) -> list[ReportElement]:
    probes = _Probes(clock)
    snapshot = await probes.snapshot([one.target for one in typed])
    if any(policy.revocation or policy.renewal_information for policy in _policies(snapshot)):
        from monitor.cli.revocation import RevocationLookup  # noqa: PLC0415 - loads an HTTP client

        lookup = RevocationLookup(config, probes.resolver, probes.trust_stores.anchors, clock)
        snapshot = await lookup.resolve(snapshot, probes.record.seen)
    states, shared = snapshot.states, correlate(snapshot, clock.now())
    return [
        element
        for one in typed
        for element in elements(
            one.text, _with(states[one.target.id], shared.get(one.target.id, ())), split=one.split
        )
    ]


def _policies(snapshot: Snapshot) -> Iterator[Policy]:
    return (state.target.policy for state in snapshot)


def _with(state: TargetState, shared: tuple[Finding, ...]) -> TargetState:
    """Return a state with its correlated findings added."""
    if not shared:
        return state
    return replace(state, assessment=replace(state.assessment, findings=state.assessment.findings + shared))


async def probe_targets(wanted: Sequence[Target], clock: Clock) -> Mapping[str, TargetState]:
    """Return the state of each target, by id, after one probe of it; no issuer is asked."""
    return (await _Probes(clock).snapshot(wanted)).states


class _Probes:
    """One probe of each target, and what it takes."""

    def __init__(self, clock: Clock) -> None:
        self.resolver, self.record = Resolver(), _Record()
        self.trust_stores = TrustStoreCache(TrustStoreLoader().anchors, clock)
        self._clock = clock

    async def snapshot(self, wanted: Sequence[Target]) -> Snapshot:
        """Return all that is known after the probes."""
        targets = tuple({target.id: target for target in wanted}.values())
        board = Board()
        board.replace(TargetState(target) for target in targets)
        with _progress(len(targets)) as progress:
            kinds = sources(self.resolver, {target.kind for target in targets})
            counted = {kind: _Counted(source, progress) for kind, source in kinds.items()}
            services = PipelineServices(
                InProcessRunner(counted, Gate(self._clock, in_flight=AT_ONCE, per_second=0), self._clock),
                self.trust_stores.anchors,
                Judge(PathFinder()),
                self.record,
                board,
                self._clock,
                _NoTally(),
            )
            await Pipeline(services).run(Batch("check", EVERY, tuple(target.request for target in targets)))
        return board.snapshot


@contextlib.contextmanager
def _progress(count: int) -> Iterator["Progress | None"]:
    """Show a progress bar on standard error if it is a terminal and there are many targets."""
    if count < MANY or not sys.stderr.isatty():
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
