"""This machine's clock: the only module that reads the time; everything else is given a ``Clock``."""

import time
from datetime import UTC, datetime


class SystemClock:
    """The wall time and the monotonic time of this machine; a ``Clock``."""

    def now(self) -> datetime:
        """Return the wall time, aware and in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never step, from an arbitrary start."""
        return time.monotonic()
