"""The small interfaces through which upper modules receive lower services."""

from datetime import datetime
from typing import Protocol

from monitor.model.observation import ProbeResult
from monitor.model.probe_request import ProbeRequest


class Clock(Protocol):
    """Tell wall time for people and records, and monotonic time for lengths."""

    def now(self) -> datetime:
        """Return the wall time, aware and in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never step, from an arbitrary start."""
        ...


class Source(Protocol):
    """Probe targets of one kind."""

    async def probe(self, request: ProbeRequest) -> ProbeResult:
        """Return what the target shows within the timeout; never raise for the outside world."""
        ...
