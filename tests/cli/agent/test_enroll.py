"""An agent is enrolled on its machine: its file, its token, the CA of its center, and what comes next."""

import asyncio
import hashlib
import os
import sys
from pathlib import Path

import pytest

from monitor.agent.settings import load
from monitor.cli import main
from monitor.cli.agent import service
from monitor.cli.service.paths import default_config
from monitor.errors import SystemBrokenError
from monitor.wire import Enrollment
from monitor.wire.protocol import ENROLL, write_token
from support.servers.cluster.agent_center import TOKEN, AgentCenter, agent_center
from support.servers.daemon.process import until
from support.servers.web.server import http

Capture = pytest.CaptureFixture[str]
USED = http(b"", "403 Forbidden")
GIVEN = http(write_token(TOKEN))


def line_of(center: AgentCenter) -> str:
    """Return a line that its center has printed."""
    return str(Enrollment(center.url, hashlib.sha256(center.authority.der).hexdigest(), "c" * 43))


def enrolled(*words: str, reply: bytes = GIVEN) -> int:
    """Return the exit code of enrolling at a center."""

    async def scenario() -> int:
        async with agent_center([]) as center:
            center.web.replies[ENROLL] = reply
            code = await asyncio.to_thread(main, ["agent", "enroll", line_of(center), *words])
            await until(lambda: len(asyncio.all_tasks()) == 1)  # every connection has ended
            return code

    return asyncio.run(scenario())


def mode(path: Path) -> int:
    """Return the permissions of a file."""
    return path.stat().st_mode & 0o777


def test_an_agent_without_a_file_gets_one(tmp_path: Path, capsys: Capture) -> None:
    """With what the invitation says and what its administrator allows; only the token is secret."""
    path = tmp_path / "agent.yaml"
    allow = ("--allow", "*.dmz.example:*", "--allow", "10.1.0.0/16:443")
    assert enrolled("--config", str(path), "--agent", "dmz/dmz-1", *allow) == 0
    settings = load(path).settings
    assert (settings.zone, settings.name) == ("dmz", "dmz-1")
    assert settings.allow == ("*.dmz.example:*", "10.1.0.0/16:443")
    assert (Path(settings.spool.folder), len(settings.centers)) == (tmp_path / "spool", 1)
    assert (tmp_path / "agent.token").read_text() == f"{TOKEN}\n"
    assert "BEGIN CERTIFICATE" in (tmp_path / "center-ca.pem").read_text()
    if sys.platform != "win32":
        modes = {one.name: mode(one) for one in tmp_path.iterdir()}
        assert modes == {"agent.yaml": 0o644, "center-ca.pem": 0o644, "agent.token": 0o600}
    assert capsys.readouterr().out.splitlines()[-1] == f"next: {service.by_hand(path)}"


def test_nothing_is_allowed_unless_it_is_said(tmp_path: Path, capsys: Capture) -> None:
    """That is said as well."""
    path = tmp_path / "agent.yaml"
    assert enrolled("--config", str(path), "--agent", "dmz/dmz-1") == 0
    assert load(path).settings.allow == ()
    assert f"add hosts, networks and ports to allow in {path}" in capsys.readouterr().out


def test_a_used_code_leaves_no_file(tmp_path: Path, capsys: Capture) -> None:
    """The next attempt begins anew."""
    assert enrolled("--config", str(tmp_path / "agent.yaml"), "--agent", "dmz/dmz-1", reply=USED) == 1
    assert "the code is wrong, of another agent, was used" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("allow", ["dmz.example:x", "/certs/../etc"])
def test_a_mistake_costs_no_code(tmp_path: Path, capsys: Capture, allow: str) -> None:
    """The file is read before anything is sent."""
    words = ("--config", str(tmp_path / "agent.yaml"), "--agent", "dmz/dmz-1", "--allow", allow)
    assert enrolled(*words, reply=USED) == 2
    assert "allow" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


FILE = """\
zone: dmz
name: dmz-1
centers: ["https://127.0.0.1:1"]
trust: [ca.pem]
token_file: token
allow: ["*:443"]
spool: {folder: spool}
"""


