"""The values that only the store hands out, and the JSON form of the small lists it keeps in one column."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.model import Departed, Failure, Reason, Recipient


@dataclass(frozen=True, slots=True)
class Presence:
    """Say that a certificate was at one place without interruption.

    ``last_seen_at`` may lag up to a day behind; ``replaced_by`` is the SHA-256 of what stood at the same
    place and position when this ended, empty when nothing did.
    """

    target_id: str
    place: str
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
    """Count the rows that were removed for their age."""

    history: int = 0
    certificates: int = 0
    mails: int = 0


def failures_json(failures: Iterable[Failure]) -> str:
    """Return failures as a JSON array."""
    return json.dumps([{"reason": f.reason, "detail": f.detail, "place": f.place} for f in failures])


def failures_of(text: str) -> tuple[Failure, ...]:
    """Return failures from their JSON array; a reason of another version reads as ``internal``."""
    return tuple(Failure(_reason(f["reason"]), f["detail"], f["place"]) for f in json.loads(text))


def _reason(text: str) -> Reason:
    try:
        return Reason(text)
    except ValueError:
        return Reason.INTERNAL


@dataclass(frozen=True, slots=True)
class Gone:
    """Hold a departed leaf with fingerprints in place of certificates."""

    place: str
    old: str
    new: str
    looks: int


def departed_json(departed: Iterable[Departed]) -> str:
    """Return departed leaves as a JSON array that names certificates by SHA-256."""
    return json.dumps(
        [
            {"place": d.place, "old": d.old.sha256, "new": d.new.sha256 if d.new else "", "looks": d.looks}
            for d in departed
        ]
    )


def departed_of(text: str) -> tuple[Gone, ...]:
    """Return departed leaves from their JSON array."""
    return tuple(Gone(d["place"], d["old"], d["new"], d["looks"]) for d in json.loads(text))


def recipients_json(recipients: Sequence[tuple[str, Recipient]]) -> str:
    """Return recipients, in their order, as a JSON array of pairs."""
    return json.dumps(recipients)


def recipients_of(text: str) -> tuple[tuple[str, Recipient], ...]:
    """Return recipients from their JSON array."""
    return tuple((address, Recipient(state)) for address, state in json.loads(text))
