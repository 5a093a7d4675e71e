"""Targets that an agent is to probe at once because somebody asks: until it has, or for some minutes."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model import Clock, TargetState

MOST_TARGETS = 1000
"""Targets of a zone at a time."""
VALID_FOR = timedelta(minutes=5)
"""An agent asks every 15 seconds; nobody waits longer."""
CLOCKS_DIFFER = timedelta(seconds=2)
"""A probe that seems to be so much older may be newer: times of an agent are those of its clock."""


@dataclass(frozen=True, slots=True)
class _Request:
    """A probe from ``asked_at`` on answers it, not the last one before; it expires by a clock nobody sets."""

    asked_at: datetime
    last_probed_at: datetime | None
    expires: float


class RequestedChecks:
    """The targets of each zone that somebody wants checked now."""

    def __init__(self, state_of: Callable[[str], TargetState | None], clock: Clock) -> None:
        """Take the function that returns the state of a target."""
        self._state_of = state_of
        self._clock = clock
        self._requests: dict[str, dict[str, _Request]] = {}

    def add(self, zone: str, target_ids: Collection[str]) -> bool:
        """Request checks of targets; return false where too many are requested already."""
        requests = self._requests.setdefault(zone, {})
        if len(requests.keys() | set(target_ids)) > MOST_TARGETS:
            return False
        now, expires = self._clock.now(), self._clock.monotonic() + VALID_FOR.total_seconds()
        requests.update({one: _Request(now, self._probed_at(one), expires) for one in target_ids})
        return True

    def pending(self, zone: str) -> tuple[str, ...]:
        """Return the targets that were not probed since, and forget the others."""
        requests = self._requests.pop(zone, {})
        pending = {name: request for name, request in requests.items() if self._is_pending(name, request)}
        if pending:
            self._requests[zone] = pending
        return tuple(pending)

    def _is_pending(self, target_id: str, request: _Request) -> bool:
        state = self._state_of(target_id)
        if state is None or self._clock.monotonic() >= request.expires:
            return False
        if state.probed_at is None or state.probed_at == request.last_probed_at:
            return True
        return state.probed_at < request.asked_at - CLOCKS_DIFFER

    def _probed_at(self, target_id: str) -> datetime | None:
        state = self._state_of(target_id)
        return state.probed_at if state is not None else None
