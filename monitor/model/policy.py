"""The policy of a target: thresholds and expectations, and which part of a configuration sets each value."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from monitor.model.certificate import Certificate
from monitor.model.check import Check, Severity


@dataclass(frozen=True, slots=True)
class Margin:
    """A time before expiry: a duration, or a share of the certificate's lifetime (0 to 1)."""

    length: timedelta | None = None
    share: float | None = None

    def of(self, lifetime: timedelta) -> timedelta:
        """Return the margin as a duration for a certificate of this lifetime."""
        return self.length if self.length is not None else lifetime * (self.share or 0.0)


_FIRST = datetime.min.replace(tzinfo=UTC)


def earlier(at: datetime, margin: timedelta) -> datetime:
    """Return the instant a margin before another one, as far back as the calendar goes."""
    return at - margin if at - _FIRST > margin else _FIRST


@dataclass(frozen=True, slots=True)
class Policy:
    """The thresholds and expectations that apply to one target.

    The smallest of several margins applies to a certificate, so that ``[30d, 25%]`` warns of a 398-day
    certificate 30 days before expiry and of a 6-day one 1.5 days before. ``checks`` overrides severities
    (``None``: off); ``accept`` lists SHA-256 fingerprints that are trusted without a path.
    ``trust`` names anchors: ``system`` or absolute paths. ``encryption`` is ``required``, ``any``
    or ``off``. ``revocation`` lists the sources to check, in order (``staple``, ``crl``, ``ocsp``), empty for
    no check. ``renewal_information`` requests renewal windows from ACME CAs.
    """

    interval: timedelta = timedelta(hours=1)
    timeout: timedelta = timedelta(seconds=10)
    warn_before: tuple[Margin, ...] = (Margin(timedelta(days=30)), Margin(share=0.25))
    critical_before: tuple[Margin, ...] = (Margin(timedelta(days=7)), Margin(share=0.10))
    ca_warn_before: tuple[Margin, ...] = (Margin(timedelta(days=180)), Margin(share=0.25))
    ca_critical_before: tuple[Margin, ...] = (Margin(timedelta(days=60)), Margin(share=0.10))
    crl_warn_before: tuple[Margin, ...] = (Margin(timedelta(days=7)), Margin(share=0.05))
    trust: tuple[str, ...] = ("system",)
    checks: tuple[tuple[Check, Severity | None], ...] = ()
    accept: frozenset[str] = frozenset()
    unreachable_after: int = 3
    forget_after: timedelta = timedelta(days=30)
    remind_warning_every: timedelta = timedelta(days=7)
    remind_critical_every: timedelta = timedelta(days=1)
    encryption: str = "required"
    revocation: tuple[str, ...] = ()
    renewal_information: bool = False

    def severity(self, check: Check, default: Severity) -> Severity | None:
        """Return the severity of a check, ``None`` when it is switched off."""
        for name, severity in self.checks:
            if name is check:
                return severity
        return default

    def warning_due_at(self, certificate: Certificate, *, as_ca: bool) -> datetime:
        """Return the time from which the expiry of a certificate is a warning."""
        margins = self.ca_warn_before if as_ca else self.warn_before
        return earlier(certificate.not_after, _smallest(margins, certificate.lifetime))

    def critical_due_at(self, certificate: Certificate, *, as_ca: bool) -> datetime:
        """Return the time from which the expiry of a certificate is critical."""
        margins = self.ca_critical_before if as_ca else self.critical_before
        return earlier(certificate.not_after, _smallest(margins, certificate.lifetime))


def _smallest(margins: tuple[Margin, ...], lifetime: timedelta) -> timedelta:
    return min((margin.of(lifetime) for margin in margins), default=timedelta(0))


class PolicyOrigin(StrEnum):
    """Which part of a configuration sets a value: nothing, ``defaults``, one of ``policies``, or the target.

    ``target`` is the entry of the target or of its discovery, or its preset.
    """

    BUILT_IN = "built_in"
    DEFAULTS = "defaults"
    RULE = "rule"
    TARGET = "target"


@dataclass(frozen=True, slots=True)
class PolicyValue:
    """One key of a policy: its value as it is written, where it is set, and what that rule matches."""

    key: str
    value: str
    origin: PolicyOrigin
    match: str = ""
