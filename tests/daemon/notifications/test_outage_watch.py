"""How the monitor notices that it was away: over starts, kills, sleeps, and clocks that are set."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.daemon.clock.steady import SteadyClock
from monitor.daemon.clock.watch import BUILT_AT, ClockWatch
from monitor.daemon.notifications.outage_watch import OutageWatch
from monitor.metrics import OwnMetrics
from monitor.model import Outage
from monitor.store import Store
from monitor.store.alerts.dropped import drop_pending
from monitor.store.database import Database
from monitor.store.facts import ALIVE, OUTAGE, put_facts, read_fact

BEGIN = BUILT_AT + timedelta(days=9)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@dataclass
class Machine:
    """A clock, which restarts of the service do not change, and the database."""

    url: str
    wall: datetime = BEGIN
    ticks: float = 1000.0

    def now(self) -> datetime:
        """Return the wall time."""
        return self.wall

    def monotonic(self) -> float:
        """Return the ticks."""
        return self.ticks

    def elapsed(self) -> float:
        """Return the ticks, which go on during sleep."""
        return self.ticks

    def run(self, length: timedelta) -> None:
        """Let time pass."""
        self.wall += length
        self.ticks += length.total_seconds()


@dataclass
class Service:
    """The watch of one start, with its store."""

    machine: Machine
    store: Store
    clocks: ClockWatch
    watch: OutageWatch

    async def live(self, length: timedelta) -> None:
        """Run for a while, with a round each minute."""
        for _ in range(length // MINUTE):
            self.machine.run(MINUTE)
            self.clocks.beat()
            self.clocks.suspect(self.machine.now())
            await self.watch.round()

    async def alert_pass(self) -> Outage | None:
        """Return what an alert pass notifies."""
        await self.watch.notified()
        return self.watch.outage

    async def end(self, *, killed: bool = False) -> None:
        """Stop, or be killed."""
        if not killed:
            await self.watch.stop()
        await self.store.close()


async def started(machine: Machine) -> Service:
    """Start the service."""
    store = await Store.open(machine.url, app_version="test")
    clock = SteadyClock(machine)
    clocks = ClockWatch(clock, OwnMetrics(["endpoint"]))
    await clocks.resume(store)
    clocks.beat()
    watch = OutageWatch(store, clock, clocks)
    await watch.resume()
    return Service(machine, store, clocks, watch)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Return a machine with an empty database."""
    return Machine(f"sqlite:///{tmp_path / 'a.db'}")


def away(machine: Machine, length: timedelta, *, killed: bool = False) -> Outage | None:
    """Return the outage that a start knows after the service ran for an hour and was away for a time."""

    async def run() -> Outage | None:
        first = await started(machine)
        await first.live(HOUR)
        await first.end(killed=killed)
        machine.run(length)
        second = await started(machine)
        await second.end()
        return second.watch.outage

    return asyncio.run(run())


@pytest.mark.parametrize("length", [MINUTE, 50 * MINUTE])
def test_a_restart_is_no_outage(machine: Machine, length: timedelta) -> None:
    """Updates and restarts of the machine are not notified."""
    assert away(machine, length) is None


def test_the_first_start_of_all(machine: Machine) -> None:
    """There was nothing to be away from."""

    async def run() -> Outage | None:
        service = await started(machine)
        await service.live(HOUR)
        await service.end()
        return service.watch.outage

    assert asyncio.run(run()) is None


@pytest.mark.parametrize("length", [2 * HOUR, 30 * 24 * HOUR])
def test_stopped(machine: Machine, length: timedelta) -> None:
    """The time of the stop is recorded."""
    assert away(machine, length) == Outage(BEGIN + HOUR, BEGIN + HOUR + length)


def test_killed(machine: Machine) -> None:
    """The last record is a few minutes old at most."""
    found = away(machine, 5 * HOUR, killed=True)
    assert found is not None
    assert found.ended_at == BEGIN + 6 * HOUR
    assert timedelta(0) <= BEGIN + HOUR - found.began_at <= 6 * MINUTE


