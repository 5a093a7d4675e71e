"""One renewal that was seen: what is left of a replaced certificate once it is forgotten."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PastRenewal:
    """Fingerprint and validity of a certificate that was renewed at a location, and when that was seen."""

    location: str
    sha256: str
    not_before: datetime
    not_after: datetime
    at: datetime
