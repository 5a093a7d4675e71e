"""What the service manager is told, by the protocol of systemd."""

import contextlib
import logging
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.daemon.system.service_manager import ServiceManager
from support.servers.daemon.service_manager import Listener, service_manager

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such sockets")
PID = 4711


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Listener]:
    """Return a service manager."""
    with service_manager(tmp_path / "notify") as made:
        yield made


def told(there: Listener, **environ: str) -> ServiceManager:
    """Return ours, started by that one."""
    return ServiceManager({"NOTIFY_SOCKET": there.address, **environ}, PID)


def test_ready(there: Listener) -> None:
    """Readiness comes with the state in one line."""
    told(there).ready("watching\n31 targets")
    assert there.heard() == [{"READY": "1", "STATUS": "watching 31 targets"}]


def test_an_abstract_address() -> None:
    """The socket may have no file."""
    with service_manager(f"@cert-monitor-test-{PID}-{time.monotonic_ns()}") as there:
        told(there).stopping()
        assert there.heard() == [{"STOPPING": "1", "STATUS": "stopping"}]


def test_a_reload_has_a_beginning_and_an_end(there: Listener) -> None:
    """Its beginning has the time of the machine's monotonic clock in microseconds."""
    before = time.monotonic_ns() // 1000
    with told(there).reload():
        [begun] = there.heard()
        assert begun.pop("RELOADING") == "1"
        assert before <= int(begun.pop("MONOTONIC_USEC")) <= time.monotonic_ns() // 1000
        assert not begun
    assert there.heard() == [{"READY": "1"}]


def test_a_reload_that_fails_ends_too(there: Listener) -> None:
    """Else the service would be reloading for ever."""
    with contextlib.suppress(ZeroDivisionError), told(there).reload():
        raise ZeroDivisionError
    assert there.heard()[1:] == [{"READY": "1"}]


def test_a_state_is_told_when_it_changes(there: Listener) -> None:
    """Signs of life come each time."""
    manager = told(there, WATCHDOG_USEC="30000000")
    for status in ("one", "one", "two"):
        manager.notify(status, alive=True)
    assert there.heard() == [
        {"WATCHDOG": "1", "STATUS": "one"},
        {"WATCHDOG": "1"},
        {"WATCHDOG": "1", "STATUS": "two"},
    ]


def test_what_does_not_live_gives_no_sign_of_life(there: Listener) -> None:
    """Its state is told all the same."""
    told(there, WATCHDOG_USEC="30000000").notify("stuck", alive=False)
    assert there.heard() == [{"STATUS": "stuck"}]


def test_nobody_watches(there: Listener) -> None:
    """Without a watchdog there are no signs of life."""
    told(there).notify("", alive=True)
    assert there.heard() == []


@pytest.mark.parametrize(
    ("environ", "seconds"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "120000000"}, 120.0),
        ({"WATCHDOG_USEC": "120000000", "WATCHDOG_PID": str(PID)}, 120.0),
        ({"WATCHDOG_USEC": "120000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
    ],
)
def test_the_watchdog_is_that_of_the_environment(environ: dict[str, str], seconds: float | None) -> None:
    """One that is meant for another process is none."""
    assert ServiceManager(environ, PID).watchdog == seconds


@pytest.mark.parametrize("address", ["", "vsock:2:1234", "relative"])
def test_no_service_manager(address: str, caplog: pytest.LogCaptureFixture) -> None:
    """Where none can be told, nothing is, and nothing is said of that."""
    manager = ServiceManager({"NOTIFY_SOCKET": address}, PID)
    manager.ready("ready")
    assert (manager.listens, caplog.text) == (False, "")


def test_a_deaf_service_manager_is_logged_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The service goes on."""
    manager = ServiceManager({"NOTIFY_SOCKET": str(tmp_path / "nobody")}, PID)
    with caplog.at_level(logging.WARNING):
        manager.ready("ready")
        manager.stopping()
    assert caplog.text.count("the service manager cannot be notified") == 1
