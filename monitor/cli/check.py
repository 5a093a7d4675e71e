"""``cert-monitor check``: look once, through the same main path as the daemon, and say what is found.

It keeps its record in memory and never opens the daemon's.
"""

import argparse
import asyncio
import contextlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from monitor import __version__
from monitor.assess import PathFinder
from monitor.cli.report import Element, as_json, elements, exit_code
from monitor.cli.table import print_table
from monitor.cli.typed import Typed, typed_targets
from monitor.cycle import Board, Cycle, Gate, Judge, Services, Trusted
from monitor.model import Batch, Clock, Reason, Seen, Source, SystemClock, Target
from monitor.sources import AnchorShelf, Resolver, sources
from monitor.store import Store

AT_ONCE = 300
MANY = 5
"""From how many targets a progress bar is worth its line."""


def check(arguments: argparse.Namespace) -> int:
    """Look at every target and return the exit code."""
    typed = typed_targets(arguments)
    clock = SystemClock()
    found = asyncio.run(_look(typed, clock))
    if arguments.format == "json":
        print(as_json(found, clock.now()))
    else:
        print_table(found, clock.now())
    return exit_code(found)


@dataclass(slots=True)
class _NoTally:
    """Count nothing: a single check has no metrics of its own."""

    def look_failed(self, kind: str, reason: Reason) -> None:
        pass

    def started_late(self, lag: object) -> None:
        pass

    def store_failed(self) -> None:
        pass


class _Counted:
    """Tell a progress bar about every look that ends."""

    def __init__(self, source: Source, progress: Progress | None) -> None:
        self._source = source
        self._progress = progress

    async def look(self, target: Target) -> Seen:
        try:
            return await self._source.look(target)
        finally:
            if self._progress is not None:
                self._progress.advance(self._progress.task_ids[0])


async def _look(typed: Sequence[Typed], clock: Clock) -> list[Element]:
    targets = tuple({one.target.id: one.target for one in typed}.values())
    board, trusted, resolver = Board(), Trusted(AnchorShelf().anchors, clock), Resolver()
    board.replace(board.state(target) for target in targets)
    store = await Store.open("sqlite://", app_version=__version__)
    try:
        with _progress(len(targets)) as progress:
            looking = {kind: _Counted(source, progress) for kind, source in sources(resolver).items()}
            services = Services(
                looking,
                trusted.anchors,
                Judge(PathFinder()),
                store,
                board,
                Gate(clock, in_flight=AT_ONCE, per_second=0),
                clock,
                _NoTally(),
            )
            await Cycle(services).run(Batch("check", targets[0].policy.interval, targets))
    finally:
        await store.close()
    states = board.snapshot.states
    return [
        element for one in typed for element in elements(one.text, states[one.target.id], split=one.split)
    ]


@contextlib.contextmanager
def _progress(count: int) -> Iterator[Progress | None]:
    """Show a bar on a terminal when there are many targets; it goes to standard error."""
    if count < MANY or not sys.stderr.isatty():
        yield None
        return
    columns = (TextColumn("looking"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        progress.add_task("looking", total=count)
        yield progress
