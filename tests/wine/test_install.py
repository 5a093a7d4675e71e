"""The packages for Windows under wine: built twice, installed, run, upgraded, uninstalled.

Run by ``scripts/test -m wine tests/wine/test_install.py`` where wine, wixl and msitools are installed; never
by CI: it takes several minutes. Wine's Windows Installer does not tell the old version that it is being
replaced, so an upgrade registers the service anew there.
"""

import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from packages.windows import cpython, msi
from support.folders import ROOT
from support.servers.machines.wine_computer import WineComputer
from support.servers.machines.wine_machine import missing

pytestmark = [pytest.mark.wine, pytest.mark.timeout(3000)]

LOCK = cpython.read_lock(ROOT / "requirements" / "cpython-windows.toml")
TESTED = next(one for one in LOCK.accepted if one.for_tests)
NEWER = "9.9.9"
MONITOR, AGENT = "cert-monitor", "cert-monitor-agent"
PYTHON = r"C:\Program Files\cert-monitor\python\python.exe"
EXTRAS = "import nats, nkeys, psycopg, pypsrp; print('psycopg is', psycopg.pq.__impl__)"


@dataclass
class Life:
    """What was seen at each step."""

    codes: list[int] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    facts: dict[str, bool] = field(default_factory=dict)


@pytest.fixture(scope="module")
def interpreter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file with CPython that the lock has for tests, from the package index."""
    needed = [*msi.PROGRAMS.values()] if any(shutil.which(one) is None for one in msi.PROGRAMS) else []
    if package := missing() or " ".join(needed):
        pytest.skip(f"needs Debian's {package}")
    folder = tmp_path_factory.mktemp("cpython")
    name, _, version = TESTED.name.removesuffix(".tar.gz").rpartition("-")
    listed = folder / "cpython.txt"
    listed.write_text(f"{name}=={version} --hash=sha256:{TESTED.sha256}\n")
    options = ("--quiet", "--no-deps", "--no-binary=:all:", "--require-hashes")
    command = (sys.executable, "-m", "pip", "download", *options, "-d", str(folder), "-r", str(listed))
    subprocess.run(command, check=True)
    return folder / TESTED.name


def build(interpreter: Path, folder: Path) -> list[Path]:
    """Return MSI and zip as the script builds them."""
    words = ("windows", "--out", str(folder), "--python", str(interpreter))
    subprocess.run([sys.executable, str(ROOT / "scripts" / "package"), *words], check=True)
    return sorted(folder.iterdir())


@pytest.fixture(scope="module")
def packages(interpreter: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return MSI and zip."""
    return build(interpreter, tmp_path_factory.mktemp("packages"))


@pytest.fixture(scope="module")
def newer(packages: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the MSI of a version with one more file."""
    folder = tmp_path_factory.mktemp("newer")
    with zipfile.ZipFile(packages[1]) as archive:
        archive.extractall(folder)
    tree = folder / "cert-monitor"
    (tree / "install.ps1").unlink()
    (tree / "site" / "newer.txt").write_text("newer")
    return msi.make_msi(tree, NEWER, folder / "newer.msi")


@pytest.fixture(scope="module")
def zone(packages: list[Path], newer: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """Return the services of a computer for an agent, after installation, upgrade and removal."""
    computer = WineComputer(tmp_path_factory.mktemp("zone") / "prefix")

    def services() -> str:
        return " ".join(one for one in (MONITOR, AGENT) if computer.registered(one))

    try:
        assert computer.install(packages[0], "AGENT=1") == 0
        after = [services()]
        assert computer.install(newer) == 0
        after.append(services())
        assert computer.uninstall(newer) == 0
        yield [*after, services()]
    finally:
        computer.close()


@pytest.fixture(scope="module")
def life(packages: list[Path], newer: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    """Return what was seen from the installation to the removal."""
    computer = WineComputer(tmp_path_factory.mktemp("computer") / "prefix")
    seen = Life()
    try:
        installed(computer, packages[0], seen)
        ran(computer, seen)
        upgraded(computer, newer, seen)
        removed(computer, newer, seen)
        yield seen
    finally:
        computer.close()


def installed(computer: WineComputer, package: Path, seen: Life) -> None:
    """Install."""
    seen.codes.append(computer.install(package))
    seen.texts["status"] = computer.monitor("service", "status").stdout
    seen.texts["version"] = computer.run("cmd", "/c", "cert-monitor --version").stdout
    seen.facts["link"] = any(computer.drive.rglob("Start Menu/Programs/cert-monitor.url"))
    seen.facts["registered"] = computer.registered(MONITOR)
    seen.facts["unasked"] = computer.registered(AGENT)
    seen.texts["extras"] = computer.run(PYTHON, "-c", EXTRAS).stdout
    seen.texts["agent"] = computer.monitor("service", "install", "--agent").stdout


def data(computer: WineComputer) -> Path:
    """Return the folder of configuration and state."""
    return computer.drive / "ProgramData" / "cert-monitor"


def watched_since(computer: WineComputer) -> str:
    """Return when the target was watched first, as the database says while nothing runs."""
    with closing(sqlite3.connect(data(computer) / "state.db")) as database:
        return str(database.execute("SELECT watched_since FROM target").fetchall())


def ran(computer: WineComputer, seen: Life) -> None:
    """Write a configuration, start, scrape and stop."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (data(computer) / "cert-monitor.yaml").write_text(
        f"web: {{listen: '127.0.0.1:{port}'}}\n"
        "store: {url: 'sqlite:///C:/ProgramData/cert-monitor/state.db'}\n"
        "targets: [{kind: endpoint, address: '127.0.0.1:1'}]\n"
    )
    seen.texts["start"] = computer.monitor("service", "start").stdout
    seen.texts["metrics"] = scraped(port)
    seen.texts["stop"] = computer.monitor("service", "stop").stdout
    seen.texts["stopped"] = computer.monitor("service", "status").stdout
    seen.texts["since"] = watched_since(computer)


