"""Compile the packages with the interpreter that runs them: CPython for Windows, under wine.

A service may not write below Program Files, so the bytecode is installed too. Its files hold a hash of the
source (``checked-hash``): they do not depend on times, and an edited source is noticed.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from packages import PackageError

_LONGEST = 600.0
_COMPILE = ("-m", "compileall", "-q", "-f", "--invalidation-mode", "checked-hash", "site")


def compile_packages(tree: Path) -> None:
    """Write the bytecode of all packages of a tree; wine keeps its own Windows in a folder for the time."""
    if shutil.which("wine") is None or shutil.which("wineserver") is None:
        raise PackageError("wine is missing: install Debian's packages wine and wine64")
    with tempfile.TemporaryDirectory() as folder:
        environment = _environment(Path(folder) / "prefix")
        try:
            _run(["wine", "wineboot", "--init"], tree, environment)
            # With relative paths: a whole one would be written into the bytecode.
            _run(["wine", str(Path("python") / "python.exe"), *_COMPILE], tree, environment)
        finally:
            # Ends the programs of this Windows, and no others.
            subprocess.run(["wineserver", "-k"], env=environment, check=False, timeout=_LONGEST)
            subprocess.run(["wineserver", "-w"], env=environment, check=False, timeout=_LONGEST)


def _environment(prefix: Path) -> dict[str, str]:
    """Return variables for a Windows of its own, without browser engine, .NET and a display."""
    own = {
        "WINEPREFIX": str(prefix),
        "WINEARCH": "win64",
        "WINEDEBUG": "-all",
        "DISPLAY": "",
        "WINEDLLOVERRIDES": "mscoree,mshtml=",
        "PYTHONHASHSEED": "0",
    }
    return os.environ | own


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,  # with the pipe below, or CPython under wine finds no streams
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=_LONGEST,
    )
    if done.returncode:
        raise PackageError(f"{command} failed:\n{done.stdout.decode(errors='replace')}")
