"""Certificates are found in files of every form that people keep them in."""

import base64
import time

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509 import ObjectIdentifier
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.model import Message
from monitor.model.texts import more
from monitor.parse import (
    FileContents,
    UnreadableCertificateError,
    find_certificates,
    parse_certificate,
    texts,
)
from support.pki import authority, issue, leaf, object_identifier, rsa_key, tlv
from support.pki.foreign import enveloped, request

ROOT = authority("Root")
LEAF = leaf("nvr.example", ROOT)
BOTH = FileContents((LEAF.der, ROOT.der))
PEMS = LEAF.pem + ROOT.pem
P7B_DER = pkcs7.serialize_certificates([LEAF.certificate, ROOT.certificate], Encoding.DER)
SIGNED_DATA = object_identifier(ObjectIdentifier("1.2.840.113549.1.7.2"))
ENCRYPTED = texts.OTHER_PKCS7
P7B_PEM = pkcs7.serialize_certificates([LEAF.certificate, ROOT.certificate], Encoding.PEM)


def relabelled(pem: bytes, label: bytes) -> bytes:
    """Return PEM text under another label."""
    return pem.replace(b"CERTIFICATE", label)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(PEMS, id="PEM"),
        pytest.param(PEMS.rstrip(), id="no final newline"),
        pytest.param(PEMS.replace(b"\n", b"\r\n"), id="CRLF"),
        pytest.param(PEMS.replace(b"\n", b"\r"), id="CR"),
        pytest.param(b"\xef\xbb\xbf" + PEMS, id="UTF-8 with a byte order mark"),
        pytest.param(PEMS.decode().encode("utf-16"), id="UTF-16 with a byte order mark"),
        pytest.param(b"\xfe\xff" + PEMS.decode().encode("utf-16-be"), id="UTF-16 big-endian"),
        pytest.param(PEMS.decode().encode("utf-16-le"), id="UTF-16 without a byte order mark"),
        pytest.param(b"subject=nvr\n" + LEAF.pem + b"text\n" + ROOT.pem + b"end", id="text around"),
        pytest.param(LEAF.key_pem + PEMS + ROOT.key_pem, id="private keys beside"),
        pytest.param(relabelled(PEMS, b"X509 CERTIFICATE"), id="X509 CERTIFICATE"),
        pytest.param(relabelled(PEMS, b"TRUSTED CERTIFICATE"), id="TRUSTED CERTIFICATE"),
        pytest.param(LEAF.der + ROOT.der, id="DER after DER"),
        pytest.param(LEAF.der + ROOT.der + b"\r\n", id="DER with a line end"),
    ],
)
def test_finds_the_certificates(data: bytes) -> None:
    """Both certificates are found in order, and nothing is wrong."""
    assert find_certificates(data) == BOTH


SAFE = issue("safe", key=rsa_key())


@pytest.mark.parametrize(
    ("data", "what"),
    [
        pytest.param(request(), texts.CERTIFICATE_REQUEST, id="a request"),
        pytest.param(request(key=rsa_key()), texts.CERTIFICATE_REQUEST, id="an RSA request"),
        pytest.param(
            relabelled(request(encoding=Encoding.PEM), b"CERTIFICATE").replace(b" REQUEST", b""),
            texts.CERTIFICATE_REQUEST,
            id="a request under the label of a certificate",
        ),
        pytest.param(enveloped(SAFE), ENCRYPTED, id="an encrypted message"),
        pytest.param(enveloped(SAFE, encoding=Encoding.PEM), ENCRYPTED, id="an encrypted message in PEM"),
    ],
)
def test_what_is_none_by_design_is_not_damaged(data: bytes, what: Message) -> None:
    """It begins as a certificate does, and is whole."""
    assert find_certificates(data) == FileContents(foreign=what)


def test_a_request_beside_a_certificate_is_passed_over() -> None:
    """What tools leave in one file: the request and its answer."""
    found = find_certificates(request() + LEAF.der)
    assert (found.ders, found.problems) == ((LEAF.der,), ())


def test_half_a_request_is_damage() -> None:
    """Of what is cut nobody can say what it was."""
    assert find_certificates(request(key=rsa_key())[:-20]).problems != ()


@pytest.mark.parametrize("data", [P7B_DER, P7B_PEM, P7B_PEM.replace(b"PKCS7", b"CERTIFICATE")])
def test_finds_the_certificates_of_pkcs7(data: bytes) -> None:
    """A .p7b file gives its certificates, which it keeps in no particular order."""
    found = find_certificates(data)
    assert (set(found.ders), found.problems) == ({LEAF.der, ROOT.der}, ())


def test_reads_pkcs7_with_indefinite_lengths() -> None:
    """PKCS#7 written as a stream, without lengths, is read too."""
    held = b"\xa0\x80" + LEAF.der + b"\0\0"
    inner = b"\x30\x80" + tlv(0x02, b"\x01") + tlv(0x31) + tlv(0x30) + held + tlv(0x31) + b"\0\0"
    data = b"\x30\x80" + SIGNED_DATA + b"\xa0\x80" + inner + b"\0\0" + b"\0\0"
    assert find_certificates(data) == FileContents((LEAF.der,))


