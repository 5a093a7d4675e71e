"""The values that only the store hands out."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One period in which a certificate was seen at one location without interruption.

    ``last_seen_at`` may lag up to a day behind; ``replaced_by`` is the SHA-256 of what stood at the same
    place and position when this ended, empty when nothing did.
    """

    target_id: str
    location: str
    position: int
    sha256: str
    subject: str
    not_after: datetime
    first_seen_at: datetime
    last_seen_at: datetime
    ended_at: datetime | None
    replaced_by: str


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many rows were removed for their age."""

    history: int = 0
    certificates: int = 0
    mails: int = 0
