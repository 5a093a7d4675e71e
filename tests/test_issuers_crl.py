"""What a CRL tells of a certificate, and above all what it does not."""

from collections.abc import Sequence

import pki
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st
from issuer_world import (
    DAY,
    HOUR,
    NOW,
    URL,
    crl,
    entry,
    issued_list,
    leaf,
    pair,
    points,
    scope,
)

from monitor.issuers.crl import UnreadableListError, deltas_of, read_list, told_by, with_delta
from monitor.issuers.verdict import Verdict
from monitor.model import Standing

CA = pki.authority("Test CA")
OTHER = pki.authority("Other CA")
LEAF = leaf(CA, points(URL))
GOOD, REVOKED, UNKNOWN = Standing.GOOD, Standing.REVOKED, Standing.UNKNOWN
HOLD = x509.ReasonFlags.certificate_hold

Extensions = Sequence[tuple[x509.ExtensionType, bool]]


def told(data: bytes, about: pki.Issued = LEAF, ca: pki.Issued = CA) -> Verdict:
    """Return what a list tells."""
    return told_by(issued_list(data), pair(about, ca), NOW)


def test_not_listed() -> None:
    """A certificate that is not listed is good until the list ends."""
    verdict = told(crl(CA, entry(leaf(CA))))
    assert (verdict.standing, verdict.good_until) == (GOOD, NOW + DAY)
    assert verdict.detail == "not in the CRL http://ca.example/ca.crl of 2026-11-23 11:00 UTC"


def test_listed() -> None:
    """A listed certificate was revoked; the sentence says when, why, and who says so."""
    verdict = told(crl(CA, entry(leaf(CA)), entry(LEAF)))
    assert (verdict.standing, verdict.revoked_at, verdict.on_hold) == (REVOKED, NOW - DAY, False)
    assert verdict.detail == (
        "revoked on 2026-11-22 12:00 UTC (key compromise), says the CRL http://ca.example/ca.crl"
    )


def test_listed_without_a_reason() -> None:
    """An entry without a reason revokes just so."""
    assert told(crl(CA, entry(LEAF, None))).detail == (
        "revoked on 2026-11-22 12:00 UTC, says the CRL http://ca.example/ca.crl"
    )


def test_on_hold() -> None:
    """A certificate on hold counts as revoked, but that may be taken back."""
    verdict = told(crl(CA, entry(LEAF, HOLD)))
    assert (verdict.standing, verdict.on_hold) == (REVOKED, True)


@pytest.mark.parametrize("bits", [1, 7, 8, 63, 158])
def test_serial_numbers_of_any_size(bits: int) -> None:
    """Serial numbers are found however long they are, and their neighbours are not."""
    serial = (1 << bits) - 1 or 1
    other = x509.RevokedCertificateBuilder().serial_number(serial + 1).revocation_date(NOW).build()
    own = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(NOW).build()
    assert issued_list(crl(CA, other)).entry(serial) is None
    assert issued_list(crl(CA, other, own)).entry(serial) is not None


@settings(max_examples=50, deadline=None)
@given(st.sets(st.integers(1, 1 << 80), max_size=20), st.integers(1, 1 << 80))
def test_the_quick_look_agrees_with_the_whole_one(listed: set[int], asked: int) -> None:
    """Searching the bytes first never changes whether a serial number is found."""
    builder = x509.RevokedCertificateBuilder().revocation_date(NOW)
    held = issued_list(crl(CA, *(builder.serial_number(one).build() for one in listed)))
    for serial in (asked, *listed):
        whole = held.crl.get_revoked_certificate_by_serial_number(serial)
        assert (held.entry(serial) is None) == (whole is None)


def test_ended() -> None:
    """The silence of a list that has ended is worth nothing."""
    verdict = told(crl(CA, begin=NOW - 2 * DAY, end=NOW - DAY))
    assert (verdict.standing, verdict.detail) == (
        UNKNOWN,
        "the CRL http://ca.example/ca.crl ended on 2026-11-22 12:00 UTC",
    )


def test_ended_but_listed() -> None:
    """A revocation is for good: a list that has ended still tells it."""
    assert told(crl(CA, entry(LEAF), begin=NOW - 2 * DAY, end=NOW - DAY)).standing is REVOKED


def test_ended_and_on_hold() -> None:
    """A hold may have been taken back since the list ended."""
    assert told(crl(CA, entry(LEAF, HOLD), begin=NOW - 2 * DAY, end=NOW - DAY)).standing is UNKNOWN


def test_from_the_future() -> None:
    """A list that has not begun tells nothing; a few minutes are two clocks that differ."""
    assert told(crl(CA, begin=NOW + HOUR, end=NOW + DAY)).standing is UNKNOWN
    assert told(crl(CA, begin=NOW + HOUR / 60, end=NOW + DAY)).standing is GOOD


