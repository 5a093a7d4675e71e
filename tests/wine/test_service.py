"""The service on a real CPython for Windows, by the service manager of wine: its life from install to remove.

Run by ``scripts/test -m wine`` where wine is installed; never by CI. Wine shows neither accounts nor access
lists as Windows has them, and restarts nothing.
"""

import asyncio
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from support.servers.daemon.process import until
from support.servers.machines.wine_machine import WineMachine, missing

pytestmark = [pytest.mark.wine, pytest.mark.timeout(600)]  # the first run makes the machine

CONTROL = (
    "from monitor.cli.service.definition import MONITOR\n"
    "from monitor.cli.service.windows_manager import WindowsManager\n"
    "WindowsManager(MONITOR).reload()"
)


@dataclass
class Story:
    """What was said and seen while the service was installed, used and removed."""

    folder: Path
    port: int
    said: dict[str, str] = field(default_factory=dict)
    seen: dict[str, float] = field(default_factory=dict)
    log: str = ""
    events: str = ""
    left: set[str] = field(default_factory=set)

    def configure(self, text: str) -> None:
        """Write the configuration, with the address of the page before it."""
        web = f"web: {{listen: '127.0.0.1:{self.port}'}}\n"
        (self.folder / "cert-monitor.yaml").write_text(web + text, "utf-8")

    def targets(self) -> float:
        """Return how many targets the service has, -1 where it does not answer."""
        try:
            text = httpx.get(f"http://127.0.0.1:{self.port}/metrics", timeout=30).text
        except httpx.TransportError:
            return -1
        lines = [line for line in text.splitlines() if line.startswith("cert_monitor_targets{")]
        return sum(float(line.rpartition(" ")[2]) for line in lines)

    def logged(self) -> str:
        """Return the log of the service."""
        return (self.folder / "logs" / "cert-monitor.log").read_text("utf-8")


def act(story: Story, machine: WineMachine) -> None:
    """Live through all of it; each step takes Windows seconds, so that all tests look at one life."""

    def service(name: str, action: str, *options: str) -> None:
        story.said[name] = machine.run("-m", "monitor", "service", action, *options, check=False)

    def wait(condition: Callable[[], bool]) -> None:
        asyncio.run(until(condition))

    service("install", "install")
    story.configure("targets: [{kind: windows_store}]\n")
    service("start", "start")
    wait(lambda: story.targets() == 1)
    service("running", "status")
    story.said["health"] = machine.run("-m", "monitor", "health", check=False)
    story.configure("targets: [{kind: windows_store}, {kind: endpoint, address: '127.0.0.1:1'}]\n")
    machine.run("-c", CONTROL)
    wait(lambda: story.targets() == 2)
    story.configure("alerts: {every: 5x}\n")
    machine.run("-c", CONTROL)
    wait(lambda: "reload: " in story.logged())
    story.seen["after a refused reload"] = story.targets()
    service("stop", "stop")
    story.seen["after the stop"] = story.targets()
    service("stopped", "status")
    service("start again", "start")
    service("wrong", "status")
    story.log = story.logged()
    service("remove", "remove")
    service("removed", "status")
    story.left = {file.name for file in story.folder.iterdir()}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Return the life of a service on a new Windows."""
    if package := missing():
        pytest.skip(f"needs Debian's {package}")
    folder = tmp_path_factory.mktemp("service")
    machine = WineMachine(folder / "prefix")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    story = Story(folder / "prefix" / "drive_c" / "ProgramData" / "cert-monitor", port)
    try:
        with machine.awake(folder / "events"):
            act(story, machine)
            story.events = (folder / "events").read_text(errors="replace")
        yield story
    finally:
        machine.close()


def test_it_is_installed_stopped(story: Story) -> None:
    """With its account, and what comes next."""
    first, second = story.said["install"].splitlines()
    assert r"NT SERVICE\cert-monitor, configuration C:\ProgramData\cert-monitor\cert-monitor.yaml" in first
    assert second == "next: cert-monitor setup"


def test_it_starts_and_is_scraped(story: Story) -> None:
    """The start is done when the page answers."""
    assert f"port {story.port} of 127.0.0.1" in story.said["start"]
    assert "cert-monitor: running" in story.said["running"]


def test_health_finds_the_service(story: Story) -> None:
    """Without a word about its configuration, which names another port than usual."""
    assert story.said["health"].startswith("OK - 1 targets")


def test_a_control_makes_it_reload(story: Story) -> None:
    """The second target is watched from then on."""
    assert "reloaded targets=2" in story.log


def test_a_refused_configuration_changes_nothing(story: Story) -> None:
    """Its mistake is in the Event Log, and the service runs on."""
    assert story.seen["after a refused reload"] == 2
    assert r"reload: C:\\ProgramData\\cert-monitor\\cert-monitor.yaml:2: alerts.every: " in story.events


def test_it_stops(story: Story) -> None:
    """In order, and the process has ended."""
    assert story.said["stop"].strip() == "the service has stopped"
    assert "cert-monitor: stopped;" in story.said["stopped"]
    assert story.seen["after the stop"] == -1
    assert "the service has stopped" in story.log


def test_a_wrong_configuration_stops_the_start(story: Story) -> None:
    """The status has the exit code, and the event names file, key and value."""
    assert "ended with exit code 2" in story.said["wrong"]
    event = story.events.partition("the configuration is wrong")[2]
    assert r"cert-monitor.yaml:2: alerts.every: " in event
    assert "'5x'" in event


def test_state_and_log_are_in_its_folder(story: Story) -> None:
    """Configuration and state stay when it is removed."""
    assert "configuration and state stay" in story.said["remove"]
    assert "is not registered" in story.said["removed"]
    assert {"cert-monitor.yaml", "state.db", "logs"} <= story.left
