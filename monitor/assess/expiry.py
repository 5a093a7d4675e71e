"""Compute when a certificate's expiry becomes due by a policy's thresholds; phrase dates and lists.

It must not decide which certificates count: the judge does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.model import Certificate, Policy
from monitor.model.certificate import DAY

_MOST_LISTED = 5


@dataclass(frozen=True, slots=True)
class Due:
    """The instants from which one certificate's expiry is a warning, and critical."""

    warning_at: datetime
    critical_at: datetime


def due(certificate: Certificate, policy: Policy, *, as_ca: bool) -> Due:
    """Return when a certificate is due: never after its expiry, the warning never after critical."""
    critical_at = min(policy.critical_due_at(certificate, as_ca=as_ca), certificate.not_after)
    return Due(min(policy.warning_due_at(certificate, as_ca=as_ca), critical_at), critical_at)


def end_in_words(certificate: Certificate, now: datetime) -> str:
    """Return when a certificate expires, in whole days: ``ends in 12 days (2026-12-05 10:00 UTC)``.

    A day is 24 hours, rounded down; the last one is ``today``.
    """
    return ends_in_words(certificate.not_after, now)


def ends_in_words(end: datetime, now: datetime) -> str:
    """Return when something with a last instant expires, in the same words."""
    date = f"({day_and_minute(end)})"
    if now < end:
        days = (end - now) // DAY
        return f"ends in {_counted(days)} {date}" if days else f"ends today {date}"
    days = (now - end) // DAY
    return f"ended {_counted(days)} ago {date}" if days else f"ended today {date}"


def end_and_date(certificate: Certificate, now: datetime) -> str:
    """Return when a certificate expires, or expired: ``ends 2026-12-05 10:00 UTC``."""
    verb = "ends" if now < certificate.not_after else "ended"
    return f"{verb} {day_and_minute(certificate.not_after)}"


def day_and_minute(instant: datetime) -> str:
    """Return an instant in UTC to the minute: ``2026-12-05 10:00 UTC``."""
    return f"{instant:%Y-%m-%d %H:%M} UTC"


def _counted(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"


def bounded(between: str, texts: Sequence[str]) -> str:
    """Return the first few texts, joined, and the number of the others."""
    more = len(texts) - _MOST_LISTED
    return between.join(texts[:_MOST_LISTED]) + (f"{between}and {more} more" if more > 0 else "")
