"""The fields of one certificate that we judge and show, free of any library type."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, IntFlag

DAY = timedelta(days=1)


class KeyUsage(IntFlag):
    """What a key may be used for, in the bits of the extension's two octets (RFC 5280 section 4.2.1.3)."""

    DIGITAL_SIGNATURE = 0x80
    NON_REPUDIATION = 0x40
    KEY_ENCIPHERMENT = 0x20
    DATA_ENCIPHERMENT = 0x10
    KEY_AGREEMENT = 0x08
    KEY_CERT_SIGN = 0x04
    CRL_SIGN = 0x02
    ENCIPHER_ONLY = 0x01
    DECIPHER_ONLY = 0x8000


class DateForm(IntEnum):
    """How the validity period is encoded, the worse the higher (RFC 5280 section 4.1.2.5)."""

    STANDARD = 0
    """As required; all clients read it."""

    VARIANT = 1
    """With an offset or without seconds: OpenSSL refuses it, Go and most others read it."""

    MALFORMED = 2
    """With fractions or without any zone, for example: OpenSSL and Go refuse it."""


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Certificate:
    """The parsed fields of one DER certificate.

    Texts are sanitized (no control characters, bounded length). ``sha256`` is
    lower hex and identifies the certificate; ``sha1`` is upper hex without spaces, the form that
    Windows calls the thumbprint; ``serial`` is upper hex with an even number of digits.
    ``extended_usages`` contains dotted OIDs and is ``None`` when the extension is absent (any usage,
    RFC 5280 section 4.2.1.12); so is ``key_usage``. ``netscape_server`` is whether the old Netscape
    certificate type includes SSL servers, ``None`` without that extension. ``date_form`` is the worse of its
    two dates'. ``presumed_ca`` is true where ``is_ca`` is a guess because no extension says it. ``template``
    is that of Active Directory Certificate Services, as a dotted OID or a name, empty without one.
    ``public_policy`` is whether a policy of the CA/Browser Forum says that a public CA issued it.
    ``oddities`` describes fields that could not be parsed.
    """

    sha256: str
    sha1: str
    subject: str
    issuer: str
    subject_cn: str
    issuer_cn: str
    serial: str
    not_before: datetime
    not_after: datetime
    dns_names: tuple[str, ...]
    ip_addresses: tuple[str, ...]
    is_ca: bool
    self_issued: bool
    key_type: str
    key_bits: int
    signature_hash: str
    extended_usages: tuple[str, ...] | None
    oddities: tuple[str, ...] = ()
    key_usage: KeyUsage | None = None
    netscape_server: bool | None = None
    date_form: DateForm = DateForm.STANDARD
    presumed_ca: bool = False
    template: str = ""
    public_policy: bool = False

    @property
    def lifetime(self) -> timedelta:
        """Return the length of the validity period."""
        return self.not_after - self.not_before

    def days_left(self, now: datetime) -> float:
        """Return days of 24 hours until expiry, negative after it."""
        return (self.not_after - now) / DAY

    @property
    def title(self) -> str:
        """Return the shortest recognizable name of the certificate for people."""
        return (
            self.subject_cn
            or (self.dns_names[0] if self.dns_names else "")
            or self.subject
            or self.sha256[:16]
        )
