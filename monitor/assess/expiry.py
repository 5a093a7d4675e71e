"""Compute when a certificate's expiry becomes due by a policy's thresholds; write an instant.

It must not decide which certificates count: the judge does.
"""

from dataclasses import dataclass
from datetime import datetime

from monitor.model import Certificate, Policy


@dataclass(frozen=True, slots=True)
class Due:
    """The instants from which one certificate's expiry is a warning, and critical."""

    warning_at: datetime
    critical_at: datetime


def due(certificate: Certificate, policy: Policy, *, as_ca: bool) -> Due:
    """Return when a certificate is due: never after its expiry, the warning never after critical."""
    critical_at = min(policy.critical_due_at(certificate, as_ca=as_ca), certificate.not_after)
    return Due(min(policy.warning_due_at(certificate, as_ca=as_ca), critical_at), critical_at)
