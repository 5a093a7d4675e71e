"""How many notifications a receiver is sent in a time: what is over waits in the outbox; no I/O.

A bucket of permissions: one is used for each notification that is accepted, and they come back at an even
rate. So a receiver gets a few at once, as an event with many consequences needs, and never a flood, as after
an outage of the mail relay.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

PER_HOUR = 60
"""As many as alert passes make at most, one a minute: nothing is held back while all goes well."""

BURST = 20
"""At once; Microsoft 365 takes 30 messages a minute of one mailbox.

https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits
"""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most ``per_hour`` notifications an hour in the long run, and ``BURST`` of them at once."""

    per_hour: int = PER_HOUR

    @property
    def burst(self) -> int:
        """Return how many may be sent at once."""
        return min(self.per_hour, BURST)


@dataclass(frozen=True, slots=True)
class Permissions:
    """How many notifications may be sent at an instant; it may be a part of one."""

    left: float
    at: datetime


def refilled(before: Permissions, limit: RateLimit, now: datetime) -> Permissions:
    """Return the permissions at a later instant; a clock that was set back gives and takes none."""
    passed = max(now - before.at, timedelta(0))
    left = before.left + limit.per_hour * (passed / timedelta(hours=1))
    return Permissions(min(left, limit.burst), now)


class SendAllowance:
    """The permissions of one receiver, while the daemon runs; a start begins with all of them."""

    def __init__(self, limit: RateLimit | None = None) -> None:
        """Begin with every permission."""
        self.limit = limit or RateLimit()
        self.held_back = False
        self._permissions: Permissions | None = None

    def take(self, now: datetime) -> bool:
        """Use a permission; return false when there is none now."""
        before = self._permissions or Permissions(self.limit.burst, now)
        self._permissions = refilled(before, self.limit, now)
        if self._permissions.left < 1:
            return False
        self._permissions = replace(self._permissions, left=self._permissions.left - 1)
        return True

    def give_back(self) -> None:
        """Return a permission that was used for nothing: the notification was not accepted."""
        if self._permissions is not None:
            left = min(self._permissions.left + 1, self.limit.burst)
            self._permissions = replace(self._permissions, left=left)
