"""Probe endpoints through cert-monitor's real main path in this process and print the cost; see run.

Look, find the path, judge, record in an SQLite file, show on the board; and write the metrics of all
targets once a pass, as a scrape would.
"""

import asyncio
import json
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Any

from cost import Cost, memory, report

from monitor import __version__
from monitor.assess import PathFinder
from monitor.clock import SystemClock
from monitor.gc_tuning import tune_garbage_collector
from monitor.metrics import Exposition, OwnMetrics
from monitor.model import Policy, Severity, Target, TargetState
from monitor.network.resolve import Resolver
from monitor.pipeline import Board, Judge, Pipeline, PipelineServices, TrustStoreCache
from monitor.probing import InProcessRunner, ProbeLimiter
from monitor.probing.in_process import SLICE
from monitor.scheduler import batches
from monitor.sources.anchors import TrustStoreLoader
from monitor.sources.endpoint.settings import EndpointSettings
from monitor.sources.registry import sources
from monitor.store import Store


def targets_of(endpoints: list[str], ca: str, timeout: float = 10.0) -> tuple[Target, ...]:
    """Return the targets as a configuration would give them, all under one policy."""
    policy = Policy(trust=(ca,), timeout=timedelta(seconds=timeout))
    settings = [EndpointSettings(kind="endpoint", address=address) for address in endpoints]
    return tuple(one.target(policy) for one in settings)


def services_of(
    board: Board, store: Store, in_flight: int, per_second: float = 0, every: float = SLICE
) -> PipelineServices:
    """Return the services wired as the daemon does it; ``per_second`` of 0 means starts without a pace.

    ``every`` is after how many seconds results are recorded while other probes of their batch run.
    """
    clock, sources_by_kind = SystemClock(), sources(Resolver())
    limiter = ProbeLimiter(clock, in_flight=in_flight, per_second=per_second)
    return PipelineServices(
        InProcessRunner(sources_by_kind, limiter, clock, every),
        TrustStoreCache(TrustStoreLoader().anchors, clock).anchors,
        Judge(PathFinder()),
        store,
        board,
        clock,
        OwnMetrics(sources_by_kind),
    )


async def probe_all(pipeline: Pipeline, targets: tuple[Target, ...]) -> None:
    """Run all batches at once; the limiter bounds the probes."""
    await asyncio.gather(*[pipeline.run(batch) for batch in batches(targets)])


async def run(job: dict[str, Any]) -> Cost:
    """Warm up with a pass over all targets, then measure the passes that give the wanted number of probes."""
    targets = targets_of(job["endpoints"], job["ca"])
    board, exposition = Board(), Exposition()
    board.replace(TargetState(target) for target in targets)
    store = await Store.open(f"sqlite:///{Path(job['folder']) / 'state.db'}", app_version=__version__)
    pipeline = Pipeline(services_of(board, store, job["in_flight"], every=job.get("every", SLICE)))
    await probe_all(pipeline, targets)
    tune_garbage_collector()
    passes = max(1, round(job["probes"] / len(targets)))
    failed, start, before = 0, time.perf_counter(), getrusage(RUSAGE_SELF)
    for _ in range(passes):
        begun = datetime.now(UTC)
        await probe_all(pipeline, targets)
        for _piece in exposition.pieces(board.snapshot, datetime.now(UTC)):
            pass
        failed += sum(1 for state in board.snapshot if not _ok(state, begun))
    after, wall = getrusage(RUSAGE_SELF), time.perf_counter() - start
    await store.close()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(cpu, wall, memory(), passes * len(targets), failed)


def _ok(state: TargetState, since: datetime) -> bool:
    """Return whether a target was probed since then, is up, and has nothing wrong with it."""
    probed = state.probed_at is not None and state.probed_at >= since
    return probed and state.up is True and state.severity is Severity.OK


if __name__ == "__main__":
    report(asyncio.run(run(json.load(sys.stdin))))
