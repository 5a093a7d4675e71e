"""Servers and files are hostile (noise, halves, floods, fuzzed certificates); others are judged on time."""

import asyncio
import random
import shutil
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from monitor.assess import PathFinder
from monitor.clock import SystemClock
from monitor.delivery.outbox import after_attempt
from monitor.delivery.receiver import ACCEPTED
from monitor.dialects import DIALECTS
from monitor.metrics import Exposition, OwnMetrics
from monitor.model import Anchor, Anchors, Batch, FailureReason, Policy, Severity, Target, TargetState
from monitor.network.resolve import Resolver
from monitor.parse import parse_certificate
from monitor.pipeline import Board, Judge, Pipeline, PipelineServices
from monitor.pipeline.alert_pass import AlertPass
from monitor.probing import InProcessRunner, ProbeLimiter
from monitor.sources.endpoint.settings import EndpointSettings
from monitor.sources.files.settings import FilesSettings
from monitor.sources.registry import sources
from monitor.store import Store
from support.campaigns.campaign import BrokenError, Round, Run, require
from support.campaigns.hostile_servers import hostile
from support.campaigns.mutations import file_of_junk
from support.pki import TODAY, authority, leaf
from support.servers.daemon.process import until
from support.servers.mail.servers import ADMIN, relay
from support.servers.tls.peers import listening, server_context, speaking_tls

HOSTILE, HONEST, FILES = 24, 6, 20
NAME = "recorder.example"
ROOT = authority(at=TODAY)
MIDDLE = authority("Test Intermediate", ROOT, at=TODAY)
LEAF = leaf(NAME, MIDDLE, at=TODAY)
HASTY = Policy(timeout=timedelta(seconds=1))
PATIENT = Policy(timeout=timedelta(seconds=20))
ON_TIME = 15.0
"""Seconds in which honest servers are judged beside hostile ones; on a quiet machine it takes some ms."""
WARM_UP = 20
"""Rounds after which memory counts: pools, caches and the allocator are filled by then."""
MEMORY = 48.0
"""MB that a run of any length may add after the warm-up, mostly by fragmentation."""
_PROTOCOLS = sorted(name for name, dialect in DIALECTS.items() if not dialect.datagrams)


async def servers(run: Run) -> None:
    """Probe hostile servers and files beside honest ones; nothing crashes, leaks or waits."""
    async with _world(run.folder) as world:
        memory = 0.0
        for one in run:
            await world.play(one)
            run.counts += world.counts
            world.counts.clear()
            shutil.rmtree(one.folder)
            if run.counts["rounds"] == WARM_UP:
                memory = _memory()
        if memory:
            more = _memory() - memory
            run.counts["MB of memory more"] = round(more)
            require(more < MEMORY, f"{more:.0f} MB of memory were added after the first {WARM_UP} rounds")


