"""What is known of the workers of one zone, and of their queue."""

from dataclasses import dataclass
from datetime import datetime


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
