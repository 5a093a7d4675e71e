"""OCSP requests, and the verdict of a response on a certificate (RFC 6960); sends nothing.

A response proves nothing when it is expired, about another certificate or signed by an unauthorized key.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, SignatureAlgorithmOID

from monitor.assess.paths.links import UNREADABLE, verify
from monitor.issuers import texts
from monitor.issuers.verdict import SKEW, IssuerPair, RevocationVerdict, doubtful, revoked_message
from monitor.model import Message, RevocationStatus

ENDLESS = timedelta(days=1)
"""How old a response may be that does not say how long it holds."""

_MOST_ANSWERS = 100
_MOST_SIGNERS = 4
_PSS_HASHES = (hashes.SHA256(), hashes.SHA384(), hashes.SHA512())
_REASONS = {
    ocsp.OCSPResponseStatus.MALFORMED_REQUEST: texts.OCSP_MALFORMED_REQUEST,
    ocsp.OCSPResponseStatus.INTERNAL_ERROR: texts.OCSP_INTERNAL_ERROR,
    ocsp.OCSPResponseStatus.TRY_LATER: texts.OCSP_TRY_LATER,
    ocsp.OCSPResponseStatus.SIG_REQUIRED: texts.OCSP_SIGNATURE_REQUIRED,
    ocsp.OCSPResponseStatus.UNAUTHORIZED: texts.OCSP_UNAUTHORIZED,
}


def ocsp_request(pair: IssuerPair) -> bytes:
    """Return the request for a certificate in DER; SHA-1 identifies the issuer: every responder supports it.

    Raises one of ``UNREADABLE`` for certificates that the library cannot process.
    """
    builder = ocsp.OCSPRequestBuilder().add_certificate(pair.certificate, pair.issuer, hashes.SHA1())  # noqa: S303 - an identifier, not a signature (RFC 5019 section 2.1.1)
    return builder.build().public_bytes(Encoding.DER)


def ocsp_verdict(data: bytes, pair: IssuerPair, now: datetime, source: Message) -> RevocationVerdict:
    """Return the verdict of a response on a certificate; ``source`` names its source."""
    try:
        response = ocsp.load_der_ocsp_response(data)
    except UNREADABLE:
        return doubtful(source, texts.NOT_OCSP)
    if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        return doubtful(source, _REASONS.get(response.response_status, texts.OCSP_NO_ANSWER))
    try:
        return _of_response(response, pair, now, source)
    except UNREADABLE:
        return doubtful(source, texts.OCSP_UNREADABLE)


def _of_response(
    response: ocsp.OCSPResponse, pair: IssuerPair, now: datetime, source: Message
) -> RevocationVerdict:
    if any(one.critical and not isinstance(one.value, x509.OCSPNonce) for one in response.extensions):
        return doubtful(source, texts.OCSP_UNSUPPORTED)
    single = next(_about(response, pair), None)
    if single is None:
        return doubtful(source, texts.OCSP_OTHER_CERTIFICATE)
    if not _is_authorized(response, pair.issuer, now):
        return doubtful(source, texts.OCSP_UNAUTHORIZED_SIGNER)
    return _verdict_of(single, now, source)


def _about(response: ocsp.OCSPResponse, pair: IssuerPair) -> Iterator[ocsp.OCSPSingleResponse]:
    """Yield the answers about the certificate: same serial number, same issuer by name and key."""
    for count, single in enumerate(response.responses):
        if count == _MOST_ANSWERS:
            return
        if single.serial_number == pair.certificate.serial_number:
            builder = ocsp.OCSPRequestBuilder()
            own = builder.add_certificate(pair.certificate, pair.issuer, single.hash_algorithm).build()
            if (own.issuer_name_hash, own.issuer_key_hash) == (
                single.issuer_name_hash,
                single.issuer_key_hash,
            ):
                yield single


def _verdict_of(single: ocsp.OCSPSingleResponse, now: datetime, source: Message) -> RevocationVerdict:
    ended = _why_not_current(single, now)
    if single.certificate_status is ocsp.OCSPCertStatus.REVOKED:
        at = single.revocation_time_utc or single.this_update_utc
        on_hold = single.revocation_reason is x509.ReasonFlags.certificate_hold
        if not (on_hold and ended):
            said = revoked_message(at, single.revocation_reason, source)
            return RevocationVerdict(RevocationStatus.REVOKED, said, at, on_hold=on_hold)
    if ended is not None:
        return doubtful(source, ended)
    if single.certificate_status is ocsp.OCSPCertStatus.GOOD:
        said = texts.not_revoked(source=source, at=single.this_update_utc)
        return RevocationVerdict(RevocationStatus.GOOD, said, good_until=single.next_update_utc)
    return doubtful(source, texts.OCSP_UNKNOWN)


def _why_not_current(single: ocsp.OCSPSingleResponse, now: datetime) -> Message | None:
    """Return why a response is not current, ``None`` when it is."""
    begin, end = single.this_update_utc, single.next_update_utc
    if begin > now + SKEW:
        return texts.dated_in_future(at=begin)
    if end is None:
        return texts.undated(at=begin) if now > begin + ENDLESS else None
    return texts.expired(at=end) if now > end else None


def _is_authorized(response: ocsp.OCSPResponse, issuer: x509.Certificate, now: datetime) -> bool:
    """Return whether the CA or an authorized responder signed (RFC 6960 section 4.2.2.2)."""
    if _made_by(issuer.public_key(), response):
        return True
    signers = response.certificates[:_MOST_SIGNERS]
    return any(_appointed(one, issuer, now) and _made_by(one.public_key(), response) for one in signers)


def _appointed(signer: x509.Certificate, issuer: x509.Certificate, now: datetime) -> bool:
    if not signer.not_valid_before_utc <= now <= signer.not_valid_after_utc:
        return False
    try:
        usages = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        signer.verify_directly_issued_by(issuer)
    except (x509.ExtensionNotFound, InvalidSignature, *UNREADABLE):
        return False
    return ExtendedKeyUsageOID.OCSP_SIGNING in usages


def _made_by(key: object, response: ocsp.OCSPResponse) -> bool:
    try:
        _verify(key, response)
    except InvalidSignature:
        return False
    return True


def _verify(key: object, response: ocsp.OCSPResponse) -> None:
    signature, data = response.signature, response.tbs_response_bytes
    if response.signature_algorithm_oid == SignatureAlgorithmOID.RSASSA_PSS:
        _verify_pss(key, signature, data)
        return
    algorithm = response.signature_hash_algorithm
    if algorithm is not None and isinstance(key, ec.EllipticCurvePublicKey):
        verify(key, signature, data, ec.ECDSA(algorithm), algorithm)
    else:
        verify(key, signature, data, padding.PKCS1v15(), algorithm)


def _verify_pss(key: object, signature: bytes, data: bytes) -> None:
    """Verify with each usual hash: the library does not expose which one the response names."""
    if not isinstance(key, rsa.RSAPublicKey):
        raise InvalidSignature("the kind of the key does not fit the signature")
    for algorithm in _PSS_HASHES:
        try:
            key.verify(signature, data, padding.PSS(padding.MGF1(algorithm), padding.PSS.AUTO), algorithm)
        except InvalidSignature:
            continue
        return
    raise InvalidSignature("no usual hash fits")
