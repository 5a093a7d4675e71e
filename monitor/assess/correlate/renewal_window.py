"""Judge renewal windows: one was missed, or the CA moved it to an earlier time.

So a mass revocation shows before it happens: the CA moves the window into the past (RFC 9773 section 4.2). It
must not do any request: the windows are in the snapshot.
"""

from collections.abc import Iterator
from datetime import datetime

from monitor.assess.correlate import texts
from monitor.assess.correlate.revoked import asked_paths
from monitor.model import Certificate, Check, Finding, Message, RenewalWindow, Severity, Snapshot, Target

_PULLED_IN = 0.02
"""Share of the lifetime by which a window may wander: CAs spread their load."""

_TOO_EARLY = 0.6
"""No CA plans to renew with more than this share of the lifetime left: 1/3 is usual, 1/2 for a few days."""


def renewal_windows(snapshot: Snapshot, now: datetime) -> Iterator[tuple[str, Finding]]:
    """Yield a finding for each location of a certificate whose window has passed or was pulled in."""
    if not snapshot.renewals:
        return
    for state in snapshot:
        if state.target.policy.renewal_information:
            for path in asked_paths(state):
                window = snapshot.renewals.get(path.leaf.sha256)
                if window is not None:
                    yield from _findings(state.target, path.leaf, path.location, window, now)


def _findings(
    target: Target, leaf: Certificate, location: str, window: RenewalWindow, now: datetime
) -> Iterator[tuple[str, Finding]]:
    default, said = _judged(leaf, window, now)
    severity = target.policy.severity(Check.RENEWAL_WINDOW, default)
    if said is not None and severity is not None:
        yield target.id, Finding(Check.RENEWAL_WINDOW, severity, said, leaf.sha256, location)


def _judged(leaf: Certificate, window: RenewalWindow, now: datetime) -> tuple[Severity, Message | None]:
    """Return severity and message about a window, no message when all is well."""
    past = now > window.end
    if _moved(leaf, window) or (window.start <= now and _far_from_end(leaf, window)):
        severity = Severity.CRITICAL if past else Severity.WARNING
        return severity, _with_reason(_pulled_in(leaf, window), window)
    if not past:
        return Severity.OK, None
    said = texts.renewal_missed(title=leaf.title, start=window.start, end=window.end)
    return Severity.WARNING, _with_reason(said, window)


def _pulled_in(leaf: Certificate, window: RenewalWindow) -> Message:
    first = window.first_start
    if first is None or not _moved(leaf, window):
        return texts.renew_now(title=leaf.title, start=window.start, end=window.end)
    return texts.renew_now_moved(title=leaf.title, start=window.start, end=window.end, first_start=first)


def _with_reason(said: Message, window: RenewalWindow) -> Message:
    return texts.with_reason(said=said, reason=window.explanation) if window.explanation else said


def _moved(leaf: Certificate, window: RenewalWindow) -> bool:
    first = window.first_start
    return first is not None and window.start < first - leaf.lifetime * _PULLED_IN


def _far_from_end(leaf: Certificate, window: RenewalWindow) -> bool:
    return leaf.not_after - window.start > leaf.lifetime * _TOO_EARLY
