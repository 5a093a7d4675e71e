"""Make certificate revocation lists: signed ones with any entries and dates, bare ones with any fields."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding

from support.pki.certificates import NOW, Extension, Issued, hash_for, name
from support.pki.crafted import ECDSA_SHA256, tlv

URL = "http://ca.example/ca.crl"
ISSUED = tlv(0x17, b"261122120000Z")
UNTIL = tlv(0x17, b"261129120000Z")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def points(*urls: str, **more: object) -> Extension:
    """Return the extension that names one distribution point with these addresses."""
    names = [x509.UniformResourceIdentifier(url) for url in urls]
    parts = {"full_name": names or None, "relative_name": None, "reasons": None, "crl_issuer": None} | more
    return x509.CRLDistributionPoints([x509.DistributionPoint(**parts)]), False  # type: ignore[arg-type]


def scope(**more: object) -> Extension:
    """Return the critical extension that limits what a CRL covers."""
    parts: dict[str, object] = {
        "full_name": None,
        "relative_name": None,
        "only_contains_user_certs": False,
        "only_contains_ca_certs": False,
        "only_some_reasons": None,
        "indirect_crl": False,
        "only_contains_attribute_certs": False,
    }
    return x509.IssuingDistributionPoint(**(parts | more)), True  # type: ignore[arg-type]


def entry(
    revoked: Issued | int,
    reason: x509.ReasonFlags | None = x509.ReasonFlags.key_compromise,
    extra: Sequence[Extension] = (),
) -> x509.RevokedCertificate:
    """Return the entry of a certificate, or of a serial number, that was revoked yesterday."""
    serial = revoked.certificate.serial_number if isinstance(revoked, Issued) else revoked
    builder = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(NOW - DAY)
    if reason is not None:
        builder = builder.add_extension(x509.CRLReason(reason), critical=False)
    for value, critical in extra:
        builder = builder.add_extension(value, critical=critical)
    return builder.build()


def crl(
    ca: Issued,
    *entries: x509.RevokedCertificate,
    begin: datetime = NOW - HOUR,
    end: datetime = NOW + DAY,
    extensions: Sequence[Extension] = (),
    issuer: x509.Name | None = None,
    rsa_padding: padding.PKCS1v15 | padding.PSS | None = None,
) -> bytes:
    """Return the DER of a list that an authority signed; ``issuer`` puts another name on it."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer or ca.certificate.subject)
        .last_update(begin)
        .next_update(end)
    )
    for one in entries:
        builder = builder.add_revoked_certificate(one)
    for value, critical in extensions:
        builder = builder.add_extension(value, critical=critical)
    signed = builder.sign(ca.key, hash_for(ca.key), rsa_padding=rsa_padding)  # type: ignore[arg-type]
    return signed.public_bytes(Encoding.DER)


def weekly(
    ca: Issued,
    *,
    issued: datetime | None = None,
    until: datetime | None = None,
    number: int | None = None,
    base: int | None = None,
    revoked: int = 0,
) -> bytes:
    """Return the DER of a list as a CA publishes it: for a week from a day ago if nothing else is said."""
    since = issued or NOW - DAY
    signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca.key.public_key())  # type: ignore[arg-type]
    extensions: list[Extension] = [(signer, False)]
    if number is not None:
        extensions.append((x509.CRLNumber(number), False))
    if base is not None:
        extensions.append((x509.DeltaCRLIndicator(base), True))
    entries = [entry(serial, None) for serial in range(1, revoked + 1)]
    return crl(ca, *entries, begin=since, end=until or since + 7 * DAY, extensions=extensions)


def pem(der: bytes) -> bytes:
    """Return a list as PEM."""
    return x509.load_der_x509_crl(der).public_bytes(Encoding.PEM)


def bare(
    *,
    issuer: str = "Test Root",
    version: bytes = tlv(0x02, b"\x01"),
    dates: bytes = ISSUED + UNTIL,
    revoked: bytes = b"",
    extensions: bytes = b"",
) -> bytes:
    """Return the DER of a list put together field by field, with no signature worth the name."""
    tbs = tlv(0x30, version, ECDSA_SHA256, name(issuer).public_bytes(), dates, revoked, extensions)
    return tlv(0x30, tbs, ECDSA_SHA256, tlv(0x03, b"\0\0"))
