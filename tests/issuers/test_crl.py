"""What a CRL says about a certificate, and what it does not."""

from collections.abc import Sequence

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.issuers import texts
from monitor.issuers.crl import crl_verdict
from monitor.issuers.fetched_crl import MalformedCrlError, read_crl
from monitor.model import Message
from support import pki
from support.factories.issuers.crl_verdicts import (
    CA,
    GOOD,
    HOLD,
    LEAF,
    OTHER,
    REVOKED,
    UNKNOWN,
    signed_anew,
    verdict_of,
)
from support.pki.crls import URL, crl, entry, points, scope
from support.servers.issuers.issuer_world import DAY, HOUR, NOW, issued_list, leaf, pair

Extensions = Sequence[tuple[x509.ExtensionType, bool]]


SOURCE = texts.the_crl(url="http://ca.example/ca.crl")


def because(problem: Message) -> Message:
    """Return the message that the CRL proves nothing because of a problem."""
    return texts.source_problem(source=SOURCE, problem=problem)


def test_not_listed() -> None:
    """A certificate that is not listed is good until the list expires."""
    verdict = verdict_of(crl(CA, entry(leaf(CA))))
    assert (verdict.status, verdict.good_until) == (GOOD, NOW + DAY)
    assert verdict.message == texts.not_in_crl(source=SOURCE, at=NOW - HOUR)


def test_listed() -> None:
    """A listed certificate was revoked; the sentence says when, why, and who says so."""
    verdict = verdict_of(crl(CA, entry(leaf(CA)), entry(LEAF)))
    assert (verdict.status, verdict.revoked_at, verdict.on_hold) == (REVOKED, NOW - DAY, False)
    assert verdict.message == texts.revoked_because(at=NOW - DAY, reason=texts.KEY_COMPROMISE, source=SOURCE)


def test_listed_without_a_reason() -> None:
    """An entry without a reason revokes just so."""
    assert verdict_of(crl(CA, entry(LEAF, None))).message == texts.revoked_at(at=NOW - DAY, source=SOURCE)


def test_on_hold() -> None:
    """A certificate on hold counts as revoked, but that may be taken back."""
    verdict = verdict_of(crl(CA, entry(LEAF, HOLD)))
    assert (verdict.status, verdict.on_hold) == (REVOKED, True)


@pytest.mark.parametrize("bits", [1, 7, 8, 63, 158])
def test_serial_numbers_of_any_size(bits: int) -> None:
    """Serial numbers are found however long they are, and their neighbours are not."""
    serial = (1 << bits) - 1 or 1
    other, own = entry(serial + 1, None), entry(serial, None)
    assert issued_list(crl(CA, other)).entry(serial) is None
    assert issued_list(crl(CA, other, own)).entry(serial) is not None


@settings(max_examples=50)
@given(st.sets(st.integers(1, 1 << 80), max_size=20), st.integers(1, 1 << 80))
def test_the_quick_check_agrees_with_the_whole_one(listed: set[int], asked: int) -> None:
    """Searching the bytes first never changes whether a serial number is found."""
    held = issued_list(crl(CA, *(entry(one, None) for one in listed)))
    for serial in (asked, *listed):
        whole = held.crl.get_revoked_certificate_by_serial_number(serial)
        assert (held.entry(serial) is None) == (whole is None)


def test_ended() -> None:
    """The silence of a list that has ended is worth nothing."""
    verdict = verdict_of(crl(CA, begin=NOW - 2 * DAY, end=NOW - DAY))
    assert (verdict.status, verdict.message) == (
        UNKNOWN,
        because(texts.expired(at=NOW - DAY)),
    )


def test_expired_but_listed() -> None:
    """A revocation is for good: an expired list still proves it."""
    assert verdict_of(crl(CA, entry(LEAF), begin=NOW - 2 * DAY, end=NOW - DAY)).status is REVOKED


def test_expired_and_on_hold() -> None:
    """A hold may have been taken back since the list ended."""
    assert verdict_of(crl(CA, entry(LEAF, HOLD), begin=NOW - 2 * DAY, end=NOW - DAY)).status is UNKNOWN


def test_from_the_future() -> None:
    """A list that has not begun reports nothing; a few minutes are two clocks that differ."""
    assert verdict_of(crl(CA, begin=NOW + HOUR, end=NOW + DAY)).status is UNKNOWN
    assert verdict_of(crl(CA, begin=NOW + HOUR / 60, end=NOW + DAY)).status is GOOD


def test_without_an_end() -> None:
    """A list that does not say how long it holds reports nothing good (RFC 5280 section 5.1.2.5)."""
    times = (pki.tlv(0x17, b"261123110000Z"), pki.tlv(0x17, b"261124120000Z"))
    der = crl(CA)
    body = x509.load_der_x509_crl(der).tbs_certlist_bytes
    assert times[1] in body
    content = body[4 if body[1] == 0x82 else 3 if body[1] == 0x81 else 2 :].replace(times[1], b"")
    verdict = verdict_of(signed_anew(pki.tlv(0x30, content)))
    assert verdict.message == because(texts.CRL_UNDATED)


@pytest.mark.parametrize("entries", [(), (entry(LEAF),)])
def test_signed_by_somebody_else(entries: Sequence[x509.RevokedCertificate]) -> None:
    """A list under the CA's name but with another key reports nothing, be it good or bad."""
    forged = crl(OTHER, *entries, issuer=CA.certificate.subject)
    verdict = verdict_of(forged)
    assert (verdict.status, verdict.message) == (
        UNKNOWN,
        because(texts.CRL_OTHER_SIGNER),
    )


