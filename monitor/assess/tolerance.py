"""How far apart two dates may be before the difference counts: a share of the lifetime, bounded.

It must not judge anything.
"""

from dataclasses import dataclass
from datetime import timedelta

from monitor.model import Certificate


@dataclass(frozen=True, slots=True)
class Tolerance:
    """A difference that means nothing: ``share`` of the lifetime (0 to 1), at most ``most``.

    A fixed number of days suits certificates of a year and hides everything among those of six days.
    """

    most: timedelta
    share: float

    def of(self, *certificates: Certificate) -> timedelta:
        """Return the tolerance for some certificates: the shortest lifetime counts."""
        shortest = min(certificate.lifetime for certificate in certificates)
        return min(self.most, max(shortest, timedelta(0)) * self.share)
