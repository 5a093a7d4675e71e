"""The level of some findings: a level of alerts, or ok."""

from collections.abc import Iterable
from datetime import datetime

from monitor.model import AlertLevel, Check, Finding, Severity, worst

OK = "ok"
LEVELS = (*(level.value for level in reversed(AlertLevel)), OK)
"""All levels, the worst first."""
_EXPIRING = frozenset({Check.EXPIRY, Check.CA_EXPIRY})
_RANKS = {level: rank for rank, level in enumerate(LEVELS)}


def level_of(findings: Iterable[Finding], expires_at: datetime | None, now: datetime) -> str:
    """Return the worst level of some findings; ``expires_at`` is the earliest expiry that they are about."""
    found = tuple(findings)
    over = expires_at is not None and expires_at <= now
    if over and any(one.check in _EXPIRING and one.severity is not Severity.OK for one in found):
        return AlertLevel.EXPIRED.value
    severity = worst(one.severity for one in found)
    if severity is Severity.OK:
        return OK
    return (AlertLevel.CRITICAL if severity is Severity.CRITICAL else AlertLevel.WARNING).value


def level_rank(level: str) -> int:
    """Return the rank of a level, 0 is the worst."""
    return _RANKS[level]
