"""The command in a process of its own: closed pipes, full disks, narrow encodings, terminals, Ctrl-C."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from support.factories.sources.file_probes import UNIX
from support.pki import authority
from support.servers.daemon.command import COMMAND, Site, served, started

if sys.platform != "win32":
    import pty

PATIENCE = 60


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve the demo's estate."""
    with served(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """Return a file whose JSON is longer than a pipe holds (64 KiB)."""
    file = tmp_path / "bücher.pem"
    file.write_bytes(b"".join(authority(f"Root {number} {'ü' * 20}").pem for number in range(120)))
    return file


def ended(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        check=False,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE,
        env=os.environ | environment,
    )


@UNIX
@pytest.mark.parametrize(
    ("arguments", "code"), [(("check", "--format", "json"), 0), (("check",), 0), (("config-schema",), 0)]
)
def test_a_reader_that_leaves(arguments: tuple[str, ...], code: int, bundle: Path) -> None:
    """``| head`` changes neither the exit code nor prints a traceback."""
    more = [str(bundle)] if arguments[0] == "check" else []
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*COMMAND, *arguments, *more], stdout=writing, stderr=subprocess.PIPE, check=False, timeout=PATIENCE
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (code, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full: run on Linux")
@pytest.mark.parametrize(("arguments", "code"), [(("check",), 3), (("config-schema",), 1)])
def test_a_full_disk(arguments: tuple[str, ...], code: int, bundle: Path) -> None:
    """Output that cannot be written is said, and is no success."""
    more = [str(bundle)] if arguments[0] == "check" else []
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*COMMAND, *arguments, *more], stdout=full, stderr=subprocess.PIPE, check=False, timeout=PATIENCE
        )
    said = b"the output cannot be written: No space left on device\n"
    assert (done.returncode, done.stderr) == (code, said)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_narrow_encodings(encoding: str, bundle: Path) -> None:
    """JSON stays JSON and the table comes out where the output's encoding lacks characters."""
    done = ended("check", "--format", "json", bundle, PYTHONIOENCODING=encoding)
    table = ended("check", f"{bundle.parent}/*.pem", PYTHONIOENCODING="ascii")
    assert [element["target"] for element in json.loads(done.stdout)] == [str(bundle)]
    assert (table.returncode, table.stderr) == (0, "")
    assert "b\\xfccher.pem" in table.stdout


def test_no_colors_in_a_pipe(bundle: Path) -> None:
    """A pipe gets plain text, one line for each target however long."""
    out = ended("check", bundle).stdout
    assert "\x1b" not in out
    assert [line.split()[0] for line in out.splitlines()] == ["SEVERITY", "ok"]


def on_terminal(*arguments: str, **environment: str) -> str:
    """Return what a terminal of 80 columns shows that has both outputs."""
    return _shown(None, *arguments, **environment)


def beside_terminal(out: Path, *arguments: str) -> str:
    """Return what a terminal shows while standard output goes to a file."""
    with out.open("wb") as stream:
        return _shown(stream, *arguments)


def _shown(out: IO[bytes] | None, *arguments: str, **environment: str) -> str:
    parent, child = pty.openpty()
    with started(
        *arguments,
        patience=PATIENCE,
        stdin=child,
        stdout=out or child,
        stderr=child,
        env=os.environ | {"COLUMNS": "80", "TERM": "xterm"} | environment,
    ):
        os.close(child)
        text = _all(parent)
    os.close(parent)
    return text


def _all(terminal: int) -> str:
    parts = []
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:  # Linux's way to say that the other end is closed
            part = b""
        if not part:
            return b"".join(parts).decode()
        parts.append(part)


@UNIX
def test_progress_bar_goes_to_standard_error(site: Site, tmp_path: Path) -> None:
    """Many targets show a bar on a terminal, and standard output stays clean JSON."""
    out = tmp_path / "out.json"
    shown = beside_terminal(
        out, "check", "--format", "json", *(f"127.0.0.{last}:1" for last in range(1, 255)), site["camera"]
    )
    assert "probing" in shown
    assert len(json.loads(out.read_text())) == 255


@UNIX
def test_no_progress_bar_for_few(site: Site, tmp_path: Path) -> None:
    """One target is no reason for a bar."""
    assert beside_terminal(tmp_path / "out", "check", site["management"]) == ""


@UNIX
def test_lines_fit_a_terminal(site: Site) -> None:
    """On 80 columns no line of ordinary targets is longer."""
    shown = on_terminal("check", site["recorder11"], site["camera"], str(site.folder / "certificates"))
    lines = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown).replace("\r", "").splitlines()
    paths = [line for line in lines if str(site.folder) in line]
    assert [line for line in lines if len(line) > 80 and line not in paths] == []


@UNIX
@pytest.mark.parametrize(("environment", "colored"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_no_color(site: Site, environment: dict[str, str], *, colored: bool) -> None:
    """A terminal gets colors unless NO_COLOR is set (no-color.org)."""
    shown = on_terminal("check", site["camera"], **environment)
    assert ("\x1b[31m" in shown) == colored


@pytest.fixture(params=[signal.default_int_handler, signal.SIG_IGN], ids=["foreground", "background"])
def job(request: pytest.FixtureRequest) -> Iterator[None]:
    """Handle SIGINT as a job in the foreground of a shell does, or ignore it as one in the background."""
    before = signal.signal(signal.SIGINT, request.param)
    yield
    signal.signal(signal.SIGINT, before)


@UNIX
def test_ctrl_c(job: None) -> None:
    """Ctrl-C during a probe exits with 130 and no traceback, however the tests were started."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(PATIENCE)
        port = silent.getsockname()[1]
        with started("check", f"127.0.0.1:{port}", stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            link, _ = silent.accept()
            with link:  # now it looks
                process.send_signal(signal.SIGINT)
                out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, err) == (130, b"", b"")


@UNIX
def test_an_unresponsive_command_is_killed() -> None:
    """A command that does not end by itself ends with the time it is given: no test waits without bound."""
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        started("check", f"127.0.0.1:{silent.getsockname()[1]}", patience=0.1) as process,
    ):
        pass
    assert process.returncode == -signal.SIGKILL


@UNIX
def test_a_failed_test_waits_for_no_command() -> None:
    """What fails beside a running command is seen at once."""
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(ZeroDivisionError),
        started("check", f"127.0.0.1:{silent.getsockname()[1]}") as process,
    ):
        raise ZeroDivisionError
    assert process.returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("arguments", "code", "begins"),
    [
        (("--version",), 0, "cert-monitor "),
        (("--help",), 0, "usage: cert-monitor "),
        (("check", "--help"), 0, "usage: cert-monitor check "),
        ((), 2, ""),
        (("nonsense",), 2, ""),
        (("run",), 2, ""),
        (("demo", "--listen", "nonsense"), 2, ""),
        (("demo", "--listen", "0.0.0.0:0"), 2, ""),
    ],
)
def test_the_module_is_the_command(arguments: tuple[str, ...], code: int, begins: str) -> None:
    """``python -m monitor`` speaks and ends as cert-monitor does."""
    done = ended(*arguments)
    assert done.returncode == code
    assert done.stdout.startswith(begins)
