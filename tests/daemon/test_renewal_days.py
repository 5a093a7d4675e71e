"""Renewal days in the daemon: extra probes that harm nobody, and changes that outlive a restart."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from monitor.daemon import renewal_days
from monitor.daemon.renewal_days import RenewalDays, RenewalServices
from monitor.model import (
    CheckedItem,
    DayEventKind,
    DayPort,
    DayState,
    DayStep,
    Failure,
    FailureReason,
    ProbeRequest,
    ProbeResult,
    RenewalDay,
    Target,
    text,
)
from monitor.parse import parse_certificate
from monitor.planning.renewal_day import WORK_AT_MOST, Confirm, ContinueWork, End, ReportExitCode, texts
from monitor.store import Store
from support.factories.pipeline.world import LEAF, ROOT, World, batch, showing, target
from support.factories.recorded import VERSION, url
from support.pki import NOW, leaf

OLD = parse_certificate(LEAF.der)
NEW = leaf("rec.vms.example", ROOT)
ONE, TWO = target(1), target(2)
FILES = Target("files:store", "files", "store", None)
CONFIRMED = Confirm("one", "carla", (CheckedItem.LIVE,))


def port(one: Target) -> DayPort:
    """Return a port that serves the old certificate."""
    return DayPort(one.id, one.location, "", OLD.sha256, OLD.sha1, OLD.not_before)


STEPS = (
    DayStep("one", "switch", "host1", ports=(port(ONE), port(FILES))),
    DayStep("two", "switch", "host2", ports=(port(TWO),)),
)
DAY = RenewalDay("day", "Harbour", "v1", "{}", NOW, "alice", NOW, STEPS)


@dataclass
class Ports:
    """A source that serves what the test says; a port without a certificate does not answer."""

    shown: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def probe(self, request: ProbeRequest) -> ProbeResult:
        """Return what a port serves."""
        self.asked.append(request.target_id)
        if der := self.shown.get(request.target_id, LEAF.der):
            return showing(request, der)
        return ProbeResult((), (Failure(FailureReason.REFUSED, text("nobody listens")),), {})


@dataclass
class Bench:
    """Renewal days over a store on disk; ``decisions`` counts how often an alert pass was asked for."""

    where: str
    ports: Ports = field(default_factory=Ports)
    decisions: int = 0

    def __post_init__(self) -> None:
        """Make a world with three targets."""
        self.world = World(self.ports)
        self.pipeline = self.world.pipeline((ONE, TWO, FILES))

    def decide(self) -> None:
        """Count one more."""
        self.decisions += 1

    def run(self, scenario: Callable[[RenewalDays], Awaitable[Any]]) -> Any:
        """Return what a scenario makes of the days of a service that has just started."""

        async def whole() -> Any:
            store = await Store.open(self.where, app_version=VERSION)
            services = RenewalServices(store, self.world.board, self.pipeline, self.world.clock, self.decide)
            days = RenewalDays(services)
            await days.resume()
            try:
                return await scenario(days)
            finally:
                await store.close()

        return asyncio.run(whole())


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Return a bench with an empty store."""
    return Bench(url(tmp_path / "state.db"))


def test_only_the_ports_of_the_plan_are_probed(bench: Bench) -> None:
    """Only endpoints: what needs a login never is. Without a day, and in a pause, nothing is."""

    async def scenario(days: RenewalDays) -> None:
        await days.round()
        assert bench.ports.asked == []
        await days.start(replace(DAY, steps=STEPS[:1]))
        await days.round()
        assert bench.ports.asked == [ONE.id]
        bench.world.clock.wall = NOW + WORK_AT_MOST
        await days.round()
        await days.round()
        assert bench.ports.asked == [ONE.id] * 2

    bench.run(scenario)


def test_many_ports_take_turns(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A round has a bound, and nobody is left out for good."""
    monkeypatch.setattr(renewal_days, "MOST_PORTS", 1)

    async def scenario(days: RenewalDays) -> None:
        await days.start(DAY)
        for _ in range(4):
            await days.round()

    bench.run(scenario)
    assert bench.ports.asked == [ONE.id, TWO.id] * 2


def test_what_is_served_goes_the_way_of_every_probe(bench: Bench) -> None:
    """It is on the board and recorded, and ticks off the step."""
    bench.ports.shown[TWO.id] = NEW.der

    async def scenario(days: RenewalDays) -> RenewalDay:
        await days.start(DAY)
        await days.round()
        return days.open()[0]

    day = bench.run(scenario)
    assert [step.served for step in day.steps] == [False, True]
    assert bench.world.board.snapshot.states[TWO.id].sightings[0].certificate.sha256 == NEW.sha256
    assert bench.world.store.batches == [[ONE.id, TWO.id]]


def test_an_extra_probe_never_makes_a_port_unreachable(bench: Bench) -> None:
    """A restart is no outage: not one failure counts, and the page says since when it does not answer."""
    asyncio.run(bench.pipeline.run(batch(ONE)))
    bench.ports.shown[ONE.id] = b""

    async def scenario(days: RenewalDays) -> tuple[Any, Any]:
        await days.start(DAY)
        for _ in range(10):
            await days.round()
        silent = days.silent()
        bench.ports.shown.pop(ONE.id)
        await days.round()
        return silent, days.silent()

    silent, later = bench.run(scenario)
    assert list(silent) == [ONE.id]
    assert (silent[ONE.id].why, later) == (text("nobody listens"), {})
    state = bench.world.board.snapshot.states[ONE.id]
    assert (state.failed_probes, state.failures, state.unreachable) == (0, (), None)
    assert bench.world.counters.failures == []
    # Before and after; what was dropped is no outcome of a probe either.
    assert sum(ONE.id in recorded for recorded in bench.world.store.batches) == 2


def test_a_restart_in_the_middle(bench: Bench) -> None:
    """Ticks, the stop and its reason are there again, and the log goes on."""
    bench.ports.shown[TWO.id] = NEW.der

    async def before(days: RenewalDays) -> None:
        await days.start(DAY)
        await days.round()
        assert await days.act("day", ReportExitCode("two", 100), by="bob") is None

    async def after(days: RenewalDays) -> Any:
        assert await days.act("day", CONFIRMED, by="bob") == texts.IS_STOPPED
        await days.round()
        return await days.record("day")

    bench.run(before)
    day, events = bench.run(after)
    assert (day.state, day.stopped_step, day.steps[1].exit_code) == (DayState.STOPPED, "two", 100)
    assert day.steps[1].served
    assert [one.kind for one in events] == [
        DayEventKind.STARTED,
        DayEventKind.SERVED,
        DayEventKind.REPORTED,
        DayEventKind.STOPPED,
    ]
    assert [one.by for one in events] == ["alice", "", "bob", ""]


def test_one_day_for_a_site(bench: Bench) -> None:
    """Two plans would tick off the same ports; another site may be worked on meanwhile."""

    async def scenario(days: RenewalDays) -> list[Any]:
        return [
            await days.start(DAY),
            await days.start(replace(DAY, id="again", site="HARBOUR")),
            await days.start(replace(DAY, id="quay", site="Quay")),
            await days.act("day", End(), by="bob"),
            await days.start(replace(DAY, id="next")),
            await days.act("day", ContinueWork(), by="bob"),
        ]

    assert bench.run(scenario) == [None, texts.GOES_ON, None, None, None, texts.IS_OVER]


def test_alerts_wait_while_work_goes_on(bench: Bench) -> None:
    """A pass follows when work begins, and when it ends."""

    async def scenario(days: RenewalDays) -> list[Any]:
        found = [days.working_targets()]
        await days.start(DAY)
        found.append(days.working_targets())
        await days.round()
        await days.act("day", End(), by="bob")
        return [*found, days.working_targets()]

    assert bench.run(scenario) == [frozenset(), {ONE.id, TWO.id, FILES.id}, frozenset()]
    assert bench.decisions == 2