def test_another_kind_of_key() -> None:
    """A signature that does not even fit the CA's key is no error."""
    keys = [
        pki.rsa_key(),
        ed25519.Ed25519PrivateKey.generate(),
    ]
    for key in keys:
        ca = pki.authority("Test CA", key=key)
        about = leaf(ca, points(URL))
        assert verdict_of(crl(CA), about, ca).status is UNKNOWN


def test_the_list_of_another_ca() -> None:
    """A list under another name reports nothing, even with the right key."""
    renamed = crl(CA, issuer=pki.name("Renamed CA"))
    assert verdict_of(renamed).message == because(texts.of_other_ca(issuer="CN=Renamed CA"))


def test_names_are_compared_as_people_read_them() -> None:
    """Case and runs of spaces do not make another CA (RFC 5280 section 7.1)."""
    assert verdict_of(crl(CA, issuer=pki.name("test  ca"))).status is GOOD


def test_a_ca_that_may_not_sign_lists() -> None:
    """A CA whose key usage leaves CRLs out cannot speak by one."""
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    ca = pki.issue("Test CA", ca=True, extensions=[(usage, True)])
    assert verdict_of(crl(ca), leaf(ca, points(URL)), ca).status is UNKNOWN


PARTIAL = {
    "for CAs only": [scope(only_contains_ca_certs=True)],
    "some reasons": [scope(only_some_reasons=frozenset([x509.ReasonFlags.key_compromise]))],
    "another part": [scope(full_name=[x509.UniformResourceIdentifier("http://ca.example/part2.crl")])],
    "a relative name": [
        scope(
            relative_name=x509.RelativeDistinguishedName([x509.NameAttribute(x509.NameOID.COMMON_NAME, "x")])
        )
    ],
    "a delta": [(x509.DeltaCRLIndicator(1), True), (x509.CRLNumber(2), False)],
}


@pytest.mark.parametrize("extensions", PARTIAL.values(), ids=PARTIAL)
def test_partial_lists(extensions: Extensions) -> None:
    """The silence of a list that does not cover everything is no word; what it lists was revoked."""
    assert verdict_of(crl(CA, extensions=extensions)).status is UNKNOWN
    assert verdict_of(crl(CA, entry(LEAF), extensions=extensions)).status is REVOKED


USELESS = {
    "indirect": [scope(indirect_crl=True)],
    "for attribute certificates": [scope(only_contains_attribute_certs=True)],
    "marked with something unknown": [
        (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True)
    ],
}


@pytest.mark.parametrize("extensions", USELESS.values(), ids=USELESS)
def test_useless_lists(extensions: Extensions) -> None:
    """A list that may speak of another CA's serial numbers, or of who knows what, reports nothing."""
    assert verdict_of(crl(CA, extensions=extensions)).status is UNKNOWN
    assert verdict_of(crl(CA, entry(LEAF), extensions=extensions)).status is UNKNOWN


WHOLE = {
    "for servers only": [scope(only_contains_user_certs=True)],
    "the part that is named": [scope(full_name=[x509.UniformResourceIdentifier(URL)])],
    "an odd mark that may be ignored": [
        (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), False)
    ],
}


@pytest.mark.parametrize("extensions", WHOLE.values(), ids=WHOLE)
def test_whole_lists(extensions: Extensions) -> None:
    """A list whose scope covers the certificate is good for it."""
    assert verdict_of(crl(CA, extensions=extensions)).status is GOOD


def test_scope_for_a_ca() -> None:
    """A list for servers only does not cover an intermediate; one for CAs does."""
    intermediate = pki.authority("Intermediate", CA)
    assert (
        verdict_of(crl(CA, extensions=[scope(only_contains_user_certs=True)]), intermediate).status is UNKNOWN
    )
    assert verdict_of(crl(CA, extensions=[scope(only_contains_ca_certs=True)]), intermediate).status is GOOD


@pytest.mark.parametrize(
    "extra",
    [
        (x509.CertificateIssuer([x509.DirectoryName(pki.name("Somebody"))]), True),
        (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True),
    ],
)
def test_odd_entries(extra: tuple[x509.ExtensionType, bool]) -> None:
    """An entry that may mean another CA's certificate is not held against ours."""
    assert verdict_of(crl(CA, entry(LEAF, extra=[extra]))).status is UNKNOWN


@pytest.mark.parametrize("data", [b"", b"x", b"<html>", LEAF.der, crl(CA)[:-1], crl(CA) + b"x"])
def test_what_is_no_list(data: bytes) -> None:
    """Other bytes are refused."""
    with pytest.raises(MalformedCrlError):
        read_crl(data, URL)


WHOLE_DER = crl(CA, entry(LEAF), extensions=PARTIAL["another part"])


@settings(max_examples=150)
@given(st.dictionaries(st.integers(0, len(WHOLE_DER) - 1), st.integers(0, 255), min_size=1, max_size=3))
def test_damaged_lists(damage: dict[int, int]) -> None:
    """No damage ends in another error, and none makes a certificate good."""
    der = bytearray(WHOLE_DER)
    for position, octet in damage.items():
        der[position] = octet
    try:
        held = read_crl(bytes(der), URL)
    except MalformedCrlError:
        return
    assert crl_verdict(held, pair(LEAF, CA), NOW).status is not GOOD


def test_pem() -> None:
    """A list in PEM form is read, although it should not be served so."""
    pem = x509.load_der_x509_crl(crl(CA, entry(LEAF))).public_bytes(Encoding.PEM)
    assert verdict_of(pem).status is REVOKED
