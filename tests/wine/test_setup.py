"""``cert-monitor setup`` under wine: silent, with a site, a relay and the service, to the first mail."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.servers.daemon.setup_world import World, world
from support.servers.machines.wine_machine import WineMachine, missing, windows_path

pytestmark = [pytest.mark.wine, pytest.mark.timeout(400)]  # the first run makes the machine
CONFIG = r"C:\ProgramData\cert-monitor\cert-monitor.yaml"
FIRST_MAIL = 120.0
"""Seconds until the first mail: the first alert pass is after one minute."""


@pytest.fixture(scope="module")
def windows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WineMachine]:
    """Run a Windows."""
    if package := missing():
        pytest.skip(f"needs Debian's {package}")
    folder = tmp_path_factory.mktemp("windows")
    made = WineMachine(folder / "prefix")
    try:
        # Otherwise setup may be the program that starts Windows, whose services then hold its output open.
        with made.awake(folder / "events"):
            yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Run a site, a host and a relay, which a program under wine reaches on loopback."""
    with world(tmp_path_factory.mktemp("world")) as made:
        yield made


def silent(there: World, windows: WineMachine) -> str:
    """Run setup with the options of silent use, and return what it printed."""
    given = {**there.mails, **there.login}
    paths = {name: windows_path(Path(given[name])) for name in ("trust", "password-file")}
    options = [word for name, value in {**given, **paths}.items() for word in (f"--{name}", value)]
    return windows.run("-m", "monitor", "setup", "--non-interactive", *options)


def test_silent(there: World, windows: WineMachine) -> None:
    """It writes into ProgramData, sends a test mail, and starts the service, which sends the inventory."""
    said = silent(there, windows)
    folder = windows.folder / "drive_c" / "ProgramData" / "cert-monitor"
    begun = time.monotonic()
    assert "The service is started" in said
    assert {"cert-monitor.yaml", "trusted-ca.pem", "vms-password"} <= {one.name for one in folder.iterdir()}
    assert "valid" in windows.run("-m", "monitor", "validate-config", CONFIG)
    assert "recorder" in windows.run("-m", "monitor", "targets", "--config", CONFIG)
    while "Certificates" not in there.post.words:
        assert time.monotonic() - begun < FIRST_MAIL
        time.sleep(0.2)
    assert "running" in windows.run("-m", "monitor", "service", "status")
    windows.run("-m", "monitor", "service", "stop")
