"""Make throwaway certificates with any dates, keys, names and extensions for the tests.

``authority`` and ``leaf`` make ordinary ones, ``issue`` takes every option, and ``raw`` writes the DER by
hand for the shapes that a well-behaved library refuses to make. Nothing here is for use outside tests.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SERVER_AUTH = ExtendedKeyUsageOID.SERVER_AUTH
CLIENT_AUTH = ExtendedKeyUsageOID.CLIENT_AUTH
ANY_USAGE = ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE
EMAIL = ExtendedKeyUsageOID.EMAIL_PROTECTION

Key = (
    ec.EllipticCurvePrivateKey
    | ed25519.Ed25519PrivateKey
    | ed448.Ed448PrivateKey
    | rsa.RSAPrivateKey
    | dsa.DSAPrivateKey
)
Extension = tuple[x509.ExtensionType, bool]


@dataclass(frozen=True)
class Issued:
    """Hold a certificate with the private key that belongs to it."""

    certificate: x509.Certificate
    key: Key

    @property
    def der(self) -> bytes:
        """Return the certificate as DER."""
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        """Return the certificate as PEM."""
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        """Return the private key as unencrypted PKCS#8 PEM."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @property
    def sha256(self) -> str:
        """Return the fingerprint in lower hex."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()


def new_key() -> Key:
    """Return a fresh P-256 key, quick to make and accepted by every TLS client."""
    return ec.generate_private_key(ec.SECP256R1())


def days(count: float, at: datetime = NOW) -> datetime:
    """Return the instant so many days after ``at``."""
    return at + timedelta(days=count)


def name(common_name: str) -> x509.Name:
    """Return a name with only a common name, or an empty name for an empty text."""
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)] if common_name else []
    return x509.Name(parts)


def alternative_names(names: Sequence[str]) -> x509.SubjectAlternativeName:
    """Return DNS entries for names and iPAddress entries for IPs; ``DNS:10.0.0.5`` forces a DNS entry."""
    return x509.SubjectAlternativeName([_general_name(entry) for entry in names])


def _general_name(entry: str) -> x509.GeneralName:
    if entry.startswith("DNS:"):
        return x509.DNSName(entry[4:])
    try:
        return x509.IPAddress(ipaddress.ip_address(entry))
    except ValueError:
        return x509.DNSName(entry)


def issue(  # every option of a certificate is an argument
    subject: str | x509.Name,
    by: Issued | None = None,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    at: datetime = NOW,
    key: Key | None = None,
    names: Sequence[str] = (),
    ca: bool | None = None,
    usages: Sequence[x509.ObjectIdentifier] = (),
    usages_critical: bool = False,
    extensions: Sequence[Extension] = (),
    signature_hash: hashes.HashAlgorithm | None = None,
) -> Issued:
    """Return a certificate signed by ``by``, or by itself.

    ``ca`` of None leaves basicConstraints out. Dates default to 30 days before and 300 after ``at``.
    """
    own = key or new_key()
    who = subject if isinstance(subject, x509.Name) else name(subject)
    builder = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(by.certificate.subject if by else who)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start or days(-30, at))
        .not_valid_after(end or days(300, at))
    )
    wanted: list[Extension] = list(extensions)
    if ca is not None:
        wanted.append((x509.BasicConstraints(ca=ca, path_length=None), True))
    if names:
        wanted.append((alternative_names(names), False))
    if usages:
        wanted.append((x509.ExtendedKeyUsage(usages), usages_critical))
    for extension, critical in wanted:
        builder = builder.add_extension(extension, critical=critical)
    signer = by.key if by else own
    algorithm = (
        None
        if isinstance(signer, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey)
        else signature_hash or hashes.SHA256()
    )
    return Issued(builder.sign(signer, algorithm), own)


def authority(  # every option of a certificate is an argument
    subject: str = "Test Root",
    by: Issued | None = None,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    at: datetime = NOW,
    key: Key | None = None,
    identifiers: bool = True,
) -> Issued:
    """Return a root (or an intermediate when ``by`` is given), ten years long by default.

    ``identifiers`` writes subject and authority key identifiers, as most CAs do.
    """
    own = key or new_key()
    return issue(
        subject,
        by,
        start=start or days(-365, at),
        end=end or days(3650, at),
        key=own,
        ca=True,
        extensions=_identifiers(own, by) if identifiers else (),
    )


def leaf(  # every option of a certificate is an argument
    subject: str,
    by: Issued | None = None,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    at: datetime = NOW,
    key: Key | None = None,
    names: Sequence[str] | None = None,
    usages: Sequence[x509.ObjectIdentifier] = (SERVER_AUTH,),
    usages_critical: bool = False,
    identifiers: bool = True,
) -> Issued:
    """Return a server certificate whose only name is its subject unless ``names`` says otherwise."""
    own = key or new_key()
    return issue(
        subject,
        by,
        start=start,
        end=end,
        at=at,
        key=own,
        names=(subject,) if names is None else names,
        usages=usages,
        usages_critical=usages_critical,
        extensions=_identifiers(own, by) if identifiers else (),
    )


def _identifiers(own: Key, by: Issued | None) -> list[Extension]:
    issuer = (by.key if by else own).public_key()
    return [
        (x509.SubjectKeyIdentifier.from_public_key(own.public_key()), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer), False),
    ]


def tlv(tag: int, *contents: bytes) -> bytes:
    """Return one DER element."""
    content = b"".join(contents)
    if len(content) < 0x80:
        return bytes([tag, len(content)]) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


_ECDSA_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")


def raw(  # every part of a certificate is an argument
    *,
    version: bytes = bytes.fromhex("a003020102"),
    serial: bytes = b"\x01",
    subject: bytes | None = None,
    issuer: bytes | None = None,
    validity: bytes | None = None,
    public_key: bytes | None = None,
    extensions: Sequence[bytes] = (),
    key: Key | None = None,
    signer: Key | None = None,
    algorithm: bytes = _ECDSA_SHA256,
) -> bytes:
    """Return the DER of a certificate put together part by part, with a good P-256 signature.

    ``version`` is the whole explicit element (empty for v1), ``serial`` the content of the INTEGER,
    ``validity`` both times as elements, ``extensions`` whole Extension elements; the rest are whole elements.
    """
    own = key or new_key()
    who = subject if subject is not None else name("raw").public_bytes()
    tbs = tlv(
        0x30,
        version,
        tlv(0x02, serial),
        algorithm,
        issuer if issuer is not None else who,
        tlv(0x30, validity or tlv(0x17, b"260101000000Z") + tlv(0x17, b"360101000000Z")),
        who,
        public_key or own.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        tlv(0xA3, tlv(0x30, *extensions)) if extensions else b"",
    )
    signing = signer or own
    assert isinstance(signing, ec.EllipticCurvePrivateKey)
    signature = signing.sign(tbs, ec.ECDSA(hashes.SHA256()))
    return tlv(0x30, tbs, algorithm, tlv(0x03, b"\x00", signature))


def extension(oid: x509.ObjectIdentifier, value: bytes, *, critical: bool = False) -> bytes:
    """Return one Extension element with any bytes as its value."""
    return tlv(0x30, object_identifier(oid), b"\x01\x01\xff" if critical else b"", tlv(0x04, value))


def object_identifier(oid: x509.ObjectIdentifier) -> bytes:
    """Return an OBJECT IDENTIFIER element."""
    first, second, *rest = (int(part) for part in oid.dotted_string.split("."))
    content = bytearray()
    for arc in (first * 40 + second, *rest):
        septets = [arc & 0x7F]
        while arc := arc >> 7:
            septets.append(0x80 | arc & 0x7F)
        content += bytes(reversed(septets))
    return tlv(0x06, bytes(content))
