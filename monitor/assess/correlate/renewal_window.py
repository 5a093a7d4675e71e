"""Judge renewal windows: the CA's suggestion was missed, or it wants the renewal earlier than before.

So a mass revocation shows before it happens: the CA moves the window into the past (RFC 9773 section 4.2). It
must not do any request: the windows are in the snapshot.
"""

from collections.abc import Iterator
from datetime import datetime

from monitor.assess.correlate.revoked import asked_paths
from monitor.assess.expiry import day_and_minute
from monitor.model import Certificate, Check, Finding, RenewalWindow, Severity, Snapshot, Target

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
    default, sentence = _judged(leaf, window, now)
    severity = target.policy.severity(Check.RENEWAL_WINDOW, default) if sentence else None
    if severity is not None:
        yield target.id, Finding(Check.RENEWAL_WINDOW, severity, sentence, leaf.sha256, location)


def _judged(leaf: Certificate, window: RenewalWindow, now: datetime) -> tuple[Severity, str]:
    """Return severity and sentence about a window, an empty sentence when all is well."""
    past = now > window.end
    if _moved(leaf, window) or (window.start <= now and _far_from_end(leaf, window)):
        return (Severity.CRITICAL if past else Severity.WARNING), _pulled_in_words(leaf, window)
    return (Severity.WARNING, _passed_words(leaf, window)) if past else (Severity.OK, "")


def _pulled_in_words(leaf: Certificate, window: RenewalWindow) -> str:
    first = window.first_start
    before = f" instead of from {day_and_minute(first)}" if first and _moved(leaf, window) else ""
    return (
        f'the CA wants the certificate "{leaf.title}" renewed earlier than usual, {_between(window)}'
        f"{before}: renew it now, the CA may be about to revoke it{_why(window)}"
    )


def _passed_words(leaf: Certificate, window: RenewalWindow) -> str:
    return (
        f'the CA suggested to renew the certificate "{leaf.title}" {_between(window)}, and it is still in '
        f"place: look whether its renewal works{_why(window)}"
    )


def _between(window: RenewalWindow) -> str:
    return f"between {day_and_minute(window.start)} and {day_and_minute(window.end)}"


def _why(window: RenewalWindow) -> str:
    return f"; its reason: {window.explanation}" if window.explanation else ""


def _moved(leaf: Certificate, window: RenewalWindow) -> bool:
    first = window.first_start
    return first is not None and window.start < first - leaf.lifetime * _PULLED_IN


def _far_from_end(leaf: Certificate, window: RenewalWindow) -> bool:
    return leaf.not_after - window.start > leaf.lifetime * _TOO_EARLY
