"""An agent as a Windows service under wine: enrolled and started by one line, beside the monitor's service.

Run by ``scripts/test -m wine`` where wine is installed; never by CI. Its center is on this machine.
"""

import asyncio
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from support.pki import authority, leaf, tls_context
from support.pki.certificates import TODAY
from support.servers.daemon.command import COMMAND
from support.servers.daemon.process import daemon, until
from support.servers.machines.wine_machine import WineMachine, missing
from support.servers.programs import free_port

pytestmark = [pytest.mark.wine, pytest.mark.timeout(900)]  # the first run makes the machine

CA = authority("Center CA", at=TODAY)
LISTENER = leaf("127.0.0.1", CA, at=TODAY)
ZONE_CA = authority("Zone CA", at=TODAY)
CAMERA = leaf("cam01.dmz.example", ZONE_CA, at=TODAY)
RELOAD = (
    "from monitor.cli.service.definition import AGENT\n"
    "from monitor.cli.service.windows_manager import WindowsManager\n"
    "from monitor.errors import SystemBrokenError\n"
    "try:\n    WindowsManager(AGENT).reload()\n"
    "except SystemBrokenError as error:\n    print(error)"
)


@dataclass
class Story:
    """What was said and seen while the service was enrolled, used and removed."""

    folder: Path
    said: dict[str, str] = field(default_factory=dict)
    made: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)
    log: str = ""
    events: str = ""


async def act(story: Story, machine: WineMachine, center_file: Path, target: str) -> None:
    """Live through all of it; each step takes Windows seconds, so that all tests look at one life."""
    config = story.folder / "agent.yaml"

    async def monitor(name: str, *words: str) -> None:
        story.said[name] = await asyncio.to_thread(machine.run, "-m", "monitor", *words, check=False)

    async with daemon(center_file) as center:
        invite = ("agent", "invite", "dmz/dmz-1", "--center", center_address(center_file))
        asked = ("--config", str(center_file), "--url", center.url)
        command = [*COMMAND, *invite, *asked]
        line = await asyncio.to_thread(subprocess.check_output, command, text=True, timeout=60)
        await monitor("monitor's", "service", "install")
        await monitor("agent's", "service", "install", "--agent")
        config.write_text("allwo: []\n")
        await monitor("wrong", "service", "start", "--agent")
        await monitor("wrong status", "service", "status", "--agent")
        config.unlink()
        await monitor("enroll", *shlex.split(line)[1:], "--allow", "127.0.0.1:*", "--start")
        await center.shows("cert_monitor_target_up", 1, target=target)
        story.made = {file.name for file in story.folder.iterdir()}
        await monitor("running", "service", "status", "--agent")
        await monitor("both", "service", "status")
        story.said["reload"] = await asyncio.to_thread(machine.run, "-c", RELOAD, check=False)
        await monitor("stop", "service", "stop", "--agent")
    await monitor("remove", "service", "remove", "--agent")
    await monitor("removed", "service", "status", "--agent")
    await monitor("other", "service", "status")
    story.left = {file.name for file in story.folder.iterdir()}
    story.log = (story.folder / "logs" / "cert-monitor-agent.log").read_text("utf-8")


def center_address(center_file: Path) -> str:
    """Return where agents reach a center."""
    return "https://" + center_file.read_text().partition("agents: {listen: '")[2].partition("'")[0]


def configured(folder: Path, port: int) -> Path:
    """Write the files of a center whose zone has one target."""
    (folder / "zone-ca.pem").write_bytes(ZONE_CA.pem)
    (folder / "center.pem").write_bytes(LISTENER.key_pem + LISTENER.pem + CA.pem)
    file = folder / "cert-monitor.yaml"
    file.write_text(
        f"web: {{listen: '127.0.0.1:0'}}\nstore: {{url: 'sqlite:///{folder.as_posix()}/state.db'}}\n"
        "zones: {dmz: {agents: [{name: dmz-1}]}}\n"
        f"agents: {{listen: '127.0.0.1:{free_port()}', cert_file: center.pem}}\n"
        "defaults: {interval: 5s, trust: [zone-ca.pem]}\n"
        "targets:\n"
        f"  - {{kind: endpoint, address: '127.0.0.1:{port}', zone: dmz, server_name: cam01.dmz.example}}\n"
    )
    return file


async def lived(story: Story, machine: WineMachine, folder: Path) -> None:
    """Run a server in the zone, and all the rest."""

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0, ssl=tls_context(CAMERA, ZONE_CA))
    try:
        port = server.sockets[0].getsockname()[1]
        target = f"dmz/endpoint:127.0.0.1:{port}/cam01.dmz.example"
        await act(story, machine, configured(folder, port), target)
    finally:
        server.close()
        await until(lambda: len(asyncio.all_tasks()) == 1)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Return the life of an agent's service on a new Windows."""
    if package := missing():
        pytest.skip(f"needs Debian's {package}")
    folder = tmp_path_factory.mktemp("agent")
    machine = WineMachine(folder / "prefix")
    story = Story(folder / "prefix" / "drive_c" / "ProgramData" / "cert-monitor-agent")
    try:
        with machine.awake(folder / "events"):
            asyncio.run(lived(story, machine, folder))
            story.events = (folder / "events").read_text(errors="replace")
        yield story
    finally:
        machine.close()


def test_one_line_enrolls_and_starts(story: Story) -> None:
    """Everything is in the folder of the service, and its center shows what it saw."""
    assert "enrolled as dmz-1 of zone dmz" in story.said["enroll"]
    assert "the service cert-monitor-agent runs" in story.said["enroll"]
    assert {"agent.yaml", "agent.token", "center-ca.pem", "spool", "logs"} <= story.made
    assert "agent dmz-1 probes zone dmz" in story.log


def test_both_services_are_on_one_machine(story: Story) -> None:
    """Each with its own name, state and configuration."""
    assert "cert-monitor-agent: running" in story.said["running"]
    assert r"C:\ProgramData\cert-monitor-agent\agent.yaml" in story.said["running"]
    assert "cert-monitor: stopped" in story.said["both"]


def test_it_takes_no_control_to_reload(story: Story) -> None:
    """Windows says so to whoever sends it."""
    assert "the service cannot be told to reload" in story.said["reload"]


def test_it_stops(story: Story) -> None:
    """In order, and the process has ended."""
    assert story.said["stop"].strip() == "the service has stopped"
    assert "the service has stopped" in story.log


def test_a_mistake_in_its_file_stops_the_start(story: Story) -> None:
    """The exit code says so, and the event of its own source names file and key."""
    assert "ended with exit code 2" in story.said["wrong status"]
    assert "agent.yaml:" in story.events.partition("the configuration is wrong")[2]


def test_its_removal_touches_nothing_else(story: Story) -> None:
    """Its files and the other service stay."""
    assert r"state stay in C:\ProgramData\cert-monitor-agent" in story.said["remove"]
    assert "cert-monitor-agent is not registered" in story.said["removed"]
    assert "cert-monitor: stopped" in story.said["other"]
    assert story.made <= story.left
