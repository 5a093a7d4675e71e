"""Validate requested acknowledgements and silences: what may be suppressed, and for how long."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from monitor.model import AlertGroup, AlertLevel, Matcher, Silence, SilenceKind

USUAL = timedelta(days=14)
LONGEST = timedelta(days=30)


class SilenceRefusedError(ValueError):
    """What was asked for is not possible; the text says why."""


def acknowledgement(  # noqa: PLR0913 - all of it is asked for
    group: AlertGroup, new_id: str, *, until: datetime | None, comment: str, by: str, now: datetime
) -> Silence:
    """Return the acknowledgement of an alert, until 14 days from now where nothing else is asked for.

    What has not expired is acknowledged until its expiry at the latest. Raises ``SilenceRefusedError`` for an
    end in the past or more than 30 days away.
    """
    ends_at = until or now + USUAL
    if ends_at <= now:
        raise SilenceRefusedError("the end is in the past")
    if ends_at > now + LONGEST:
        raise SilenceRefusedError("an alert can be acknowledged for 30 days at most")
    if group.certificate is not None and group.level is not AlertLevel.EXPIRED:
        expires_at = group.certificate.not_after
        ends_at = min(ends_at, expires_at) if expires_at > now else ends_at
    return Silence(
        new_id,
        SilenceKind.ACKNOWLEDGE,
        now,
        ends_at,
        comment,
        by,
        alert_id=group.id,
        certificate=group.certificate.sha256 if group.certificate else "",
        level=group.level,
    )


def new_silence(  # noqa: PLR0913 - all of it is asked for
    matchers: Sequence[Matcher], new_id: str, *, until: datetime, reason: str, by: str, now: datetime
) -> Silence:
    """Return a silence from now on; raise ``SilenceRefusedError`` without matchers, reason or a later end."""
    if not matchers:
        raise SilenceRefusedError("match needs at least one label; an empty one would silence everything")
    if not reason.strip():
        raise SilenceRefusedError("reason is missing: say why, for whoever finds it")
    if until <= now:
        raise SilenceRefusedError("the end is in the past")
    return Silence(new_id, SilenceKind.SILENCE, now, until, reason.strip(), by, tuple(matchers))
