"""Make throwaway revocation lists for the tests: signed ones with any dates, bare ones with any fields."""

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from support.pki import NOW, Issued, days, name, tlv

ALGORITHM = bytes.fromhex("300a06082a8648ce3d040302")
ISSUED = tlv(0x17, b"261122120000Z")
UNTIL = tlv(0x17, b"261129120000Z")


def crl(
    by: Issued,
    *,
    issued: datetime | None = None,
    until: datetime | None = None,
    number: int | None = None,
    base: int | None = None,
    revoked: int = 0,
) -> bytes:
    """Return the DER of a list that an authority signed; a week long from a day ago if nothing is said."""
    since = issued or days(-1)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(by.certificate.subject)
        .last_update(since)
        .next_update(until or since + timedelta(days=7))
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(by.key.public_key()), critical=False
        )  # type: ignore[arg-type]
    )
    if number is not None:
        builder = builder.add_extension(x509.CRLNumber(number), critical=False)
    if base is not None:
        builder = builder.add_extension(x509.DeltaCRLIndicator(base), critical=True)
    for serial in range(1, revoked + 1):
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(NOW).build()
        builder = builder.add_revoked_certificate(entry)
    return builder.sign(by.key, hashes.SHA256()).public_bytes(Encoding.DER)  # type: ignore[arg-type]


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
    tbs = tlv(0x30, version, ALGORITHM, name(issuer).public_bytes(), dates, revoked, extensions)
    return tlv(0x30, tbs, ALGORITHM, tlv(0x03, b"\0\0"))
