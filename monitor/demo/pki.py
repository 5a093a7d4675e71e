"""A throwaway CA and the certificates of the demo estate; never for real use."""

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


@dataclass(frozen=True, slots=True)
class Issued:
    """Hold a certificate with its key and the certificates to serve after it."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    above: tuple[x509.Certificate, ...] = ()

    @property
    def chain_pem(self) -> bytes:
        """Return the certificate and what is served after it."""
        return b"".join(c.public_bytes(serialization.Encoding.PEM) for c in (self.certificate, *self.above))

    @property
    def der(self) -> bytes:
        """Return the certificate alone."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def key_pem(self) -> bytes:
        """Return the private key, unencrypted: it guards nothing."""
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )


def authority(name: str, lifetime: timedelta) -> Issued:
    """Return a new root CA that began a month ago."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(name)
    begin = datetime.now(UTC) - timedelta(days=30)
    certificate = (
        _builder(subject, subject, key, begin, begin + lifetime)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Issued(certificate, key)


def leaf(
    name: str, ends_in: timedelta, *, lifetime: timedelta = timedelta(days=398), issuer: Issued | None = None
) -> Issued:
    """Return a server certificate that ends in the given time; self-signed without an issuer."""
    key = ec.generate_private_key(ec.SECP256R1())
    end = datetime.now(UTC) + ends_in
    signer = issuer.key if issuer else key
    issuer_name = issuer.certificate.subject if issuer else _name(name)
    certificate = (
        _builder(_name(name), issuer_name, key, end - lifetime, end)
        .add_extension(x509.SubjectAlternativeName(_names(name)), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(signer, hashes.SHA256())
    )
    return Issued(certificate, key)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
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


def _names(name: str) -> list[x509.GeneralName]:
    return [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
