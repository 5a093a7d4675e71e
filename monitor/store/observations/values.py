"""Values that only the store returns."""

from dataclasses import dataclass
from datetime import datetime

from monitor.model import FailureReason

SightingKey = tuple[str, int, str]
"""Location, position and SHA-256: what makes two sightings of a target the same."""


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One period in which a certificate was seen at one location without interruption.

    ``last_seen_at`` may lag up to a day behind; ``replaced_by`` is the SHA-256 of the certificate at the same
    location and position after this one, empty when there was none.
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
class OutcomePeriod:
    """One period in which all probes of a target had one outcome; no ``reason`` where they succeeded.

    The present one has no ``ended_at``; a period ends with the first probe of another outcome.
    """

    reason: FailureReason | None
    began_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Pruned:
    """The numbers of rows that pruning removed."""

    history: int = 0
    certificates: int = 0
    notifications: int = 0