class _TimedBoard(Board):
    """Note when each target was shown last."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self.shown_at: dict[str, float] = {}

    def put(self, states: Iterable[TargetState]) -> None:
        """Replace states as a board does."""
        fresh = list(states)
        super().put(fresh)
        self.shown_at |= dict.fromkeys((state.target.id for state in fresh), time.monotonic())


@dataclass
class _World:
    board: _TimedBoard
    store: Store
    pipeline: Pipeline
    alert_pass: AlertPass
    exposition: Exposition = field(default_factory=Exposition)
    counts: Counter[str] = field(default_factory=Counter)
    open_files: int = 0

    async def play(self, one: Round) -> None:
        """Probe one crowd of servers and files, and judge, record, expose and mail what was seen."""
        async with AsyncExitStack() as stack:
            honest, crowd = await self._crowd(stack, one.chance)
            targets = [*honest, *crowd, self._files(one)]
            self.board.replace(TargetState(target) for target in targets)
            batch = Batch("one", timedelta(hours=1), tuple(target.request for target in targets))
            start = time.monotonic()
            await self.pipeline.run(batch)
            self._judged(honest, start)
            await self._notified()
        await self._nothing_left()

    async def _crowd(self, stack: AsyncExitStack, chance: random.Random) -> tuple[list[Target], list[Target]]:
        context = server_context(LEAF, [MIDDLE])
        honest, crowd = [], []
        for _ in range(HONEST):
            port = await stack.enter_async_context(listening(speaking_tls(context)))
            honest.append(_endpoint(port, PATIENT))
        for _ in range(HOSTILE):
            name, handler = hostile(context, chance)
            protocol = chance.choice(_PROTOCOLS) if name == "bad lines" or chance.random() < 0.2 else "tls"
            port = await stack.enter_async_context(listening(handler))
            crowd.append(_endpoint(port, HASTY, protocol))
            self.counts[name] += 1
        return honest, crowd

    def _files(self, one: Round) -> Target:
        for number in range(FILES):
            suffix, data = file_of_junk(one.chance)
            (one.folder / f"{number}{suffix}").write_bytes(data)
        self.counts["files"] += FILES
        return FilesSettings(kind="files", paths=(str(one.folder),)).target(PATIENT)

    def _judged(self, honest: Sequence[Target], start: float) -> None:
        """Require that honest servers are fine and on time, and that nothing is a bug of ours."""
        states = self.board.snapshot.states
        for target in honest:
            state, late = states[target.id], self.board.shown_at[target.id] - start
            require(state.up and state.severity is Severity.OK, f"an honest server is not fine: {state}")
            require(late < ON_TIME, f"an honest server was judged after {late:.1f} s")
        for state in states.values():
            require(state.probed_at is not None, f"{state.target.id} was not probed")
            wrong = [one for one in state.failures if one.reason is FailureReason.INTERNAL]
            require(not wrong, f"a bug at {state.target.id}: {wrong}")
            self.counts["certificates read"] += len(state.sightings)
            self.counts["failures"] += len(state.failures)
        require(self.pipeline.store_ok, "the results could not be recorded")

    async def _notified(self) -> None:
        """Expose all, run the alert pass, and render its mails."""
        now = datetime.now(UTC)
        text = b"".join(self.exposition.pieces(self.board.snapshot, now)).decode()
        for _ in text_string_to_metric_families(text):
            pass
        receivers = {"email": (ADMIN,)}
        await self.alert_pass.run(now, receivers, notify_all_renewals=False)
        receiver = relay(9)
        for waiting in await self.store.due_notifications("email", now, 1000):
            self.counts["mails rendered"] += 1
            require(await receiver.render(waiting, now), "a mail is empty")
            await self.store.attempted(after_attempt(waiting, {ADMIN: ACCEPTED}, now), now)
        receiver.close()

    async def _nothing_left(self) -> None:
        """Require that no descriptor and no task is left of the round."""
        self.open_files = self.open_files or _open_files() + 2
        try:
            await until(lambda: _open_files() <= self.open_files and len(asyncio.all_tasks()) <= 1, 30)
        except TimeoutError:
            left = f"{_open_files()} of {self.open_files} files, {len(asyncio.all_tasks()) - 1} tasks"
            raise BrokenError(f"left after a round: {left}") from None


@asynccontextmanager
async def _world(folder: Path) -> AsyncIterator[_World]:
    anchor = Anchors.of([Anchor(parse_certificate(ROOT.der), ROOT.der, "root")])

    async def anchors(_: tuple[str, ...]) -> Anchors:
        return anchor

    store = await Store.open(f"sqlite:///{folder / 'state.db'}", app_version="test")
    clock, board, judge, kinds = SystemClock(), _TimedBoard(), Judge(PathFinder()), sources(Resolver())
    runner = InProcessRunner(kinds, ProbeLimiter(clock, in_flight=100, per_second=0), clock)
    services = PipelineServices(runner, anchors, judge, store, board, clock, OwnMetrics(kinds))
    try:
        yield _World(board, store, Pipeline(services), AlertPass(board, judge, anchors, store))
    finally:
        await store.close()


def _endpoint(port: int, policy: Policy, protocol: str = "tls") -> Target:
    settings = EndpointSettings(
        kind="endpoint", address=f"127.0.0.1:{port}", server_name=NAME, protocol=protocol
    )
    return settings.target(policy)


def _open_files() -> int:
    return len([*Path("/proc/self/fd").iterdir()])


def _memory() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024
