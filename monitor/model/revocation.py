"""What issuers publish about certificates after issuing them: revocation and renewal information."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.model.message import Message


@dataclass(frozen=True, slots=True)
class RevocationList:
    """The dates of one CRL seen at a location (a path, an address).

    ``next_update`` may be absent although RFC 5280 section 5.1.2.5 requires it. Of several CRLs with the same
    ``scope`` a later one replaces an earlier one; a ``delta`` only adds to its base.
    """

    location: str
    position: int
    issuer: str
    this_update: datetime
    next_update: datetime | None
    number: str = ""
    sha256: str = ""
    entries: int = 0
    scope: str = ""
    delta: bool = False


@dataclass(frozen=True, slots=True)
class Staple:
    """The OCSP response (DER, RFC 6066 section 8) that a server sent with its certificate at a location."""

    location: str
    response: bytes


class RevocationStatus(StrEnum):
    """The revocation status of a certificate; ``unknown`` is never "good"."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Revocation:
    """The revocation status of one certificate and its source.

    ``source`` is ``staple``, ``crl`` or ``ocsp``, empty without an answer; ``message`` says when and why the
    certificate was revoked, or why its status is unknown. ``attempts`` counts attempts without an answer in a
    row; a good status that is still valid stays meanwhile. ``on_hold`` is true if the revocation may be
    lifted (RFC 5280 section 5.3.1).
    """

    sha256: str
    status: RevocationStatus
    checked_at: datetime
    source: str = ""
    message: Message | None = None
    revoked_at: datetime | None = None
    good_until: datetime | None = None
    attempts: int = 0
    on_hold: bool = False


@dataclass(frozen=True, slots=True)
class RenewalWindow:
    """The window in which an ACME CA suggests renewing a certificate (RFC 9773 section 4.2).

    ``first_start`` and ``first_end`` are those of the first answer: a window that moved up since then raises
    a finding. ``ask_after`` is the earliest time of the next request.
    """

    sha256: str
    start: datetime
    end: datetime
    asked_at: datetime
    explanation: str = ""
    first_start: datetime | None = None
    first_end: datetime | None = None
    ask_after: datetime | None = None
