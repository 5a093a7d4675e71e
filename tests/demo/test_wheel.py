"""The wheel is enough: installed far from the checkout, the demo shows its page, sends mails and stops."""

import os
import re
import signal
import subprocess
import sys
import sysconfig
import time
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from packages import wheels
from support.factories.sources.file_probes import UNIX
from support.servers import programs

PATIENCE = 60


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the programs of an environment with the wheel, and the dependencies that the tests have."""
    folder = tmp_path_factory.mktemp("elsewhere")
    venv.create(folder / "venv", symlinks=True, with_pip=False)
    programs_folder = folder / "venv" / "bin"
    (site,) = (folder / "venv" / "lib").glob("python*/site-packages")
    built = wheels.project_wheel(folder)
    command = [sys.executable, "-m", "pip", "--python", str(programs_folder / "python"), "--quiet", "install"]
    subprocess.run(
        [*command, "--no-index", "--no-deps", "--no-compile", str(built)],
        check=True,
        cwd=folder,
        env=outside(folder),
    )
    # After pip, which would take the program of the tests for the one to install.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return programs_folder


def outside(folder: Path) -> dict[str, str]:
    """Return an environment that knows nothing of the checkout, and keeps temporary files in a folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return kept | {"TMPDIR": str(folder), "PYTHONUTF8": "1"}


@contextmanager
def demo(program: Path, folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run the demo with its output in files beside its folder for temporary ones."""
    with (folder / "out").open("wb") as out, (folder / "err").open("wb") as errors:
        (folder / "temporary").mkdir()
        command = [program, "demo", "--listen", "127.0.0.1:0"]
        environment = outside(folder / "temporary")
        with programs.running(command, cwd=folder, env=environment, stdout=out, stderr=errors) as process:
            yield process


def said(folder: Path, pattern: str) -> str:
    """Return the first group of what the demo prints, as soon as it does."""
    ends_at = time.monotonic() + PATIENCE
    while (found := re.search(pattern, (folder / "out").read_text("utf-8"))) is None:
        assert time.monotonic() < ends_at, (folder / "out").read_text() + (folder / "err").read_text()
        time.sleep(0.1)
    return found[1]


def listed(url: str, text: bytes) -> None:
    """Wait until an answer contains a text."""
    ends_at = time.monotonic() + PATIENCE
    while text not in (answer := urllib.request.urlopen(url, timeout=PATIENCE).read()):
        assert time.monotonic() < ends_at, answer
        time.sleep(0.1)


@UNIX
def test_program_is_that_of_the_wheel(installed: Path, tmp_path: Path) -> None:
    """Only the dependencies are those of the tests."""
    command = [installed / "python", "-c", "import monitor; print(monitor.__file__)"]
    done = subprocess.run(
        command, cwd=tmp_path, env=outside(tmp_path), capture_output=True, text=True, check=True
    )
    assert Path(done.stdout).is_relative_to(installed.parent)


@UNIX
def test_wheel_passes_the_demo(installed: Path, tmp_path: Path) -> None:
    """Templates, translations, presets and migrations are in it; nothing is needed from elsewhere."""
    with demo(installed / "cert-monitor", tmp_path) as process:
        page = said(tmp_path, r"\n *page +(http://\S+)")
        metrics = said(tmp_path, r"\n *metrics +(http://\S+)")
        said(tmp_path, r"\nSubject: (Certificates: .+)")
        listed(page, b"Recorder 02")
        listed(metrics, b"cert_monitor_certificate_days_to_expiry")
        process.send_signal(signal.SIGINT)
        code = process.wait(PATIENCE)
    assert (code, (tmp_path / "err").read_bytes()) == (0, b"")
    assert list((tmp_path / "temporary").iterdir()) == []
