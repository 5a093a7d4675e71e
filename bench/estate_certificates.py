"""Make a million real certificates of one CA in a minute: each is a template with another name, signed."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from monitor.model import Anchor, Anchors
from monitor.parse import parse_certificate

_TEMPLATE_NUMBER = 9_999_999
_SERIAL = 0x4000_0000_0000_0000


def host(number: int) -> str:
    """Return the name of an endpoint; all are of the same length."""
    return f"recorder{number:07}.vms.example"


class Issuer:
    """A CA that issues certificates of 90 days with the extensions that real ones carry."""

    def __init__(self) -> None:
        """Make the CA and the template."""
        self._key, leaf_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        now = datetime.now(UTC).replace(microsecond=0)
        root_name, key = _name("Bench Root"), self._key.public_key()
        root = (
            x509.CertificateBuilder(root_name, root_name, key, 1, now, now + timedelta(days=3650))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .sign(self._key, hashes.SHA256())
            .public_bytes(Encoding.DER)
        )
        name, server = host(_TEMPLATE_NUMBER), ExtendedKeyUsageOID.SERVER_AUTH
        issuer_key, leaf = x509.AuthorityKeyIdentifier.from_issuer_public_key(key), leaf_key.public_key()
        template = (
            x509.CertificateBuilder(
                root_name, _name(name), leaf, _SERIAL + _TEMPLATE_NUMBER, now, now + timedelta(days=90)
            )
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(leaf), critical=False)
            .add_extension(issuer_key, critical=False)
            .add_extension(x509.ExtendedKeyUsage([server]), critical=False)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        self._tbs, self._der = template.tbs_certificate_bytes, template.public_bytes(Encoding.DER)
        self._signature_size = len(template.signature)
        self.anchors = Anchors.of([Anchor(parse_certificate(root), root, "bench")])

    def issue(self, number: int) -> bytes:
        """Return the certificate of an endpoint."""
        tbs = self._tbs.replace(host(_TEMPLATE_NUMBER).encode(), host(number).encode())
        tbs = tbs.replace(_serial(_TEMPLATE_NUMBER), _serial(number), 1)
        # The lengths around a signature are those of the template; a quarter to a half of all fit.
        while len(signature := self._key.sign(tbs, ec.ECDSA(hashes.SHA256()))) != self._signature_size:
            pass
        head = self._der[: self._der.index(self._tbs)]
        tail = self._der[len(head) + len(tbs) : -self._signature_size]
        return head + tbs + tail + signature


def _serial(number: int) -> bytes:
    return (_SERIAL + number).to_bytes(8, "big")


def _name(common: str) -> x509.Name:
    organization = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Bench")
    return x509.Name([organization, x509.NameAttribute(NameOID.COMMON_NAME, common)])
