"""Make certificates with any dates, keys, names and extensions: the one factory for all tests.

``authority`` and ``leaf`` make ordinary ones, ``issue`` takes every option.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed448, ed25519, padding
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from support.pki.keys import Key, new_key

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TODAY = datetime.now(UTC)
"""The time for what is verified by the real clock; all else is made for ``NOW``."""
SERVER_AUTH = ExtendedKeyUsageOID.SERVER_AUTH
CLIENT_AUTH = ExtendedKeyUsageOID.CLIENT_AUTH
ANY_USAGE = ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE

Extension = tuple[x509.ExtensionType, bool]
_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


@dataclass(frozen=True)
class Issued:
    """A certificate with its private key."""

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


def key_usage(*wanted: str) -> Extension:
    """Return a key usage extension with the usages of these names (``digital_signature``), critical."""
    return x509.KeyUsage(**{usage: usage in wanted for usage in _USAGES}), True


def _general_name(entry: str) -> x509.GeneralName:
    if entry.startswith("DNS:"):
        return x509.DNSName(entry[4:])
    try:
        return x509.IPAddress(ipaddress.ip_address(entry))
    except ValueError:
        return x509.DNSName(entry)


def hash_for(signer: Key, wanted: hashes.HashAlgorithm | None = None) -> hashes.HashAlgorithm | None:
    """Return the hash that a key signs with: SHA-256 unless another is wanted, none for EdDSA."""
    edwards = isinstance(signer, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey)
    return None if edwards else wanted or hashes.SHA256()


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
    rsa_padding: padding.PSS | None = None,
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
    algorithm = hash_for(signer, signature_hash)
    return Issued(builder.sign(signer, algorithm, rsa_padding=rsa_padding), own)


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
