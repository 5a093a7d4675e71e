"""A throwaway CA and the certificates of the demo; never for real use."""

import functools
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate with its key and the intermediates to serve after it."""

    certificate: x509.Certificate
    key: Key
    above: tuple[x509.Certificate, ...] = ()

    @property
    def chain_pem(self) -> bytes:
        """Return the certificate and its intermediates as PEM."""
        return b"".join(c.public_bytes(serialization.Encoding.PEM) for c in (self.certificate, *self.above))

    @property
    def der(self) -> bytes:
        """Return the certificate as DER."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def key_pem(self) -> bytes:
        """Return the private key as unencrypted PEM."""
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )


@functools.cache
def rsa_key() -> rsa.RSAPrivateKey:
    """Return a shared RSA key, since generating one takes long."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def authority(name: str, lifetime: timedelta, *, age: timedelta = MONTH, key: Key | None = None) -> Issued:
    """Return a new root CA of some age, by default a month."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = _name(name)
    begin = datetime.now(UTC) - age
    certificate = (
        _builder(subject, subject, key, begin, begin + lifetime)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Issued(certificate, key)


def leaf(  # noqa: PLR0913 - every option of a certificate is an argument
    name: str,
    ends_in: timedelta,
    *,
    lifetime: timedelta = timedelta(days=398),
    issuer: Issued | None = None,
    also: Sequence[str] = ("127.0.0.1",),
    key: Key | None = None,
    crl: str = "",
) -> Issued:
    """Return a server certificate that expires in the given time; self-signed without an issuer.

    ``crl`` is the URL of the issuer's CRL.
    """
    key = key or ec.generate_private_key(ec.SECP256R1())
    end = datetime.now(UTC) + ends_in
    signer = issuer.key if issuer else key
    issuer_name = issuer.certificate.subject if issuer else _name(name)
    builder = (
        _builder(_name(name), issuer_name, key, end - lifetime, end)
        .add_extension(x509.SubjectAlternativeName(_names((name, *also))), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(_key_of(signer), critical=False)
    )
    if crl:
        builder = builder.add_extension(_list_at(crl), critical=False)
    return Issued(builder.sign(signer, hashes.SHA256()), key)


def revocation_list(
    issuer: Issued, *revoked: Issued, ends_in: timedelta, lifetime: timedelta = timedelta(days=7)
) -> bytes:
    """Return an issuer's CRL in DER; its entries were revoked yesterday for key compromise."""
    end = datetime.now(UTC) + ends_in
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(end - lifetime)
        .next_update(end)
        .add_extension(_key_of(issuer.key), critical=False)
        .add_extension(x509.CRLNumber(1), critical=False)
    )
    for one in revoked:
        builder = builder.add_revoked_certificate(_stolen(one))
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _stolen(one: Issued) -> x509.RevokedCertificate:
    return (
        x509.RevokedCertificateBuilder()
        .serial_number(one.certificate.serial_number)
        .revocation_date(datetime.now(UTC) - timedelta(days=1))
        .add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), critical=False)
        .build()
    )


def _key_of(signer: Key) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())


def _list_at(url: str) -> x509.CRLDistributionPoints:
    where = [x509.UniformResourceIdentifier(url)]
    return x509.CRLDistributionPoints([x509.DistributionPoint(where, None, None, None)])


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: Key,
    begin: datetime,
    end: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
    )


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _names(names: Sequence[str]) -> list[x509.GeneralName]:
    return [_general_name(name) for name in names]


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
