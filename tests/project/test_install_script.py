"""The scripts of the bundle take no folder but their own, and no path that breaks a script."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.folders import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the bundle is for Linux")
SCRIPTS = ROOT / "deploy" / "linux"


def call(folder: Path, script: str, *words: str) -> tuple[int, str]:
    """Return the exit code of a script, copied into a folder, and what it complained of."""
    shutil.copy(SCRIPTS / script, folder)
    command = ["sh", str(folder / script), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stderr


def install(folder: Path, *words: str) -> tuple[int, str]:
    """Return what becomes of an installation from a bundle that has nothing but its script."""
    return call(folder, "install.sh", "--only-files", *words)


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """Return a folder like /usr/local: with the libraries of others, and a command of this name."""
    for name in ("bin/cert-monitor", "lib/libother.so", "share/other"):
        file = tmp_path / "shared" / name
        file.parent.mkdir(parents=True)
        file.touch(0o755)
    return tmp_path / "shared"


def files(folder: Path) -> list[str]:
    """Return the names of all files below a folder."""
    return sorted(one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file())


def test_nothing_is_installed_into_a_folder_of_others(shared: Path, tmp_path: Path) -> None:
    """Its lib and share would be replaced."""
    before = files(shared)
    code, said = install(tmp_path, "--prefix", str(shared))
    assert (code, files(shared)) == (1, before)
    assert "has other files: choose a folder of its own" in said


def test_nothing_is_removed_from_a_folder_of_others(shared: Path, tmp_path: Path) -> None:
    """Although it has the command, as /usr has it from the Debian package."""
    before = files(shared)
    code, said = call(tmp_path, "uninstall.sh", "--prefix", str(shared))
    assert (code, files(shared)) == (1, before)
    assert "was not installed by install.sh" in said


@pytest.mark.parametrize("prefix", ["/", "relative", "/opt/with space", "/opt/a#b"])
def test_a_prefix_that_cannot_be_used(prefix: str, tmp_path: Path) -> None:
    """It is the root, depends on where one is, or would break the unit."""
    code, said = install(tmp_path, "--prefix", prefix)
    assert (code, "prefix" in said or "folder of its own" in said) == (1, True)


def test_an_interpreter_that_a_script_cannot_name(tmp_path: Path) -> None:
    """The first line of a script takes no space in a path."""
    named = tmp_path / "my python" / "python3"
    named.parent.mkdir()
    named.symlink_to(sys.executable)
    code, said = install(tmp_path, "--prefix", str(tmp_path / "prefix"), "--python", str(named))
    assert (code, "--python may have letters" in said) == (1, True)
    assert not (tmp_path / "prefix").exists()


def test_an_installation_that_failed_can_be_repeated(tmp_path: Path) -> None:
    """What it left is known as its own; without wheels it fails each time, for that reason."""
    prefix = tmp_path / "prefix"
    for _ in range(2):
        code, said = install(tmp_path, "--prefix", str(prefix), "--python", sys.executable)
        assert (code != 0, "has other files" in said, prefix.is_dir()) == (True, False, True)
    assert call(tmp_path, "uninstall.sh", "--prefix", str(prefix))[0] == 0
    assert not prefix.exists()
