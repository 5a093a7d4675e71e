"""Merge a new verdict into the known revocation status, and compute when to check again; pure."""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.issuers.verdict import RevocationVerdict
from monitor.model import Revocation, RevocationStatus

SOONEST = timedelta(minutes=10)
LATEST = timedelta(hours=6)
"""Bounds of the time between two good answers: issuers publish before their last answer expires."""

FIRST_WAIT = timedelta(minutes=5)
"""After an attempt without an answer; it doubles with each further one, up to ``LATEST``."""


def merge_attempts(
    before: Revocation | None, sha256: str, source: str, verdict: RevocationVerdict, now: datetime
) -> Revocation:
    """Return the revocation status after a check.

    A good status stays while it is valid. A revocation stays, except one on hold that the same source lifts:
    another source may only lag behind.
    """
    if verdict.status is RevocationStatus.UNKNOWN:
        return _unknown(before, sha256, verdict, now)
    fresh = Revocation(
        sha256,
        verdict.status,
        now,
        source,
        verdict.message,
        verdict.revoked_at,
        verdict.good_until,
        on_hold=verdict.on_hold,
    )
    if (
        before is None
        or before.status is not RevocationStatus.REVOKED
        or verdict.status is RevocationStatus.REVOKED
    ):
        return fresh
    return fresh if before.on_hold and before.source == source else before


def _unknown(before: Revocation | None, sha256: str, verdict: RevocationVerdict, now: datetime) -> Revocation:
    attempts = (before.attempts if before else 0) + 1
    if before is not None and _is_valid(before, now):
        return replace(before, attempts=attempts)
    return Revocation(sha256, RevocationStatus.UNKNOWN, now, message=verdict.message, attempts=attempts)


def _is_valid(known: Revocation, now: datetime) -> bool:
    if known.status is RevocationStatus.GOOD:
        return now <= (known.good_until or known.checked_at + LATEST)
    return known.status is RevocationStatus.REVOKED


def wait(known: Revocation, now: datetime) -> timedelta:
    """Return the time until the next check, with jitter so that certificates are not all due at once."""
    if known.attempts:
        span = FIRST_WAIT * (1 << min(known.attempts - 1, 10))
        if known.status is RevocationStatus.GOOD and known.good_until is not None:
            span = min(span, max(known.good_until - now, SOONEST))
    elif known.good_until is not None:
        span = max(known.good_until - now, SOONEST)
    else:
        span = LATEST if known.status is RevocationStatus.REVOKED else timedelta(hours=1)
    share = hashlib.sha256(known.sha256.encode()).digest()[0] / 255
    return min(span, LATEST) * (0.9 + 0.1 * share)