def test_without_an_end() -> None:
    """A list that does not say how long it holds tells nothing good (RFC 5280 section 5.1.2.5)."""
    times = (pki.tlv(0x17, b"261123110000Z"), pki.tlv(0x17, b"261124120000Z"))
    der = crl(CA)
    body = x509.load_der_x509_crl(der).tbs_certlist_bytes
    assert times[1] in body
    content = body[4 if body[1] == 0x82 else 3 if body[1] == 0x81 else 2 :].replace(times[1], b"")
    verdict = told(signed_anew(pki.tlv(0x30, content)))
    assert verdict.detail == "the CRL http://ca.example/ca.crl does not say how long it holds"


def signed_anew(body: bytes) -> bytes:
    """Return a list with this inner part, signed by the CA."""
    assert isinstance(CA.key, ec.EllipticCurvePrivateKey)
    algorithm = bytes.fromhex("300a06082a8648ce3d040302")
    return pki.tlv(0x30, body, algorithm, pki.tlv(0x03, b"\0", CA.key.sign(body, ec.ECDSA(hashes.SHA256()))))


@pytest.mark.parametrize("entries", [(), (entry(LEAF),)])
def test_signed_by_somebody_else(entries: Sequence[x509.RevokedCertificate]) -> None:
    """A list under the CA's name but with another key tells nothing, be it good or bad."""
    forged = crl(OTHER, *entries, issuer=CA.certificate.subject)
    verdict = told(forged)
    assert (verdict.standing, verdict.detail) == (
        UNKNOWN,
        "the CRL http://ca.example/ca.crl is not signed by the key of the CA that issued the certificate",
    )


def test_another_kind_of_key() -> None:
    """A signature that does not even fit the CA's key is no error."""
    keys = [
        rsa.generate_private_key(public_exponent=65537, key_size=2048),
        ed25519.Ed25519PrivateKey.generate(),
    ]
    for key in keys:
        ca = pki.authority("Test CA", key=key)
        about = leaf(ca, points(URL))
        assert told(crl(CA), about, ca).standing is UNKNOWN


def test_the_list_of_another_ca() -> None:
    """A list under another name tells nothing, even with the right key."""
    renamed = crl(CA, issuer=pki.name("Renamed CA"))
    assert told(renamed).detail == 'the CRL http://ca.example/ca.crl is that of another CA, "CN=Renamed CA"'


def test_names_are_compared_as_people_read_them() -> None:
    """Case and runs of spaces do not make another CA (RFC 5280 section 7.1)."""
    assert told(crl(CA, issuer=pki.name("test  ca"))).standing is GOOD


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
    assert told(crl(ca), leaf(ca, points(URL)), ca).standing is UNKNOWN


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
    assert told(crl(CA, extensions=extensions)).standing is UNKNOWN
    assert told(crl(CA, entry(LEAF), extensions=extensions)).standing is REVOKED


USELESS = {
    "indirect": [scope(indirect_crl=True)],
    "for attribute certificates": [scope(only_contains_attribute_certs=True)],
    "marked with something unknown": [
        (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True)
    ],
}


@pytest.mark.parametrize("extensions", USELESS.values(), ids=USELESS)
def test_useless_lists(extensions: Extensions) -> None:
    """A list that may speak of another CA's serial numbers, or of who knows what, tells nothing."""
    assert told(crl(CA, extensions=extensions)).standing is UNKNOWN
    assert told(crl(CA, entry(LEAF), extensions=extensions)).standing is UNKNOWN


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
    assert told(crl(CA, extensions=extensions)).standing is GOOD


def test_scope_for_a_ca() -> None:
    """A list for servers only does not cover an intermediate; one for CAs does."""
    intermediate = pki.authority("Intermediate", CA)
    assert told(crl(CA, extensions=[scope(only_contains_user_certs=True)]), intermediate).standing is UNKNOWN
    assert told(crl(CA, extensions=[scope(only_contains_ca_certs=True)]), intermediate).standing is GOOD


@pytest.mark.parametrize(
    "extra",
    [
        (x509.CertificateIssuer([x509.DirectoryName(pki.name("Somebody"))]), True),
        (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True),
    ],
)
def test_odd_entries(extra: tuple[x509.ExtensionType, bool]) -> None:
    """An entry that may mean another CA's certificate is not held against ours."""
    assert told(crl(CA, entry(LEAF, extra=[extra]))).standing is UNKNOWN


@pytest.mark.parametrize("data", [b"", b"x", b"<html>", LEAF.der, crl(CA)[:-1], crl(CA) + b"x"])
def test_what_is_no_list(data: bytes) -> None:
    """Other bytes are refused."""
    with pytest.raises(UnreadableListError):
        read_list(data, URL)


WHOLE_DER = crl(CA, entry(LEAF), extensions=PARTIAL["another part"])


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.integers(0, len(WHOLE_DER) - 1), st.integers(0, 255), min_size=1, max_size=3))
def test_damaged_lists(damage: dict[int, int]) -> None:
    """No damage ends in another error, and none makes a certificate good."""
    der = bytearray(WHOLE_DER)
    for position, octet in damage.items():
        der[position] = octet
    try:
        held = read_list(bytes(der), URL)
    except UnreadableListError:
        return
    assert told_by(held, pair(LEAF, CA), NOW).standing is not GOOD


def test_pem() -> None:
    """A list in PEM form is read, although it should not be served so."""
    pem = x509.load_der_x509_crl(crl(CA, entry(LEAF))).public_bytes(Encoding.PEM)
    assert told(pem).standing is REVOKED


