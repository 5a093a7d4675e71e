"""What an OCSP response says about a certificate, and what it does not."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.issuers import texts
from monitor.issuers.ocsp import ocsp_request, ocsp_verdict
from monitor.issuers.verdict import RevocationVerdict
from monitor.model import Message, RevocationStatus
from support import pki
from support.pki.ocsp import responder, response
from support.servers.issuers.issuer_world import DAY, HOUR, NOW, leaf, pair

CA = pki.authority("Test CA")
OTHER = pki.authority("Other CA")
LEAF = leaf(CA)
GOOD, REVOKED, UNKNOWN = RevocationStatus.GOOD, RevocationStatus.REVOKED, RevocationStatus.UNKNOWN
STATUS = ocsp.OCSPCertStatus


SOURCE = texts.the_responder(url="http://ocsp.example/")


def because(problem: Message) -> Message:
    """Return the message that the response proves nothing because of a problem."""
    return texts.source_problem(source=SOURCE, problem=problem)


def verdict_of(data: bytes, about: pki.Issued = LEAF, ca: pki.Issued = CA) -> RevocationVerdict:
    """Return the verdict of a response."""
    return ocsp_verdict(data, pair(about, ca), NOW, SOURCE)


def test_good() -> None:
    """A good certificate is good until the next update."""
    verdict = verdict_of(response(LEAF, CA))
    assert (verdict.status, verdict.good_until, verdict.message) == (
        GOOD,
        NOW + DAY,
        texts.not_revoked(source=SOURCE, at=NOW - HOUR),
    )


def test_revoked() -> None:
    """A revoked certificate is reported with instant and reason."""
    verdict = verdict_of(response(LEAF, CA, STATUS.REVOKED, reason=x509.ReasonFlags.superseded))
    assert (verdict.status, verdict.revoked_at, verdict.message) == (
        REVOKED,
        NOW - DAY,
        texts.revoked_because(at=NOW - DAY, reason=texts.SUPERSEDED, source=SOURCE),
    )


def test_unknown() -> None:
    """A responder that does not know the certificate does not call it good."""
    verdict = verdict_of(response(LEAF, CA, STATUS.UNKNOWN))
    assert (verdict.status, verdict.message) == (
        UNKNOWN,
        because(texts.OCSP_UNKNOWN),
    )


@pytest.mark.parametrize("status", [STATUS.GOOD, STATUS.UNKNOWN])
def test_ended(status: ocsp.OCSPCertStatus) -> None:
    """A response that has expired reports nothing good."""
    assert verdict_of(response(LEAF, CA, status, begin=NOW - 2 * DAY, end=NOW - DAY)).status is UNKNOWN


def test_expired_but_revoked() -> None:
    """A revocation is for good, but for a hold."""
    old = {"begin": NOW - 2 * DAY, "end": NOW - DAY}
    assert verdict_of(response(LEAF, CA, STATUS.REVOKED, **old)).status is REVOKED  # type: ignore[arg-type]
    on_hold = response(LEAF, CA, STATUS.REVOKED, reason=x509.ReasonFlags.certificate_hold, **old)  # type: ignore[arg-type]
    assert verdict_of(on_hold).status is UNKNOWN


def test_from_the_future() -> None:
    """A response that has not begun reports nothing; a few minutes are two clocks that differ."""
    assert verdict_of(response(LEAF, CA, begin=NOW + HOUR)).status is UNKNOWN
    assert verdict_of(response(LEAF, CA, begin=NOW + HOUR / 60)).status is GOOD


@pytest.mark.parametrize(("age", "revocation_status"), [(HOUR, GOOD), (DAY + HOUR, UNKNOWN)])
def test_without_an_end(age: object, revocation_status: RevocationStatus) -> None:
    """A response that does not say how long it holds is believed for a day."""
    assert verdict_of(response(LEAF, CA, begin=NOW - age, end=None)).status is revocation_status  # type: ignore[operator]


@pytest.mark.parametrize("status", [STATUS.GOOD, STATUS.REVOKED])
def test_signed_by_somebody_else(status: ocsp.OCSPCertStatus) -> None:
    """A stranger's signature reports nothing, be it good or bad."""
    verdict = verdict_of(response(LEAF, CA, status, by=OTHER))
    assert (verdict.status, verdict.message) == (
        UNKNOWN,
        because(texts.OCSP_UNAUTHORIZED_SIGNER),
    )


def test_appointed_responder() -> None:
    """One whom the CA issued a certificate for signing responses speaks for it."""
    assert verdict_of(response(LEAF, CA, by=responder(CA))).status is GOOD


