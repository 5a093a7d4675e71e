"""A folder of reports gives one target for each machine, and a folder with problems takes none away."""

import asyncio
import os
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.clock import SystemClock
from monitor.config import load, plan
from monitor.daemon.daemon import Daemon
from monitor.discovery import DiscoveryResult, WindowsReportSettings
from monitor.discovery.windows_report import WindowsReports
from monitor.model import DiscoveredTarget, FailureReason
from support.factories.sources.windows_documents import der, stored, written
from support.folders import ROOT
from support.written import written as sentence

UNIX = pytest.mark.skipif(sys.platform == "win32", reason="needs Unix files: run on Linux")


def discovered(folder: Path, **more: object) -> DiscoveryResult:
    """Return what a folder gives."""
    keys = {"kind": "windows_report", "folder": str(folder)} | more
    found = WindowsReports(WindowsReportSettings.model_validate(keys))

    async def run() -> DiscoveryResult:
        try:
            return await found.discover()
        finally:
            await found.close()

    return asyncio.run(run())


def test_each_report_is_a_machine(tmp_path: Path) -> None:
    """In order of their names; files of other kinds, hidden and temporary ones are none."""
    for name in ("REC02.json", "rec01.vms.example.JSON", ".x.json", "rec03.json.tmp", "readme.txt"):
        (tmp_path / name).touch()
    assert discovered(tmp_path, late_after="26h") == DiscoveryResult(
        (
            DiscoveredTarget(
                str(tmp_path / "REC02.json"),
                kind="windows_report",
                keys=(
                    ("file", str(tmp_path / "REC02.json")),
                    ("host", "rec02"),
                    ("folder_name", ""),
                    ("late_after", "93600000ms"),
                ),
            ),
            DiscoveredTarget(
                str(tmp_path / "rec01.vms.example.JSON"),
                aliases=("rec01",),
                kind="windows_report",
                keys=(
                    ("file", str(tmp_path / "rec01.vms.example.JSON")),
                    ("host", "rec01.vms.example"),
                    ("folder_name", ""),
                    ("late_after", "93600000ms"),
                ),
            ),
        )
    )


def test_a_file_that_no_machine_could_be_called(tmp_path: Path) -> None:
    """It is left out and said."""
    for name in ("a b.json", "rec01.json"):
        (tmp_path / name).touch()
    answer = discovered(tmp_path)
    assert ([one.keys[1] for one in answer.found], answer.notes) == (
        [("host", "rec01")],
        ("a b.json is called by no machine's name",),
    )


def test_an_empty_folder_is_not_certain(tmp_path: Path) -> None:
    """It may be a share that is not mounted: what was watched stays."""
    assert discovered(tmp_path) == DiscoveryResult(notes=(f"no report is in {tmp_path}",))


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """The failure says so."""
    (failure,) = discovered(tmp_path / "gone").failures
    assert (failure.reason, sentence(failure)) == (
        FailureReason.NOT_FOUND,
        f"{tmp_path / 'gone'} does not exist",
    )


@UNIX
def test_a_folder_that_may_not_be_read(tmp_path: Path) -> None:
    """The failure says so; root may read everything."""
    tmp_path.chmod(0)
    try:
        if os.geteuid() == 0:
            os.seteuid(65534)
        failures = discovered(tmp_path).failures
    finally:
        if os.getuid() == 0:
            os.seteuid(0)
        tmp_path.chmod(0o700)
    assert [one.reason for one in failures] == [FailureReason.PERMISSION]


def test_a_file_instead_of_the_folder(tmp_path: Path) -> None:
    """The failure names what the system says."""
    (tmp_path / "x").touch()
    assert [one.reason for one in discovered(tmp_path / "x").failures] == [FailureReason.UNREADABLE]


@pytest.mark.parametrize("bound", ["MOST_ENTRIES", "MOST_REPORTS"])
def test_a_folder_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str) -> None:
    """The listing ends at its bound, and nothing that was watched is taken away."""
    monkeypatch.setattr(f"monitor.discovery.windows_report.{bound}", 10)
    for number in range(11):
        (tmp_path / f"rec{number}.json").touch()
    answer = discovered(tmp_path)
    assert (answer.found, [one.reason for one in answer.failures]) == ((), [FailureReason.TOO_LARGE])


def test_a_share_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The listing is given up."""
    held = threading.Event()
    monkeypatch.setattr("monitor.discovery.windows_report._LONGEST", 0.05)
    monkeypatch.setattr("monitor.discovery.windows_report._reports", lambda folder: held.wait(30))
    try:
        answer = discovered(tmp_path)
    finally:
        held.set()
    assert [one.reason for one in answer.failures] == [FailureReason.TIMEOUT]


CONFIG = """
defaults: {{interval: 1s}}
policies: [{{match: {{kind: windows_report}}, unreachable_after: 7}}]
web: {{listen: '127.0.0.1:0'}}
store: {{url: 'sqlite:///state.db'}}
targets:
  - kind: windows_report
    folder: {folder}
    labels: {{site: a}}
    title: Harbour
    timeout: 3s
    refresh: 50ms
