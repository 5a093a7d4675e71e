"""A zone that nothing is heard of."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class SilentZone:
    """A zone that nothing was heard of since an instant; ``silent_after`` is when that is an alert.

    ``by_workers`` is whether workers probe it, not agents.
    """

    zone: str
    since: datetime
    silent_after: timedelta = timedelta(minutes=10)
    by_workers: bool = False
