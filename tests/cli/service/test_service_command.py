"""The command ``service`` where there is no Windows, its arguments, its firewall rule and its folder."""

import os
from pathlib import Path

import pytest

from monitor.cli import main
from monitor.cli.service.commands import SYSTEMD
from monitor.cli.service.definition import AGENT, MONITOR, ServiceDefinition
from monitor.cli.service.file_tree import take_folder
from monitor.cli.service.firewall import added, removed
from monitor.cli.service.paths import (
    data_folder,
    default_config,
    is_of_service,
    log_file,
    use_state_of_service,
)
from monitor.errors import SystemBrokenError
from monitor.state_folder import default_folder


@pytest.mark.parametrize("action", list(SYSTEMD))
@pytest.mark.parametrize("service", [MONITOR, AGENT], ids=["monitor", "agent"])
def test_elsewhere_systemd_does_it(
    action: str, service: ServiceDefinition, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line names the command for it."""
    assert main(service.command(action).split()[1:]) == 2
    assert capsys.readouterr().err.splitlines() == [
        f"systemd runs the service on this system: {SYSTEMD[action]} {service.name}"
    ]


def test_an_agent_opens_no_port(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing connects to it."""
    assert main(["service", "install", "--agent", "--firewall"]) == 2
    assert "an agent has no port" in capsys.readouterr().err


def test_the_folder_of_the_service() -> None:
    """In ProgramData, wherever that is, and elsewhere where packages put the configuration."""
    given = {"PROGRAMDATA": "/data"}
    assert data_folder(MONITOR, given, "win32") == Path("/data/cert-monitor")
    assert data_folder(MONITOR, given, "linux") == Path("/etc/cert-monitor")
    log = Path("/data/cert-monitor/logs/cert-monitor.log")
    assert log_file(MONITOR, Path("/data/cert-monitor")) == log


def test_an_agent_has_a_folder_of_its_own() -> None:
    """Both may be on one machine, and neither reads what the other one keeps."""
    given = {"PROGRAMDATA": "/data"}
    assert default_config(AGENT, given, "win32") == Path("/data/cert-monitor-agent/agent.yaml")
    assert default_config(AGENT, given, "linux") == Path("/etc/cert-monitor/agent.yaml")
    log = Path("/data/cert-monitor-agent/logs/cert-monitor-agent.log")
    assert log_file(AGENT, data_folder(AGENT, given, "win32")) == log


def test_state_is_in_the_folder_of_the_service() -> None:
    """Not in the AppData of its account."""
    environ = {"LOCALAPPDATA": "/account"}
    use_state_of_service(Path("/data/cert-monitor"), environ)
    assert default_folder(environ, "win32") == Path("/data/cert-monitor")


@pytest.mark.parametrize(
    ("config", "inside"), [("folder/x.yaml", True), ("folder/in/x.yaml", False), ("x.yaml", False)]
)
def test_whether_a_configuration_is_that_of_the_service(tmp_path: Path, config: str, *, inside: bool) -> None:
    """Only directly in its folder."""
    assert is_of_service(tmp_path / config, tmp_path / "folder") is inside


def test_the_rule_is_for_the_service_alone() -> None:
    """Its port, its program and its name."""
    assert added(9850, Path(r"C:\Program Files\x\pythonw.exe")) == [
        "add", "rule", "name=cert-monitor", "dir=in", "action=allow", "protocol=TCP", "localport=9850",
        r"program=C:\Program Files\x\pythonw.exe", "service=cert-monitor",
    ]  # fmt: skip
    assert removed() == ["delete", "rule", "name=cert-monitor"]


def test_what_was_in_the_folder_is_restricted(tmp_path: Path) -> None:
    """Somebody may have made it; links lead to files of others, which stay as they are."""
    folder, foreign = tmp_path / "data", tmp_path / "foreign"
    for path in (folder / "in" / "password", foreign, tmp_path / "twice"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("before")
        path.chmod(0o644)
    (folder / "link").symlink_to(foreign)
    os.link(tmp_path / "twice", folder / "twice")
    take_folder(folder, MONITOR)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (folder, *folder.rglob("*"))}
    assert modes == {"data": 0o700, "in": 0o700, "password": 0o600, "link": 0o644, "twice": 0o600}
    (tmp_path / "twice").write_text("changed by its other name")
    assert (folder / "twice").read_text() == "before"
    assert (tmp_path / "twice").stat().st_mode & 0o777 == 0o644


def test_a_link_is_not_taken_as_the_folder(tmp_path: Path) -> None:
    """It could lead anywhere."""
    (tmp_path / "real").mkdir()
    (tmp_path / "data").symlink_to(tmp_path / "real")
    with pytest.raises(SystemBrokenError, match="leads to another place"):
        take_folder(tmp_path / "data", MONITOR)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """It says which, and why."""
    (tmp_path / "file").touch()
    with pytest.raises(SystemBrokenError, match=r"file cannot be restricted: File exists"):
        take_folder(tmp_path / "file" / "data", MONITOR)


def test_a_command_without_a_console(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installer runs it by pythonw, which has neither standard output nor standard error."""
    monkeypatch.setattr("sys.stdout", None)
    monkeypatch.setattr("sys.stderr", None)
    assert main(["service", "status"]) == 2
    assert main(["config-schema"]) == 0