"""


def test_found_machines_are_planned(tmp_path: Path) -> None:
    """They have the labels, title and policy of their entry, and are joined by all their names."""
    (tmp_path / "rec01.vms.example.json").touch()
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG.format(folder=tmp_path.as_posix()))
    (entry,) = load(config).discoveries
    answer = discovered(tmp_path, title="Harbour")
    (target,) = plan(load(config), {entry.id: answer.found}).targets
    assert (
        target.id,
        target.host,
        target.aliases,
        target.labels,
        target.info.title,
        target.origin,
        target.policy.unreachable_after,
        target.policy.timeout,
    ) == (
        "windows_report:rec01.vms.example",
        "rec01.vms.example",
        ("rec01",),
        (("site", "a"),),
        "Harbour: rec01.vms.example",
        f"windows_report:{tmp_path.as_posix()}",
        7,
        timedelta(seconds=3),
    )


def test_machines_of_one_name_in_two_folders(tmp_path: Path) -> None:
    """The second is left out and said, until its folder is given a name."""
    text = "targets: [{kind: windows_report, folder: a}, {kind: windows_report, folder: b%s}]"
    config = tmp_path / "config.yaml"
    answers = []
    for more in ("", ", name: harbour"):
        config.write_text(text % more)
        found = {}
        for entry in load(config).discoveries:
            assert isinstance(entry, WindowsReportSettings)
            Path(entry.folder).mkdir(exist_ok=True)
            (Path(entry.folder) / "REC01.json").touch()
            found[entry.id] = discovered(Path(entry.folder), name=entry.name).found
        answers.append(plan(load(config), found))
    assert [sorted(one.id for one in answer.targets) for answer in answers] == [
        ["windows_report:rec01"],
        ["windows_report:harbour/rec01", "windows_report:rec01"],
    ]
    assert [len(answer.problems) for answer in answers] == [1, 0]


def test_a_kind_that_this_version_does_not_know(tmp_path: Path) -> None:
    """A list that a newer version recorded costs only the entry."""
    config = tmp_path / "config.yaml"
    config.write_text("targets: [{kind: dns, name: 'portal.example:443'}]")
    found = {
        "dns:portal.example:443": [DiscoveredTarget("x", kind="weather"), DiscoveredTarget("10.0.0.1:443")]
    }
    planned = plan(load(config), found)
    assert ([one.message for one in planned.problems], len(planned.targets)) == (
        ["found 'x': this version knows no kind 'weather'"],
        1,
    )


def test_a_machine_that_reports_is_watched_by_the_daemon(tmp_path: Path) -> None:
    """Its certificate appears, beside another machine whose report is broken; and after a restart too."""
    folder = tmp_path / "reports"
    folder.mkdir()
    now = SystemClock().now().isoformat()
    (folder / "rec01.json").write_bytes(written(stored(der("rec01.vms.example")), taken_at=now))
    (folder / "rec02.json").write_bytes(written()[:40])
    (tmp_path / "config.yaml").write_text(CONFIG.format(folder="reports"))

    async def scenario() -> tuple[int, list[str], bool]:
        daemon = await Daemon.open(tmp_path / "config.yaml", SystemClock())
        try:
            await daemon.start()
            states = {}
            for _ in range(300):
                states = dict(daemon.parts.board.snapshot.states)
                if len(states) == 2 and all(state.probed_at for state in states.values()):
                    break
                await asyncio.sleep(0.05)
            good, bad = states["windows_report:rec01"], states["windows_report:rec02"]
            return len(good.sightings), [one.reason.value for one in bad.failures], good.machine is not None
        finally:
            await daemon.close()

    async def restarted() -> int:
        daemon = await Daemon.open(tmp_path / "config.yaml", SystemClock())
        try:
            return len(daemon.parts.watched.active.targets)
        finally:
            await daemon.close()

    assert asyncio.run(scenario()) == (1, ["bad_answer"], True)
    assert asyncio.run(restarted()) == 2


def test_the_lines_of_the_documentation_load(tmp_path: Path) -> None:
    """The first block of its page is a configuration."""
    page = (ROOT / "docs" / "windows-report.md").read_text("utf-8")
    config = tmp_path / "config.yaml"
    config.write_text(page.split("```yaml\n")[1].split("```")[0])
    assert [entry.id for entry in load(config).discoveries] == ["windows_report:/srv/certificates"]
