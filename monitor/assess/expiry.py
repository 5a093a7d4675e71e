"""Tell when a certificate's end becomes due by the thresholds of a policy; say dates and lists in words.

It must not know which certificates count; the judge chooses them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.model import Certificate, Policy
from monitor.model.certificate import DAY

_MOST_LISTED = 5


@dataclass(frozen=True, slots=True)
class Due:
    """Hold the instants from which one certificate's end deserves a word."""

    warning_at: datetime
    critical_at: datetime


def due(certificate: Certificate, policy: Policy, *, as_ca: bool) -> Due:
    """Return when a certificate becomes due: never after its end, the warning never after the critical."""
    critical_at = min(policy.critical_due_at(certificate, as_ca=as_ca), certificate.not_after)
    return Due(min(policy.warning_due_at(certificate, as_ca=as_ca), critical_at), critical_at)


def end_in_words(certificate: Certificate, now: datetime) -> str:
    """Return how far the end is, in whole days: ``ends in 12 days (2026-12-05 10:00 UTC)``.

    A day is 24 hours, rounded down; the last one is ``today``.
    """
    return ends_in_words(certificate.not_after, now)


def ends_in_words(end: datetime, now: datetime) -> str:
    """Return how far an end is, in the same words."""
    date = f"({day_and_minute(end)})"
    if now < end:
        days = (end - now) // DAY
        return f"ends in {_counted(days)} {date}" if days else f"ends today {date}"
    days = (now - end) // DAY
    return f"ended {_counted(days)} ago {date}" if days else f"ended today {date}"


def end_and_date(certificate: Certificate, now: datetime) -> str:
    """Return when a certificate ends, or ended: ``ends 2026-12-05 10:00 UTC``."""
    verb = "ends" if now < certificate.not_after else "ended"
    return f"{verb} {day_and_minute(certificate.not_after)}"


def day_and_minute(instant: datetime) -> str:
    """Return an instant as people read it, in UTC."""
    return f"{instant:%Y-%m-%d %H:%M} UTC"


def _counted(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"


def bounded(between: str, texts: Sequence[str]) -> str:
    """Return the first few texts and how many more there are."""
    more = len(texts) - _MOST_LISTED
    return between.join(texts[:_MOST_LISTED]) + (f"{between}and {more} more" if more > 0 else "")
