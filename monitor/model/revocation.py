"""What issuers say about their certificates after issuing them: revocation and when to renew."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class RevocationList:
    """Hold the dates of one CRL seen at a location (a path, an address).

    ``next_update`` may be absent although it must not (RFC 5280 section 5.1.2.5). Of lists with one ``scope``
    a later one replaces an earlier one; a ``delta`` only adds to its base.
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
    """Say what an issuer says of a certificate; ``unknown`` is "could not tell", never "good"."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Revocation:
    """Hold what was found out about one certificate's standing.

    ``source`` is ``staple``, ``crl`` or ``ocsp``, empty where nothing answered; ``detail`` is a sentence
    for people. ``attempts`` counts in a row those that gave no answer; a good answer that still holds stays
    meanwhile. ``on_hold`` says that the revocation may be taken back (RFC 5280 section 5.3.1).
    """

    sha256: str
    status: RevocationStatus
    checked_at: datetime
    source: str = ""
    detail: str = ""
    revoked_at: datetime | None = None
    good_until: datetime | None = None
    attempts: int = 0
    on_hold: bool = False


@dataclass(frozen=True, slots=True)
class RenewalWindow:
    """Hold the window in which an ACME CA suggests to renew a certificate (RFC 9773 section 4.2).

    ``first_start`` and ``first_end`` are those of the first answer: a window that was pulled in since then
    is told. Before ``ask_after`` the CA does not want to be asked again.
    """

    sha256: str
    start: datetime
    end: datetime
    asked_at: datetime
    explanation: str = ""
    first_start: datetime | None = None
    first_end: datetime | None = None
    ask_after: datetime | None = None
