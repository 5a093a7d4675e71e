"""This machine's clock: the only module that reads the wall time; others are given a ``Clock``."""

import sys
import time
from datetime import UTC, datetime

_COUNTS_SLEEP = {"linux": "CLOCK_BOOTTIME", "darwin": "CLOCK_MONOTONIC"}
"""The names of the clocks that go on while the machine sleeps (clock_gettime(2); on macOS clock_gettime(3)).

Python's own monotonic time stops meanwhile on both. On Windows it goes on (GetTickCount64; from Python 3.13
it is the performance counter, which was not tried). Elsewhere a sleep may look like a clock that was set
forward.
"""


class SystemClock:
    """The wall time and the monotonic time of this machine; a ``MachineClock``."""

    def now(self) -> datetime:
        """Return the wall time, aware and in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never step, from an arbitrary start."""
        return time.monotonic()

    def elapsed(self) -> float:
        """Return seconds that never step and go on during sleep, from an arbitrary start."""
        return _elapsed()


if sys.platform == "win32":
    _elapsed = time.monotonic
else:

    def _elapsed() -> float:
        clock = getattr(time, _COUNTS_SLEEP.get(sys.platform, ""), None)
        return time.monotonic() if clock is None else time.clock_gettime(clock)
