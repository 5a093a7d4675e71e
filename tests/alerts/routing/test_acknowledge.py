"""What may be acknowledged and silenced, and for how long."""

from datetime import timedelta

import pytest

from monitor.alerts import SilenceRefusedError, acknowledgement, new_silence
from monitor.model import AlertGroup, AlertKey, AlertLevel, Check, Matcher, Scope
from support.factories.alerts.world import DAYS, NOW, certificate

SECOND = timedelta(seconds=1)
LAB = (Matcher("site", ("lab",)),)


def group(days: float | None, level: AlertLevel = AlertLevel.CRITICAL) -> AlertGroup:
    """Return an alert about a certificate with so many days left, or about none."""
    shown = None if days is None else certificate(1, days)
    key = AlertKey(Check.EXPIRY, Scope.CERTIFICATE, "x")
    return AlertGroup("id", Check.EXPIRY, level, "a", NOW, (key,), certificate=shown)


@pytest.mark.parametrize(
    ("days", "level", "asked", "expected"),
    [
        (300, AlertLevel.CRITICAL, None, 14),
        (300, AlertLevel.CRITICAL, 30, 30),
        (5, AlertLevel.CRITICAL, None, 5),
        (5, AlertLevel.CRITICAL, 20, 5),
        (-5, AlertLevel.EXPIRED, None, 14),
        (-5, AlertLevel.EXPIRED, 20, 20),
        (None, AlertLevel.WARNING, None, 14),
    ],
)
def test_until_when(days: float | None, level: AlertLevel, asked: float | None, expected: float) -> None:
    """Two weeks unless asked otherwise, and never past the expiry of what has not expired."""
    until = None if asked is None else NOW + asked * DAYS
    made = acknowledgement(group(days, level), "n", until=until, comment="", by="ana", now=NOW)
    assert made.ends_at == NOW + expected * DAYS
    assert (made.alert_id, made.level, made.active(NOW)) == ("id", level, True)


@pytest.mark.parametrize(
    ("until", "said"), [(NOW, "in the past"), (NOW + 30 * DAYS + SECOND, "for 30 days at most")]
)
def test_refused_acknowledgements(until: object, said: str) -> None:
    """The end lies ahead, and at most 30 days."""
    with pytest.raises(SilenceRefusedError, match=said):
        acknowledgement(group(300), "n", until=until, comment="", by="", now=NOW)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("matchers", "reason", "days", "said"),
    [
        ((), "x", 1, "at least one label"),
        (LAB, " ", 1, "say why"),
        (LAB, "x", 0, "in the past"),
    ],
)
def test_refused_silences(matchers: tuple[Matcher, ...], reason: str, days: float, said: str) -> None:
    """A silence says what, why and until when."""
    with pytest.raises(SilenceRefusedError, match=said):
        new_silence(matchers, "n", until=NOW + days * DAYS, reason=reason, by="", now=NOW)


def test_silence() -> None:
    """It lasts from now until its end."""
    made = new_silence(LAB, "n", until=NOW + DAYS, reason=" x ", by="ana", now=NOW)
    assert (made.reason, made.active(NOW), made.active(NOW + DAYS)) == ("x", True, False)