def test_pkcs7_without_content_is_named() -> None:
    """A PEM block of PKCS#7 that holds nothing is a problem."""
    body = base64.b64encode(tlv(0x30, SIGNED_DATA, tlv(0x04)))
    found = find_certificates(b"-----BEGIN PKCS7-----\n" + body + b"\n-----END PKCS7-----\n")
    assert found == FileContents((), (texts.pem_block(number=1, problem=texts.NO_PKCS7_CONTENT),))


def test_reads_trust_settings_that_follow_a_certificate() -> None:
    """What OpenSSL appends in a TRUSTED CERTIFICATE is left out."""
    body = base64.encodebytes(LEAF.der + tlv(0x30, tlv(0x0C, b"alias")))
    data = b"-----BEGIN TRUSTED CERTIFICATE-----\n" + body + b"-----END TRUSTED CERTIFICATE-----\n"
    assert find_certificates(data) == FileContents((LEAF.der,))


def test_damage_costs_only_its_block() -> None:
    """A block with damaged base64 is named, the other one is there."""
    damaged = LEAF.pem.replace(b"\nMII", b"\nM!I", 1)
    assert find_certificates(damaged + ROOT.pem) == FileContents(
        (ROOT.der,), (texts.pem_block(number=1, problem=texts.BAD_BASE64),)
    )


def test_a_block_without_end_costs_only_itself() -> None:
    """A block that was cut off is named, the next one is there."""
    cut = LEAF.pem[: len(LEAF.pem) // 2] + b"\n"
    assert find_certificates(cut + ROOT.pem) == FileContents(
        (ROOT.der,), (texts.pem_block(number=1, problem=texts.NO_END_MARK),)
    )


def test_a_last_block_without_end_is_named() -> None:
    """A file that was cut off says so."""
    assert find_certificates(ROOT.pem + LEAF.pem[:200]) == FileContents(
        (ROOT.der,), (texts.pem_block(number=2, problem=texts.NO_END_MARK),)
    )


def test_a_block_of_something_else_is_named() -> None:
    """A block called a certificate that holds none is a problem, not a certificate."""
    data = b"-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n"
    found = find_certificates(data)
    assert (found.ders, len(found.problems)) == ((), 1)


def test_what_follows_der_is_named() -> None:
    """Rubbish after a DER certificate is a problem beside the certificate."""
    found = find_certificates(LEAF.der + b"rubbish")
    assert (found.ders, len(found.problems)) == ((LEAF.der,), 1)


def test_a_truncated_der_file_is_named() -> None:
    """A DER certificate that was cut off is distinguished from a file without any certificate."""
    found = find_certificates(LEAF.der[:-10])
    problem = texts.damaged_certificate(problem=texts.TOO_SHORT)
    assert found == FileContents((), (problem,))


@pytest.mark.parametrize(
    "data", [b"", b"hello", LEAF.key_pem, b"\x30\x00" * 100, tlv(0x30, tlv(0x02, b"\x03")), b"\xff\xfe"]
)
def test_a_file_without_certificates_is_empty(data: bytes) -> None:
    """A file of something else gives nothing and no problem."""
    assert find_certificates(data) == FileContents()


def test_a_private_key_is_never_kept() -> None:
    """Nothing of a private key is in the result."""
    assert find_certificates(LEAF.key_pem + LEAF.pem) == FileContents((LEAF.der,))


def test_many_problems_are_counted() -> None:
    """A file of damaged blocks names a few of them and counts the rest."""
    found = find_certificates(b"-----BEGIN CERTIFICATE-----\n" * 100)
    assert (len(found.problems), found.problems[-1]) == (21, more(count=80))


@pytest.mark.parametrize(
    "junk",
    [b"\x30\x00", b"\x30\x80", b"-", b"-----BEGIN CERTIFICATE-----", b"\x30\x84\x00\xff\xff\xff"],
)
def test_work_is_bounded(junk: bytes) -> None:
    """Five million octets of junk take well under a few seconds of CPU."""
    before = time.process_time()
    find_certificates(junk * (5_000_000 // len(junk)))
    assert time.process_time() - before < 5


@given(st.binary())
@example(b"\x30\x80\x30\x80\x00\x00")
@example(b"-----BEGIN CERTIFICATE----------END CERTIFICATE-----")
def test_random_bytes_hold_no_certificate(data: bytes) -> None:
    """Random bytes raise nothing and hold nothing."""
    assert find_certificates(data).ders == ()


@given(st.data())
def test_damaged_files_raise_nothing(data: st.DataObject) -> None:
    """A file with any octets changed yields no more that can be read than was in it."""
    whole = data.draw(st.sampled_from([PEMS, P7B_DER, LEAF.der + ROOT.der]))
    damaged = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    assert sum(map(readable, find_certificates(bytes(damaged)).ders)) <= 2


def readable(der: bytes) -> bool:
    """Return whether what was found is a certificate: PKCS#7 data may hold other things among them."""
    try:
        parse_certificate(der)
    except UnreadableCertificateError:
        return False
    return True
