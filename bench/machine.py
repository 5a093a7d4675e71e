"""Describe the measuring environment: machine, date, versions, and other load on the machine meanwhile."""

import os
import platform
import re
import shutil
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

PACKAGES = {
    "nginx": "nginx-light",
    "prometheus-blackbox-exporter": "prometheus-blackbox-exporter",
    "cc": "gcc",
    "valgrind": "valgrind",
}

_THEIRS = (
    ("prometheus-blackbox-exporter", "--version"),
    ("nginx", "-v"),
    ("openssl", "version"),
    ("cc", "--version"),
)


def demand(*programs: str) -> None:
    """End with a sentence when a program of the distribution is missing."""
    missing = [PACKAGES[program] for program in programs if shutil.which(program) is None]
    if missing:
        raise SystemExit(f"missing programs; on Debian or Ubuntu: apt-get install {' '.join(missing)}")


def lines() -> list[str]:
    """Return machine, date and the versions of everything that was measured, one fact a line."""
    import cryptography  # noqa: PLC0415 - only the caller knows that this interpreter has it
    from OpenSSL import SSL  # noqa: PLC0415
    from OpenSSL import __version__ as pyopenssl  # noqa: PLC0415

    library = SSL.SSLeay_version(0).decode()
    ours = f"pyOpenSSL {pyopenssl}, cryptography {cryptography.__version__}, {library}"
    return [
        f"- machine: {os.cpu_count()} x {_processor()}, {platform.system()} {platform.release()}",
        f"- date: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        f"- ours: Python {platform.python_version()}, {ours}",
        f"- theirs: {'; '.join(_first(*command) for command in _THEIRS)}",
    ]


def _processor() -> str:
    found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    return found[1] if found else platform.machine()


def _first(*command: str) -> str:
    if shutil.which(command[0]) is None:
        return f"no {command[0]}"
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, text=True)
    return re.sub(r"\s*\((branch|Library).*", "", done.stdout.splitlines()[0])


class Foreign:
    """Measure how many processors others kept busy since it was made, once all our processes have exited."""

    def __init__(self) -> None:
        """Start now."""
        self._busy, self._own, self._at = _busy(), _own(), time.monotonic()

    def line(self) -> str:
        """Return the foreign load in words."""
        used = (_busy() - self._busy - _own() + self._own) / (time.monotonic() - self._at)
        load = " ".join(f"{one:.2f}" for one in os.getloadavg())
        return f"- foreign load: {max(used, 0.0):.2f} processors on average; load average at the end {load}"


def _busy() -> float:
    user, nice, system = (int(one) for one in Path("/proc/stat").read_text().split()[1:4])
    return (user + nice + system) / os.sysconf("SC_CLK_TCK")


def _own() -> float:
    both = (getrusage(RUSAGE_SELF), getrusage(RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)
