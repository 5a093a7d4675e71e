"""A pipeline with a fake store and clock around it, and targets that show one certificate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.assess import PathFinder
from monitor.errors import SystemBrokenError
from monitor.model import (
    Anchor,
    Anchors,
    Batch,
    FailureReason,
    Observation,
    Policy,
    ProbeRequest,
    ProbeResult,
    Sighting,
    Source,
    Target,
    TargetState,
    make_target_id,
)
from monitor.parse import parse_certificate
from monitor.pipeline import Board, Judge, Pipeline, PipelineServices
from monitor.probing import InProcessRunner, ProbeLimiter
from monitor.sources.endpoint.connect_options import Endpoint
from support.pki import NOW, authority, leaf

HOUR = timedelta(hours=1)
ROOT = authority("Test Root")
ANCHORS = Anchors.of([Anchor(parse_certificate(ROOT.der), ROOT.der, "root.pem")])
LEAF = leaf("rec.vms.example", ROOT)


def target(number: int, zone: str = "", **policy: object) -> Target:
    """Return an endpoint that differs by its number."""
    host = f"host{number}"
    where, settings = f"{host}:443", Endpoint(host, 443, host)
    target_id = make_target_id("endpoint", where, zone)
    return Target(target_id, "endpoint", where, settings, Policy(**policy), zone=zone)  # type: ignore[arg-type]


def showing(request: ProbeRequest, der: bytes = LEAF.der) -> ProbeResult:
    """Return what a probe gives that shows one certificate."""
    found = parse_certificate(der)
    return ProbeResult((Sighting(request.location, 0, found),), (), {found.sha256: der}, encrypted=True)


@dataclass
class FakeClock:
    """A clock that tests can set."""

    wall: datetime = NOW
    ticks: float = 0.0

    def now(self) -> datetime:
        """Return the wall time."""
        return self.wall

    def monotonic(self) -> float:
        """Return the ticks."""
        return self.ticks


@dataclass
class FakeCounters:
    """Counters that tests can read."""

    failures: list[tuple[str, FailureReason]] = field(default_factory=list)
    lags: list[timedelta] = field(default_factory=list)
    store_errors: int = 0
    dropped: int = 0

    def probe_failed(self, kind: str, reason: FailureReason) -> None:
        """Record a failure."""
        self.failures.append((kind, reason))

    def started_late(self, lag: timedelta) -> None:
        """Record a lag."""
        self.lags.append(lag)

    def store_failed(self) -> None:
        """Count a store error."""
        self.store_errors += 1

    def results_dropped(self, number: int) -> None:
        """Count results that are never recorded."""
        self.dropped += number


@dataclass
class FakeStore:
    """A recorder that tests can read, and that fails on demand."""

    batches: list[list[str]] = field(default_factory=list)
    broken: bool = False

    async def record(self, states: Sequence[TargetState], observations: Mapping[str, Observation]) -> None:
        """Record the ids of one transaction."""
        assert {state.target.id for state in states} == set(observations)
        if self.broken:
            raise SystemBrokenError("the disk is full")
        self.batches.append(sorted(state.target.id for state in states))


class Shows:
    """A source that sees one certificate at every target."""

    async def probe(self, request: ProbeRequest) -> ProbeResult:
        """Return it."""
        return showing(request)


@dataclass
class World:
    """A pipeline and its services."""

    source: Source
    store: FakeStore = field(default_factory=FakeStore)
    counters: FakeCounters = field(default_factory=FakeCounters)
    clock: FakeClock = field(default_factory=FakeClock)
    board: Board = field(default_factory=Board)

    def pipeline(self, targets: Sequence[Target], zones: Sequence[str] = ()) -> Pipeline:
        """Return a pipeline whose board knows these targets, and whose runner probes these zones as well."""
        self.board.replace(TargetState(one) for one in targets)

        async def anchors(_: tuple[str, ...]) -> Anchors:
            return ANCHORS

        limiter = ProbeLimiter(self.clock, in_flight=100, per_second=0)
        services = PipelineServices(
            InProcessRunner({"endpoint": self.source, "files": self.source}, limiter, self.clock),
            anchors,
            Judge(PathFinder()),
            self.store,
            self.board,
            self.clock,
            self.counters,
            zones,
        )
        return Pipeline(services)


def batch(*targets: Target) -> Batch:
    """Return a batch of these targets."""
    return Batch("one", HOUR, tuple(one.request for one in targets))
