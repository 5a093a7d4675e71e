"""A Windows computer for tests of installers: wine with nothing installed."""

import os
import subprocess
import threading
from pathlib import Path
from typing import IO

from support.folders import TESTS
from support.servers.machines.wine_machine import library, windows_path

LONGEST = 400.0
PROGRAM = r"C:\Program Files\cert-monitor\cert-monitor.exe"


class WineComputer:
    """Run programs on a fresh Windows of its own, which lies in a folder."""

    def __init__(self, folder: Path) -> None:
        """Make the Windows; the folder must not exist."""
        self.drive = folder / "drive_c"
        self.environment = os.environ | {
            "WINEPREFIX": str(folder),
            "WINEARCH": "win64",
            "WINEDEBUG": "-all",
            "DISPLAY": "",
            # Neither a browser engine nor .NET is looked for. CPython asks WMI for the version of Windows,
            # which ends the program under wine 8; without the module it asks elsewhere.
            "WINEDLLOVERRIDES": "mscoree,mshtml=;_wmi.pyd=",
        }
        self._pipes: list[IO[bytes]] = []
        self.run("wineboot", "--init")
        library(TESTS / "wine" / "bcryptprimitives.c", self.drive / "windows" / "system32", "advapi32")
        self._settle()
        # While no program runs, wine ends its services, and starts them as at boot with the next program.
        self._kept_on = subprocess.Popen(
            ["wine", "cmd"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self.environment,
        )
        assert self._kept_on.stdout is not None
        self._kept_on.stdout.readline()

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Return what a program for Windows printed, with its exit code."""
        process = subprocess.Popen(
            ["wine", *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,  # a pipe and nothing else: CPython under wine ends with any other
            stderr=subprocess.STDOUT,
            env=self.environment,
        )
        assert process.stdout is not None
        said: list[bytes] = []
        # What the program started may hold the pipe for as long as Windows runs: its end is not waited for.
        reader = threading.Thread(target=said.extend, args=(process.stdout,), daemon=True)
        reader.start()
        code = process.wait(LONGEST)
        reader.join(10)
        self._pipes.append(process.stdout)
        return subprocess.CompletedProcess(command, code, b"".join(said).decode(errors="replace"))

    def monitor(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the installed program."""
        return self.run(PROGRAM, *words)

    def install(self, package: Path, *properties: str) -> int:
        """Install or upgrade without a question; return Windows Installer's exit code."""
        return self.run("msiexec", "/i", windows_path(package), "/qn", *properties).returncode

    def uninstall(self, package: Path) -> int:
        """Remove what a package installed; return Windows Installer's exit code."""
        return self.run("msiexec", "/x", windows_path(package), "/qn").returncode

    def registered(self, service: str) -> bool:
        """Return whether the registry has a service."""
        key = rf"HKLM\SYSTEM\CurrentControlSet\Services\{service}"
        return self.run("reg", "query", key).returncode == 0

    def path(self) -> str:
        """Return the machine's PATH."""
        key = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment"
        return self.run("reg", "query", key, "/v", "PATH").stdout

    def close(self) -> None:
        """End the programs of this Windows, and no others."""
        subprocess.run(["wineserver", "-k"], env=self.environment, check=False, timeout=LONGEST)
        self._settle()
        self._kept_on.communicate(timeout=LONGEST)
        for pipe in self._pipes:
            pipe.close()

    def _settle(self) -> None:
        """Wait until the last program has gone, so that everything is written."""
        subprocess.run(["wineserver", "-w"], env=self.environment, check=False, timeout=LONGEST)
