"""Small interfaces through which upper rooms receive lower services."""

from datetime import datetime
from typing import Protocol

from monitor.model.observation import ProbeResult
from monitor.model.probe_request import ProbeRequest


class Clock(Protocol):
    """A clock with wall time for people and records, and monotonic time for durations."""

    def now(self) -> datetime:
        """Return the wall time, aware and in UTC."""
        ...

    def monotonic(self) -> float:
        """Return monotonic seconds from an arbitrary start."""
        ...


class MachineClock(Clock, Protocol):
    """The clock of a machine, by which one can tell whether somebody set it."""

    def elapsed(self) -> float:
        """Return monotonic seconds that go on while the machine sleeps."""
        ...


class Source(Protocol):
    """A source of probe results for one kind of target."""

    async def probe(self, request: ProbeRequest) -> ProbeResult:
        """Return the result of a probe within the timeout; never raise for failures of other systems."""
        ...
