"""What is known of zones: since when one is silent, and its workers."""

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


@dataclass(frozen=True, slots=True)
class WorkerZone:
    """A zone, empty for targets without one.

    ``answering`` is how many workers answered lately, ``seen_at`` when one of them was heard of last, and
    ``queued`` how many batches wait or are being worked on, ``None`` as long as that is not known.
    """

    zone: str
    answering: int = 0
    seen_at: datetime | None = None
    queued: int | None = None
