"""Many deadlines on one timer of the event loop.

A timer for each costs more than what it guards, as nearly all are withdrawn in time. Here a deadline is an
entry in a dictionary, and the timer waits for the earliest that was there when it was set.
"""

import asyncio
from typing import Protocol

# How many seconds apart the deadlines are looked through at least: so long one may be late when many pass.
_APART = 0.02


class Expiring(Protocol):
    """Something that ends at its deadline."""

    def expire(self) -> None:
        """End; the deadline is withdrawn already."""
        ...


class Deadlines:
    """The deadlines of whatever is under way on one loop; while there are none, there is no timer."""

    def __init__(self) -> None:
        """Start without any."""
        self._deadlines: dict[Expiring, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def add(self, one: Expiring, deadline: float) -> None:
        """Expire something when the running loop's clock has reached a deadline."""
        self._deadlines[one] = deadline
        if self._timer is None or deadline < self._timer.when():
            self._wait_until(deadline)

    def withdraw(self, one: Expiring) -> None:
        """Forget a deadline, if it has not passed."""
        self._deadlines.pop(one, None)
        if not self._deadlines and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wait_until(self, deadline: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(deadline, self._expire_due)

    def _expire_due(self) -> None:
        self._timer = None
        now = asyncio.get_running_loop().time()
        try:
            for one in [one for one, deadline in self._deadlines.items() if deadline <= now]:
                if self._deadlines.pop(one, None) is not None:  # an expiry may withdraw others
                    one.expire()
        finally:
            if self._deadlines and self._timer is None:
                self._wait_until(max(min(self._deadlines.values()), now + _APART))
