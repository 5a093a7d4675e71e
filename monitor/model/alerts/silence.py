"""What keeps alerts from being notified for a time, and who asked for it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.model.alerts.alert import AlertLevel


class SilenceKind(StrEnum):
    """An acknowledged alert, or a silence of everything that matches."""

    ACKNOWLEDGE = "acknowledge"
    SILENCE = "silence"


class SilenceEnd(StrEnum):
    """Why something is not kept back any more."""

    TIME = "time"
    WORSE = "worse"
    CERTIFICATE = "certificate"
    RESOLVED = "resolved"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Matcher:
    """One label, or ``check``, ``level``, ``kind``, ``target`` or ``zone``, and the values that match."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Silence:
    """One alert that somebody acknowledged, or a silence of all alerts that matchers match.

    ``alert_id``, ``level`` and ``certificate`` (its SHA-256, empty for none) are those of an acknowledged
    alert when it was acknowledged. ``ends_at`` is ``None`` for a silence that only a person ends.
    ``ended_at`` is ``None`` while it lasts; ``ended_by`` is a ``SilenceEnd`` or who ended it. ``configured``
    is true for what stands in the configuration and is not stored.
    """

    id: str
    kind: SilenceKind
    starts_at: datetime
    ends_at: datetime | None
    reason: str
    by: str
    matchers: tuple[Matcher, ...] = ()
    alert_id: str = ""
    certificate: str = ""
    level: AlertLevel | None = None
    ended_at: datetime | None = None
    ended_by: str = ""
    configured: bool = False

    def active(self, now: datetime) -> bool:
        """Return whether it keeps alerts back at an instant."""
        over = self.ended_at is not None or (self.ends_at is not None and now >= self.ends_at)
        return self.starts_at <= now and not over
