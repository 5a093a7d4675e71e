"""The daemon as a process of its own, under a clock that can be set (Debian's package faketime)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from support.servers.daemon.process import PATIENCE, Running, daemon


def library() -> Path:
    """Return the library that gives a process another time, or skip and name Debian's package."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not found:
        pytest.skip("libfaketime is missing: install Debian's package faketime")
    return found[0]


def set_clock(folder: Path, offset: str) -> None:
    """Set the clock of the daemon off by something like ``+6h``; it reads the file every second."""
    fresh = folder / "clock.new"
    fresh.write_text(f"{offset}\n")
    fresh.replace(folder / "clock")


def timed(folder: Path) -> dict[str, str]:
    """Return the environment of a process whose clock is set in a folder; its monotonic one stays real."""
    if not (folder / "clock").exists():
        set_clock(folder, "+0")
    return {
        "LD_PRELOAD": str(library()),
        "FAKETIME_TIMESTAMP_FILE": str(folder / "clock"),
        # Read anew once a second: at each question it would take more time than the daemon itself.
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
        # Else it ends each wait for Python's lock at once, and threads that want it spin.
        "FAKETIME_FORCE_MONOTONIC_FIX": "0",
        "NO_FAKE_STAT": "1",
    }


@asynccontextmanager
async def timed_daemon(config: Path, patience: float = PATIENCE) -> AsyncIterator[Running]:
    """Run the daemon under a clock that can be set; its monotonic clock stays the real one."""
    async with daemon(config, environment=timed(config.parent), patience=patience) as running:
        yield running
