"""The process of the service: the daemon between what Windows asks for and what it is told."""

import logging
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from monitor.cli.service.definition import AGENT, MONITOR
from monitor.cli.service.host import DONE, FAILED, WRONG_CONFIGURATION, host
from monitor.cli.service.programs import PROGRAMS
from monitor.daemon.system.events import BAD_CONFIGURATION, EVENT_NUMBER, SERVICE_NOTICE
from support.pki import authority
from support.servers.daemon.process import PATIENCE

AGENT_FILE = """\
zone: dmz
name: dmz-1
centers: ["https://127.0.0.1:1"]
trust: [ca.pem]
token_file: agent.token
spool: {folder: spool, limit: 1MB}
"""


@dataclass
class Dispatcher:
    """Windows' side: it does something once the service runs, on a thread of its own."""

    then: Callable[["Dispatcher"], None] = lambda self: self.on_stop()
    on_stop: Callable[[], None] = lambda: None
    on_reload: Callable[[], None] = lambda: None
    reported: list[str] = field(default_factory=list)

    def running(self) -> None:
        """Note it, and do what is to be done then."""
        self.reported.append("running")
        threading.Thread(target=self.then, args=(self,), daemon=True).start()

    def stopped(self, code: int = 0) -> None:
        """Note it."""
        self.reported.append(f"stopped {code}")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Return a configuration with nothing to do."""
    file = tmp_path / "cert-monitor.yaml"
    file.write_text(f"web: {{listen: '127.0.0.1:0'}}\nstore: {{url: 'sqlite:///{tmp_path}/state.db'}}\n")
    return file


def numbers(caplog: pytest.LogCaptureFixture) -> list[int]:
    """Return the numbers of the events that records ask for."""
    return [getattr(one, EVENT_NUMBER) for one in caplog.records if hasattr(one, EVENT_NUMBER)]


def test_the_service_runs_until_windows_stops_it(config: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Start and end are events."""
    caplog.set_level(logging.INFO)
    dispatcher = Dispatcher()
    assert host(dispatcher, config, PROGRAMS[MONITOR]) == DONE
    assert dispatcher.reported == ["running", "stopped 0"]
    assert numbers(caplog) == [SERVICE_NOTICE, SERVICE_NOTICE]


def test_a_stop_after_the_end_does_nothing(config: Path) -> None:
    """A machine that shuts down may ask twice."""
    dispatcher = Dispatcher()
    host(dispatcher, config, PROGRAMS[MONITOR])
    dispatcher.on_stop()
    dispatcher.on_reload()


def test_a_wrong_configuration_is_final(config: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The event names file, key and value; Windows hears an exit code of the service and so tries no more."""
    config.write_text("alerts: {every: 5x}\n")
    dispatcher = Dispatcher()
    assert host(dispatcher, config, PROGRAMS[MONITOR]) == WRONG_CONFIGURATION
    assert dispatcher.reported == ["stopped 2"]
    assert numbers(caplog) == [BAD_CONFIGURATION]
    assert f"{config}:1: alerts.every: " in caplog.text
    assert "'5x'" in caplog.text


def test_a_failure_looks_like_a_crash(config: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Windows hears nothing, so it starts the service again; here the port is in use."""
    dispatcher = Dispatcher()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        config.write_text(config.read_text().replace("127.0.0.1:0", f"127.0.0.1:{port}"))
        assert host(dispatcher, config, PROGRAMS[MONITOR]) == FAILED
    assert dispatcher.reported == []
    assert "the service cannot run: " in caplog.text


def test_an_agent_runs_until_windows_stops_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Whether its center is there or not; it takes no new file while it runs."""
    caplog.set_level(logging.INFO)
    (tmp_path / "ca.pem").write_bytes(authority("Center CA").pem)
    (tmp_path / "agent.token").write_text("token\n")
    (tmp_path / "agent.yaml").write_text(AGENT_FILE)
    dispatcher = Dispatcher()
    reload = dispatcher.on_reload
    assert host(dispatcher, tmp_path / "agent.yaml", PROGRAMS[AGENT]) == DONE
    assert dispatcher.reported == ["running", "stopped 0"]
    assert dispatcher.on_reload is reload
    assert "agent dmz-1 probes zone dmz" in caplog.text


def test_a_wrong_file_of_an_agent_is_final(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """As the monitor's configuration; a token that is missing may still come."""
    file = tmp_path / "agent.yaml"
    file.write_text(AGENT_FILE + "allwo: []\n")
    assert host(Dispatcher(), file, PROGRAMS[AGENT]) == WRONG_CONFIGURATION
    assert numbers(caplog) == [BAD_CONFIGURATION]
    file.write_text(AGENT_FILE)
    assert host(Dispatcher(), file, PROGRAMS[AGENT]) == FAILED
    assert "token_file: " in caplog.text


def test_a_new_configuration_is_read(config: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Windows asks for it by a control."""
    caplog.set_level(logging.INFO)

    def reload(dispatcher: Dispatcher) -> None:
        dispatcher.on_reload()
        seen(caplog, "reloaded")
        dispatcher.on_stop()

    assert host(Dispatcher(reload), config, PROGRAMS[MONITOR]) == DONE
    assert "reloaded" in caplog.text


def test_a_new_configuration_that_is_wrong(config: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Why is an event, and the service runs on."""

    def reload(dispatcher: Dispatcher) -> None:
        config.write_text("alerts: {every: 5x}\n")
        dispatcher.on_reload()
        seen(caplog, "'5x'")
        dispatcher.on_stop()

    assert host(Dispatcher(reload), config, PROGRAMS[MONITOR]) == DONE
    assert BAD_CONFIGURATION in numbers(caplog)


def seen(caplog: pytest.LogCaptureFixture, text: str) -> None:
    """Wait until something was logged."""
    until = time.monotonic() + PATIENCE
    while text not in caplog.text and time.monotonic() < until:
        time.sleep(0.02)