def test_a_file_that_is_there_stays(tmp_path: Path) -> None:
    """The token goes where it says, in place of an earlier one."""
    path = tmp_path / "agent.yaml"
    path.write_text(FILE)
    (tmp_path / "token").write_text("earlier")
    assert enrolled("--config", str(path), "--agent", "dmz/dmz-1") == 0
    assert (path.read_text(), (tmp_path / "token").read_text()) == (FILE, f"{TOKEN}\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--agent", "dmz/dmz-2"), "is of agent dmz/dmz-1, the line of dmz/dmz-2"),
        (("--allow", "*:443"), "add to allow there what --allow names"),
    ],
)
def test_a_file_that_says_something_else(
    tmp_path: Path, capsys: Capture, words: tuple[str, ...], said: str
) -> None:
    """It was pasted on another machine, or the file would have to be changed."""
    path = tmp_path / "agent.yaml"
    path.write_text(FILE)
    assert enrolled("--config", str(path), *words, reply=USED) == 2
    assert said in capsys.readouterr().err


def test_a_client_certificate_that_cannot_be_used_is_named(tmp_path: Path, capsys: Capture) -> None:
    """The code is good for another attempt."""
    path = tmp_path / "agent.yaml"
    path.write_text(f"{FILE}client_cert: missing.pem\n")
    assert enrolled("--config", str(path), reply=USED) == 1
    assert f"client_cert: {tmp_path / 'missing.pem'} cannot be used" in capsys.readouterr().err


def test_which_agent_it_is_must_be_known(tmp_path: Path, capsys: Capture) -> None:
    """From the file or the line."""
    assert enrolled("--config", str(tmp_path / "agent.yaml"), reply=USED) == 2
    assert "add --agent ZONE/AGENT" in capsys.readouterr().err


def test_a_line_that_is_not_whole_is_refused(tmp_path: Path, capsys: Capture) -> None:
    """Before anything is written."""
    assert main(["agent", "enroll", "https://center", "--config", str(tmp_path / "a"), "--agent", "x/y"]) == 2
    assert "paste it whole" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="the unit of systemd")
def test_the_unit_reads_one_file_only(tmp_path: Path, capsys: Capture) -> None:
    """Another one cannot be started, and the code is not used up by the attempt."""
    words = ("--config", str(tmp_path / "agent.yaml"), "--agent", "dmz/dmz-1", "--start")
    assert enrolled(*words, reply=USED) == 2
    assert "--start needs the unit cert-monitor-agent" in capsys.readouterr().err
    assert service.by_hand(tmp_path / "a.yaml") == f"cert-monitor agent run --config {tmp_path}/a.yaml"


def systemd(folder: Path, *, fails: str = "") -> None:
    """Write a systemctl that notes what it was asked, and fails at one of its commands."""
    program = folder / "systemctl"
    program.write_text(
        f'#!/bin/sh\necho "$@" >> {folder}/asked\ncase "$1" in "{fails}") echo no >&2; exit 1;; esac\n'
    )
    program.chmod(0o755)


@pytest.fixture
def booted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a systemctl, on a machine that systemd runs."""
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr("monitor.cli.service.systemd._BOOTED", tmp_path)
    return tmp_path


@pytest.mark.skipif(sys.platform == "win32", reason="the unit of systemd")
def test_the_unit_is_started_anew(booted: Path) -> None:
    """One that ran had the token of before."""
    systemd(booted)
    config = default_config(service.AGENT)
    assert service.by_hand(config) == "systemctl enable --now cert-monitor-agent"
    service.start(config)
    asked = (booted / "asked").read_text().splitlines()
    assert asked == ["cat cert-monitor-agent", "enable cert-monitor-agent", "restart cert-monitor-agent"]


@pytest.mark.skipif(sys.platform == "win32", reason="the unit of systemd")
def test_a_start_that_fails_says_what_to_do(booted: Path) -> None:
    """The agent is enrolled all the same."""
    systemd(booted, fails="restart")
    with pytest.raises(
        SystemBrokenError, match="it is enrolled, but does not start: no; then: systemctl enable"
    ):
        service.start(default_config(service.AGENT))