def test_a_sleep_of_the_machine(machine: Machine) -> None:
    """A laptop that was closed did not check anything either."""

    async def run() -> Outage | None:
        service = await started(machine)
        await service.live(HOUR)
        machine.run(9 * HOUR)
        await service.live(MINUTE)
        await service.end()
        return service.watch.outage

    assert asyncio.run(run()) == Outage(BEGIN + HOUR, BEGIN + 10 * HOUR + MINUTE)


def test_the_time_as_a_standby_is_no_outage(machine: Machine) -> None:
    """Another center ran for the days in which this one waited to take over."""

    async def run() -> Outage | None:
        leader = await started(machine)
        standby = OutageWatch(leader.store, leader.watch._clock, leader.clocks)
        await leader.live(3 * HOUR)
        await standby.resume()
        taken_over = Service(machine, leader.store, leader.clocks, standby)
        await taken_over.live(2 * MINUTE)
        await taken_over.end()
        return standby.outage

    assert asyncio.run(run()) is None


@pytest.mark.parametrize("step", [3 * HOUR, 100 * 24 * HOUR, -3 * HOUR])
@pytest.mark.parametrize("restarted", [True, False])
def test_a_clock_that_is_set_is_no_outage(
    machine: Machine,
    step: timedelta,
    *,
    restarted: bool,
) -> None:
    """While it runs, and over a restart while the jump is asked about; nor when it is set right again."""

    async def run() -> list[Outage | None]:
        service = await started(machine)
        await service.live(HOUR)
        found: list[Outage | None] = []
        for change in (step, -step):
            machine.wall += change
            for _ in range(3):
                await service.live(40 * MINUTE)
                await service.clocks.save(service.store)
                if restarted:
                    await service.end(killed=True)
                    service = await started(machine)
                found.append(service.watch.outage)
        await service.end()
        return found

    assert set(asyncio.run(run())) == {None}


def test_a_clock_that_is_too_early_leaves_no_record(machine: Machine) -> None:
    """Otherwise an outage of years would be notified when it is right again."""

    async def run() -> tuple[str | None, Outage | None]:
        first = await started(machine)
        await first.live(HOUR)
        await first.end()
        machine.wall -= timedelta(days=3000)
        second = await started(machine)
        await second.live(10 * MINUTE)
        record = await second.store.fact(ALIVE)
        await second.end()
        return record, second.watch.outage

    assert asyncio.run(run()) == ((BEGIN + HOUR).isoformat(), None)


def test_killed_before_and_after_its_first_pass(machine: Machine) -> None:
    """What was not notified yet is notified by the next start; what was notified is not continued."""

    async def run() -> list[Outage | None]:
        first, found = await started(machine), []
        await first.live(HOUR)
        await first.end()
        machine.run(5 * HOUR)
        for passes in (0, 0, 1, 1):
            service = await started(machine)
            machine.run(MINUTE)
            found.append(await service.alert_pass() if passes else service.watch.outage)
            await service.end(killed=True)
            machine.run(2 * HOUR if passes else MINUTE)
        return found

    back = BEGIN + 6 * HOUR
    untold = Outage(BEGIN + HOUR, back)
    third = back + 4 * MINUTE
    assert asyncio.run(run()) == [untold, untold, untold, Outage(third + MINUTE, third + MINUTE + 2 * HOUR)]


@pytest.mark.parametrize("record", ["[]", "nonsense", '["2026", 1]', "{}", ""])
def test_a_record_that_cannot_be_read(machine: Machine, record: str) -> None:
    """It is no reason not to start."""

    async def run() -> Outage | None:
        first = await started(machine)
        await first.store.set_facts({"outage": record})
        await first.store.close()
        second = await started(machine)
        await second.end()
        return second.watch.outage

    assert asyncio.run(run()) is None


def test_a_restored_backup_is_no_outage() -> None:
    """It forgets when the service ran, since it ran on after the backup was made."""
    database = Database.in_memory()
    database.write(put_facts, {ALIVE: BEGIN.isoformat(), OUTAGE: "[]"})
    database.write(drop_pending, BEGIN)
    assert [database.read(read_fact, key) for key in (ALIVE, OUTAGE)] == [None, None]
    database.close()
