"""An outage of the monitor itself."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Outage:
    """A time in which the monitor was not running: when it was last known to, and when it began again."""

    began_at: datetime
    ended_at: datetime
