"""Make OCSP responses with any content and signer, and what names responders in certificates."""

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from support.pki.certificates import NOW, Extension, Issued, hash_for, issue

RESPONDER = "http://ca.example/ocsp"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def access(*urls: str) -> Extension:
    """Return the extension that names OCSP responders."""
    ways = [
        x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(url))
        for url in urls
    ]
    return x509.AuthorityInformationAccess(ways), False


def responder(ca: Issued, **more: object) -> Issued:
    """Return a certificate that a CA issued for signing OCSP responses."""
    return issue("responder", ca, usages=(ExtendedKeyUsageOID.OCSP_SIGNING,), **more)  # type: ignore[arg-type]


def response(  # every part of a response is an argument
    about: Issued,
    ca: Issued,
    status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD,
    *,
    by: Issued | None = None,
    begin: datetime = NOW - HOUR,
    end: datetime | None = NOW + DAY,
    reason: x509.ReasonFlags | None = None,
    algorithm: hashes.HashAlgorithm | None = None,
    named_by: ocsp.OCSPResponderEncoding = ocsp.OCSPResponderEncoding.HASH,
) -> bytes:
    """Return a response in DER, signed by the CA or by another; ``named_by`` says how it names its signer."""
    signer = by or ca
    revoked = status is ocsp.OCSPCertStatus.REVOKED
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            cert=about.certificate,
            issuer=ca.certificate,
            algorithm=algorithm or hashes.SHA1(),
            cert_status=status,
            this_update=begin,
            next_update=end,
            revocation_time=NOW - DAY if revoked else None,
            revocation_reason=reason,
        )
        .responder_id(named_by, signer.certificate)
    )
    if by is not None:
        builder = builder.certificates([by.certificate])
    return builder.sign(signer.key, hash_for(signer.key)).public_bytes(Encoding.DER)  # type: ignore[arg-type]