BASE = [(x509.CRLNumber(10), False)]


def delta(
    *entries: x509.RevokedCertificate,
    built_on: int = 10,
    number: int = 12,
    ca: pki.Issued = CA,
    **more: object,
) -> bytes:
    """Return a delta CRL."""
    extensions = [(x509.DeltaCRLIndicator(built_on), True), (x509.CRLNumber(number), False)]
    return crl(ca, *entries, extensions=extensions, **more)  # type: ignore[arg-type]


def joined(base: bytes, more: bytes) -> Standing:
    """Return what base and delta tell together."""
    whole, part = issued_list(base), issued_list(more, "http://ca.example/ca+.crl")
    verdict = told_by(whole, pair(LEAF, CA), NOW)
    return with_delta(verdict, whole, part, pair(LEAF, CA), NOW).standing


def test_revoked_since_the_base() -> None:
    """What a fitting delta lists was revoked."""
    assert joined(crl(CA, extensions=BASE), delta(entry(LEAF))) is REVOKED


def test_quiet_delta() -> None:
    """A delta that is silent leaves what the base says."""
    assert joined(crl(CA, extensions=BASE), delta()) is GOOD
    assert joined(crl(CA, entry(LEAF), extensions=BASE), delta()) is REVOKED


def test_hold_taken_back() -> None:
    """A delta may take back a hold, and nothing else."""
    back = delta(entry(LEAF, x509.ReasonFlags.remove_from_crl))
    assert joined(crl(CA, entry(LEAF, HOLD), extensions=BASE), back) is GOOD
    assert joined(crl(CA, entry(LEAF), extensions=BASE), back) is REVOKED


@pytest.mark.parametrize(
    "odd",
    [
        delta(entry(LEAF), built_on=11),
        delta(entry(LEAF), built_on=5, number=9),
        delta(entry(LEAF), begin=NOW - 2 * DAY, end=NOW - DAY),
        delta(entry(LEAF), ca=OTHER),
        crl(CA, entry(LEAF)),
    ],
    ids=["of a later base", "older than the base", "ended", "of another CA", "no delta"],
)
def test_deltas_that_do_not_fit(odd: bytes) -> None:
    """A delta that does not belong to the base changes nothing."""
    assert joined(crl(CA, extensions=BASE), odd) is GOOD


def test_a_base_that_tells_nothing() -> None:
    """A delta alone never makes a certificate good."""
    assert joined(crl(CA, begin=NOW - 2 * DAY, end=NOW - DAY, extensions=BASE), delta()) is UNKNOWN


def test_where_deltas_are() -> None:
    """The base names its delta, or else the certificate does."""
    point = points("http://ca.example/ca+.crl")[0]
    assert isinstance(point, x509.CRLDistributionPoints)
    freshest = (x509.FreshestCRL(list(point)), False)
    base = issued_list(crl(CA, extensions=[freshest]))
    assert deltas_of(base, pair(LEAF, CA)) == ("http://ca.example/ca+.crl",)
    plain, naming = issued_list(crl(CA)), leaf(CA, freshest)
    assert deltas_of(plain, pair(naming, CA)) == ("http://ca.example/ca+.crl",)
    assert deltas_of(plain, pair(LEAF, CA)) == ()


@pytest.mark.parametrize(
    "how", [padding.PKCS1v15(), padding.PSS(padding.MGF1(hashes.SHA256()), 32)], ids=["PKCS #1", "PSS"]
)
def test_rsa(how: padding.PKCS1v15 | padding.PSS) -> None:
    """Lists signed with RSA in both ways are verified; Windows CAs can be set to the newer one."""
    ca = pki.authority("CA", key=rsa.generate_private_key(public_exponent=65537, key_size=2048))
    builder = x509.CertificateRevocationListBuilder().issuer_name(ca.certificate.subject)
    made = (
        builder.last_update(NOW - HOUR)
        .next_update(NOW + DAY)
        .sign(
            ca.key,  # type: ignore[arg-type]
            hashes.SHA256(),
            rsa_padding=how,
        )
    )
    assert told(made.public_bytes(Encoding.DER), leaf(ca, points(URL)), ca).standing is GOOD


def test_two_algorithms() -> None:
    """A list whose signed part names another algorithm than its signature is refused."""
    algorithm, other = bytes.fromhex("300a06082a8648ce3d040302"), bytes.fromhex("300a06082a8648ce3d040303")
    body = x509.load_der_x509_crl(crl(CA)).tbs_certlist_bytes
    assert told(signed_anew(body)).standing is GOOD
    with pytest.raises(UnreadableListError):
        told(signed_anew(body.replace(algorithm, other)))


def test_a_signature_is_verified_once() -> None:
    """A list is hashed once, however many certificates it is asked about."""
    held = issued_list(crl(CA))
    for _ in range(3):
        told_by(held, pair(leaf(CA, points(URL)), CA), NOW)
    assert list(held.signed_by.values()) == [True]
    assert told_by(held, pair(leaf(OTHER), OTHER), NOW).standing is UNKNOWN