def scraped(port: int) -> str:
    """Return the metrics as soon as the target was probed, empty when that takes too long."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            text = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=30).text
        except httpx.HTTPError:
            text = ""
        if "cert_monitor_target_up{" in text:
            return text
        time.sleep(1)
    return ""


def upgraded(computer: WineComputer, package: Path, seen: Life) -> None:
    """Install a newer version over the one that runs."""
    config = data(computer) / "cert-monitor.yaml"
    before = config.read_bytes()
    computer.monitor("service", "start")
    seen.codes.append(computer.install(package))
    seen.facts["newer"] = (computer.drive / "Program Files/cert-monitor/site/newer.txt").exists()
    seen.facts["kept"] = config.read_bytes() == before
    seen.texts["upgraded"] = computer.monitor("service", "status").stdout
    seen.texts["upgraded agent"] = computer.monitor("service", "status", "--agent").stdout


def removed(computer: WineComputer, package: Path, seen: Life) -> None:
    """Uninstall."""
    seen.codes.append(computer.uninstall(package))
    seen.facts["program"] = (computer.drive / "Program Files/cert-monitor").exists()
    seen.facts["service"] = computer.registered(MONITOR) or computer.registered(AGENT)
    seen.facts["link stays"] = any(computer.drive.rglob("Start Menu/Programs/cert-monitor.url"))
    seen.facts["data"] = all((data(computer) / name).exists() for name in ("cert-monitor.yaml", "state.db"))
    seen.texts["path"] = computer.path()
    seen.texts["still since"] = watched_since(computer)


def test_two_builds_are_equal(
    packages: list[Path], interpreter: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Byte for byte: whoever builds again gets the file that was released."""
    again = build(interpreter, tmp_path_factory.mktemp("again"))
    assert [one.name for one in again] == [one.name for one in packages]
    assert [one.read_bytes() == two.read_bytes() for one, two in zip(again, packages, strict=True)] == [
        True,
        True,
    ]


def test_the_package_has_what_windows_needs_and_nothing_of_wine(packages: list[Path]) -> None:
    """Neither the stand-in for random numbers is in it, nor is the module left out that wine cannot run."""
    with zipfile.ZipFile(packages[1]) as archive:
        names = set(archive.namelist())
    assert not any("bcryptprimitives" in one for one in names)
    assert "cert-monitor/python/_wmi.pyd" in names
    assert f"cert-monitor/site/monitor/__pycache__/__init__.cpython-{LOCK.tag}.pyc" in names


def test_every_step_succeeds_without_a_question(life: Life) -> None:
    """Installation, upgrade and removal with /qn."""
    assert life.codes == [0, 0, 0]


def test_the_service_is_registered_and_stopped(life: Life) -> None:
    """Nothing runs before there is a configuration."""
    assert (life.facts["registered"], life.facts["unasked"]) == (True, False)
    assert "stopped" in life.texts["status"]


def test_the_packages_of_extras_are_there(life: Life) -> None:
    """PostgreSQL by its compiled driver, NATS, and Windows machines over the network."""
    assert life.texts["extras"].strip() == "psycopg is binary"


def test_an_agent_is_a_service_beside_it(life: Life) -> None:
    """An upgrade keeps both, and starts none that has no configuration."""
    assert r"NT SERVICE\cert-monitor-agent, configuration " in life.texts["agent"]
    assert "cert-monitor-agent: stopped" in life.texts["upgraded agent"]


def test_a_computer_for_an_agent_has_no_other_service(zone: list[str]) -> None:
    """Once asked for, an upgrade need not be told again."""
    assert zone == [AGENT, AGENT, ""]


def test_the_program_is_on_the_path(life: Life) -> None:
    """Its name is enough, in any folder."""
    assert life.texts["version"].startswith("cert-monitor ")


def test_the_page_is_in_the_start_menu(life: Life) -> None:
    """And goes with the program."""
    assert (life.facts["link"], life.facts["link stays"]) == (True, False)


def test_the_service_runs_and_is_scraped(life: Life) -> None:
    """It starts with a configuration and probes."""
    assert 'cert_monitor_target_up{target="endpoint:127.0.0.1:1"} 0' in life.texts["metrics"]


def test_the_service_stops(life: Life) -> None:
    """In order, as Windows asks for it."""
    assert "has stopped" in life.texts["stop"]
    assert "stopped" in life.texts["stopped"]


def test_an_upgrade_replaces_the_program_and_keeps_the_data(life: Life) -> None:
    """The configuration is what it was, and the service that ran runs again."""
    assert (life.facts["newer"], life.facts["kept"]) == (True, True)
    assert "running" in life.texts["upgraded"]


def test_a_removal_leaves_the_data_alone(life: Life) -> None:
    """Program, service and PATH go."""
    facts = life.facts
    assert (facts["program"], facts["service"], facts["data"]) == (False, False, True)
    assert "cert-monitor" not in life.texts["path"]
    assert life.texts["still since"] == life.texts["since"] != "[]"
