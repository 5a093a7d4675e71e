"""Run programs of the system, and ask systemd for its units; only root may change them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

UNIT = "cert-monitor"

_BOOTED = Path("/run/systemd/system")
"""It exists while systemd runs the machine (sd_booted(3))."""
_TIMEOUT = 300.0


def run(command: Sequence[str]) -> tuple[int, str]:
    """Return the exit code of a program and what it complained of."""
    try:
        done = subprocess.run(  # noqa: S603 - words of ours, and a path
            command, capture_output=True, text=True, errors="replace", check=False, timeout=_TIMEOUT
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return 1, str(error)
    return done.returncode, " ".join(done.stderr.split())


def unit_is_there(unit: str = UNIT) -> bool:
    """Return whether systemd runs this machine and knows a service."""
    known = _BOOTED.is_dir() and shutil.which("systemctl") is not None
    return known and run(("systemctl", "cat", unit))[0] == 0


def is_root() -> bool:
    """Return whether this process may do everything; on Windows that is not asked."""
    return sys.platform != "win32" and os.geteuid() == 0