@pytest.mark.parametrize(
    "signer",
    [
        responder(OTHER),
        responder(CA, start=NOW - 9 * DAY, end=NOW - DAY),
        responder(CA, start=NOW + DAY),
        leaf(CA, subject="no responder"),
        pki.issue("server", CA, usages=(pki.SERVER_AUTH,)),
        pki.issue("any", CA, usages=(pki.ANY_USAGE,)),
    ],
    ids=["of another CA", "ended", "not begun", "without a usage", "a server", "any usage"],
)
def test_others_that_sign(signer: pki.Issued) -> None:
    """Nobody else speaks for the CA (RFC 6960 section 4.2.2.2), least of all a server."""
    assert verdict_of(response(LEAF, CA, by=signer)).status is UNKNOWN


def test_the_certificate_itself_signs() -> None:
    """A certificate does not vouch for itself."""
    assert verdict_of(response(LEAF, CA, by=LEAF)).status is UNKNOWN


def test_another_certificate() -> None:
    """What is said of another certificate of the CA is not ours."""
    assert verdict_of(response(leaf(CA), CA)).message == because(texts.OCSP_OTHER_CERTIFICATE)


def test_the_same_serial_number_of_another_ca() -> None:
    """A serial number belongs to its CA."""
    assert verdict_of(response(LEAF, OTHER)).message == because(texts.OCSP_OTHER_CERTIFICATE)


@pytest.mark.parametrize("algorithm", [hashes.SHA1(), hashes.SHA256(), hashes.SHA512()])
def test_hashes_of_the_name(algorithm: hashes.HashAlgorithm) -> None:
    """A responder may name the CA by another hash than we did."""
    assert verdict_of(response(LEAF, CA, algorithm=algorithm)).status is GOOD


@pytest.mark.parametrize(
    "key",
    [
        pki.rsa_key(),
        ec.generate_private_key(ec.SECP384R1()),
    ],
    ids=["RSA", "P-384"],
)
def test_kinds_of_keys(key: pki.Key) -> None:
    """Responses signed by the usual kinds of keys are understood."""
    ca = pki.authority("CA", key=key)
    about = leaf(ca)
    assert verdict_of(response(about, ca), about, ca).status is GOOD


def test_ed25519() -> None:
    """A CA with an Ed25519 key signs without a hash."""
    ca = pki.authority("CA", key=ed25519.Ed25519PrivateKey.generate())
    about = leaf(ca)
    made = response(about, ca, named_by=ocsp.OCSPResponderEncoding.NAME)
    assert verdict_of(made, about, ca).status is GOOD


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (ocsp.OCSPResponseStatus.TRY_LATER, texts.OCSP_TRY_LATER),
        (ocsp.OCSPResponseStatus.UNAUTHORIZED, texts.OCSP_UNAUTHORIZED),
        (ocsp.OCSPResponseStatus.INTERNAL_ERROR, texts.OCSP_INTERNAL_ERROR),
        (ocsp.OCSPResponseStatus.MALFORMED_REQUEST, texts.OCSP_MALFORMED_REQUEST),
        (ocsp.OCSPResponseStatus.SIG_REQUIRED, texts.OCSP_SIGNATURE_REQUIRED),
    ],
)
def test_refusals(status: ocsp.OCSPResponseStatus, said: Message) -> None:
    """A responder that does not answer is quoted in words."""
    data = ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)
    verdict = verdict_of(data)
    assert (verdict.status, verdict.message) == (UNKNOWN, because(said))


@pytest.mark.parametrize(
    "data", [b"", b"<html>", LEAF.der, response(LEAF, CA) + b"x", b"\x30\x03\x0a\x01\x00"]
)
def test_what_is_no_response(data: bytes) -> None:
    """Other bytes give no verdict."""
    assert verdict_of(data).status is UNKNOWN


WHOLE = response(LEAF, CA, STATUS.UNKNOWN, by=responder(CA))


@settings(max_examples=200)
@given(st.dictionaries(st.integers(0, len(WHOLE) - 1), st.integers(0, 255), min_size=1, max_size=3))
def test_damaged_responses(damage: dict[int, int]) -> None:
    """No damage ends in an error, and none makes a certificate good or revoked."""
    der = bytearray(WHOLE)
    for position, octet in damage.items():
        der[position] = octet
    assert verdict_of(bytes(der)).status is UNKNOWN


def test_question() -> None:
    """A request names the serial number, and the CA by SHA-1, which every responder knows."""
    request = ocsp.load_der_ocsp_request(ocsp_request(pair(LEAF, CA)))
    assert request.serial_number == LEAF.certificate.serial_number
    assert request.hash_algorithm.name == "sha1"
