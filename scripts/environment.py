"""Make a virtual environment from the hashed requirements, once; used by the scripts beside this file."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST = (3, 11)


def ready(name: str, *, lock: str) -> Path:
    """Return the folder of the programs of an environment that has the locked packages and this project."""
    _check_python()
    folder = ROOT / ".environments" / name
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    requirements = ROOT / "requirements" / lock
    stamp = folder / "made-from"
    wanted = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()
    if not stamp.exists() or stamp.read_text() != wanted:
        print(f"making the environment {folder.relative_to(ROOT)} (once; a minute or two)", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        _make(folder)
        _pip(programs, "--require-hashes", "--no-deps", "-r", str(requirements))
        stamp.write_text(wanted)
    _install_project(programs)
    return programs


def _install_project(programs: Path) -> None:
    """Install the project itself as a user gets it: a built wheel, not a link to the sources."""
    shutil.rmtree(ROOT / "build", ignore_errors=True)
    _pip(programs, "--no-deps", "--no-build-isolation", "--force-reinstall", str(ROOT))
    shutil.rmtree(ROOT / "build", ignore_errors=True)


def _check_python() -> None:
    if sys.version_info < OLDEST:
        sys.exit(f"cert-monitor needs Python 3.11 or newer; this is {sys.version.split()[0]}")


def _make(folder: Path) -> None:
    try:
        import ensurepip  # noqa: F401, PLC0415 - only to see whether the system took it out
        import venv  # noqa: F401, PLC0415 - only to see whether the system took it out
    except ImportError:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        sys.exit(
            "this Python cannot make virtual environments; install one package: "
            f"python{version}-venv (Debian, Ubuntu)"
        )
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)


def _pip(programs: Path, *arguments: str) -> None:
    command = [str(programs / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run([*command, *arguments], check=False)
    if done.returncode:
        sys.exit("pip could not install what is needed; its message is above")


def run(programs: Path, name: str, *arguments: str) -> int:
    """Run a program of the environment and return its exit code."""
    return run_together(programs, (name, *arguments))


def run_together(programs: Path, *commands: Sequence[str]) -> int:
    """Run programs of the environment beside each other; return the first exit code that is not 0, or 0.

    They handle their own signals: Ctrl-C reaches them by itself, SIGTERM through us; they would run on for
    nobody otherwise.
    """
    early: list[int] = []  # a signal that comes while they start
    signal.signal(signal.SIGTERM, lambda number, _: early.append(number))
    processes = [
        subprocess.Popen([str(programs / name), *arguments], cwd=ROOT) for name, *arguments in commands
    ]

    def end(*_: object) -> None:
        for process in processes:
            process.terminate()

    signal.signal(signal.SIGTERM, end)
    if early:
        end()
    codes = [_code(process) for process in processes]
    return next((code for code in codes if code), 0)


def _code(process: subprocess.Popen[bytes]) -> int:
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue
