"""What the service manager hears at intervals."""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor.alerts import alerts_of_target
from monitor.daemon.health_texts import schedule_stuck
from monitor.daemon.periodic import PeriodicTask
from monitor.daemon.system.service_manager import ServiceManager
from monitor.daemon.system.supervision import Supervision, status_line
from monitor.model import Snapshot, text
from monitor.pipeline import Board
from monitor.web import Health
from support.factories.virtual_time import LoopClock, run
from support.factories.web.fakes import NOW, endpoint, snapshot
from support.servers.daemon.service_manager import service_manager

unix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such sockets")


def test_state_in_one_line() -> None:
    """Targets, and the alerts by level with the worst first."""
    states = [endpoint("a", 3, sentence="soon"), endpoint("b", -1, sentence="ended"), endpoint("c", 90)]
    groups = [group for state in states for group in alerts_of_target(state, NOW)]
    found = status_line(replace(snapshot(*states), alerts=tuple(groups)), Health(), NOW)
    assert found == "watching 3 targets; alerts: 1 expired, 1 critical"


def test_the_first_problem_is_named() -> None:
    """A monitor that is not well says so where the administrator looks first."""
    found = status_line(Snapshot(), Health(problems=(schedule_stuck(seconds=90), text("another"))), NOW)
    assert found == "watching 0 targets; alerts: none; not healthy: the schedule has not run for 90 s"


def test_a_store_that_records_nothing() -> None:
    """It has a sentence of its own here."""
    found = status_line(Snapshot(), Health(store_ok=False), NOW)
    assert found == "watching 0 targets; alerts: none; not healthy: results are not recorded"


@pytest.mark.parametrize(("environ", "seconds"), [({}, 10), ({"WATCHDOG_USEC": "3000000"}, 1)])
def test_signs_of_life_come_in_time(environ: dict[str, str], seconds: float) -> None:
    """Several within the limit, and the state at least every ten seconds."""
    manager = ServiceManager(environ, 1)
    assert (
        Supervision(manager, Board(), Health, lambda: pytest.fail("not asked"), LoopClock()).every == seconds
    )


@unix
@pytest.mark.parametrize(("minutes", "signs"), [(1, 1), (10, 0)])
def test_a_store_that_hangs_ends_the_signs_of_life(tmp_path: Path, minutes: int, signs: int) -> None:
    """A slow disk is given its time; one that never answers is not."""

    async def scenario() -> int:
        clock = LoopClock()
        store_check = PeriodicTask("store check", 10, asyncio.Event().wait, clock)
        store_check.start()
        await asyncio.sleep(minutes * 60)
        with service_manager(tmp_path / "notify") as there:
            environ = {"NOTIFY_SOCKET": there.address, "WATCHDOG_USEC": "120000000"}
            await Supervision(ServiceManager(environ, 1), Board(), Health, lambda: store_check, clock).round()
            await store_check.stop()
            return sum("WATCHDOG" in one for one in there.heard())

    assert run(scenario()) == signs


def test_without_a_service_manager_nothing_is_asked() -> None:
    """It costs nothing where nobody listens."""

    def refuse() -> Any:
        raise AssertionError

    asyncio.run(Supervision(ServiceManager({}, 1), Board(), refuse, refuse, LoopClock()).round())
