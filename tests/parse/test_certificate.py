"""One certificate's DER becomes facts; what is odd costs only itself."""

import gc
import weakref
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtensionOID, NameOID
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.model import DateForm
from monitor.parse import UnreadableCertificateError, parse_certificate
from support.pki import (
    SERVER_AUTH,
    alternative_names,
    authority,
    dsa_key,
    extension,
    issue,
    key_usage,
    leaf,
    object_identifier,
    raw,
    rsa_key,
    tlv,
)

ROOT = authority("Test Root")
LEAF = leaf("nvr.example", ROOT, names=["nvr.example", "10.0.0.5", "fd00::5"])
ODD_VERSION = bytes.fromhex("a003020104")
SAN = ExtensionOID.SUBJECT_ALTERNATIVE_NAME
EKU = ExtensionOID.EXTENDED_KEY_USAGE
GOOD_SAN = extension(SAN, alternative_names(["ok.example"]).public_bytes())
EC_PUBLIC = "1.2.840.10045.2.1"


def spki(key: object) -> bytes:
    """Return a key's SubjectPublicKeyInfo."""
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined]


def one_name(tag: int, content: bytes, kind: x509.ObjectIdentifier = NameOID.COMMON_NAME) -> bytes:
    """Return a name with one attribute of any string type."""
    return tlv(0x30, tlv(0x31, tlv(0x30, object_identifier(kind), tlv(tag, content))))


def test_reads_an_ordinary_leaf() -> None:
    """Every fact of an ordinary certificate agrees with what the library that made it says."""
    made, found = LEAF.certificate, parse_certificate(LEAF.der)
    assert (
        found.sha256,
        found.subject,
        found.issuer,
        found.subject_cn,
        found.issuer_cn,
        int(found.serial, 16),
        found.not_before,
        found.not_after,
        found.extended_usages,
        found.is_ca,
        found.self_issued,
        found.oddities,
    ) == (
        LEAF.sha256,
        "CN=nvr.example",
        "CN=Test Root",
        "nvr.example",
        "Test Root",
        made.serial_number,
        made.not_valid_before_utc,
        made.not_valid_after_utc,
        (SERVER_AUTH.dotted_string,),
        False,
        False,
        (),
    )


def test_reads_names_and_addresses() -> None:
    """DNS entries and iPAddress entries are kept apart."""
    found = parse_certificate(LEAF.der)
    assert (found.dns_names, found.ip_addresses) == (("nvr.example",), ("10.0.0.5", "fd00::5"))


def test_an_address_in_a_dns_entry_stays_there() -> None:
    """An IP address that was written as a DNS entry is shown as written."""
    found = parse_certificate(leaf("x", ROOT, names=["DNS:10.0.0.5"]).der)
    assert (found.dns_names, found.ip_addresses) == (("10.0.0.5",), ())


def test_thumbprint_has_the_form_of_windows() -> None:
    """SHA-1 is 40 upper hex digits."""
    found = parse_certificate(LEAF.der)
    assert (len(found.sha1), found.sha1) == (40, found.sha1.upper())


def test_serial_has_an_even_number_of_digits() -> None:
    """A serial number below 16 has a leading zero."""
    assert parse_certificate(raw(serial=b"\x05")).serial == "05"


def test_serial_drops_the_octet_of_the_sign() -> None:
    """The octet that only keeps a number positive is not shown."""
    assert parse_certificate(raw(serial=b"\x00\xff")).serial == "FF"


@pytest.mark.parametrize(
    ("arguments", "oddity"),
    [
        ({"version": ODD_VERSION}, "its version number is none of 1, 2 and 3"),
        ({"serial": b"\xff\x01"}, "its serial number is negative"),
        ({"serial": b"\x01" * 300}, "its serial number is 300 octets long (20 are allowed)"),
        ({"serial": b""}, "its serial number is empty"),
        ({"version": b""}, "it has extensions although its version is 1"),
        (
            {"extensions": [GOOD_SAN, GOOD_SAN]},
            "the list of alternative names stands there twice: only the first counts",
        ),
        (
            {"extensions": [GOOD_SAN, extension(EKU, b"\xff\xff\xff")]},
            "the extended key usage is malformed: an element has a tag of several bytes",
        ),
        ({"extensions": [GOOD_SAN, b"\x05\x00"]}, "the list of extensions is malformed: fields are missing"),
        (
            {"validity": tlv(0x17, b"2601010000Z") + tlv(0x17, b"360101000000Z")},
            "a date is not written as the standard demands",
        ),
        (
            {"validity": tlv(0x17, b"360101000000Z") + tlv(0x17, b"260101000000Z")},
            "its end lies before its beginning",
        ),
        (
            {"public_key": tlv(0x30, tlv(0x30, b"\x05\x00"), tlv(0x03, b"\0abc"))},
            "the public key is unreadable: an element has the tag 0x05 instead of 0x06",
        ),
        (
            {"subject": tlv(0x30, b"\x05\x00")},
            "the subject is malformed: an element has the tag 0x05 instead of 0x31",
        ),
    ],
)
def test_one_odd_field_costs_only_itself(arguments: dict[str, object], oddity: str) -> None:
    """The oddity is named and the alternative names are still there."""
    arguments = {"extensions": [GOOD_SAN]} | arguments
    found = parse_certificate(raw(**arguments))  # type: ignore[arg-type]
    assert (oddity in found.oddities, found.dns_names) == (True, ("ok.example",))


def test_entries_before_a_malformed_one_are_kept() -> None:
    """The names before the damage count, the damage is named."""
    value = tlv(0x30, tlv(0x82, b"ok.example"), tlv(0x87, b"12345"), b"\x82\x09cut")
    found = parse_certificate(raw(extensions=[extension(SAN, value)]))
    assert (found.dns_names, found.oddities) == (
        ("ok.example",),
        (
            "an IP address among the alternative names has 5 octets",
            "the list of alternative names is malformed: an element is longer than the data",
        ),
    )


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (tlv(0x17, b"600101000000Z"), datetime(1960, 1, 1, tzinfo=UTC)),
        (tlv(0x17, b"491231235959Z"), datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (tlv(0x18, b"20260101000000Z"), datetime(2026, 1, 1, tzinfo=UTC)),
        (tlv(0x18, b"18991231235959Z"), datetime(1899, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (tlv(0x18, b"00010203040506Z"), datetime(1, 2, 3, 4, 5, 6, tzinfo=UTC)),
        (tlv(0x18, b"00010101000000+0100"), datetime(1, 1, 1, tzinfo=UTC)),
        (tlv(0x18, b"00000101000000Z"), datetime(1, 1, 1, tzinfo=UTC)),
        (tlv(0x18, b"202601011230Z"), datetime(2026, 1, 1, 12, 30, tzinfo=UTC)),
        (tlv(0x17, b"2601011230Z"), datetime(2026, 1, 1, 12, 30, tzinfo=UTC)),
        (tlv(0x18, b"20260101000000.5Z"), datetime(2026, 1, 1, tzinfo=UTC)),
        (tlv(0x17, b"260101000000+0130"), datetime(2025, 12, 31, 22, 30, tzinfo=UTC)),
        (tlv(0x17, b"260101000060Z"), datetime(2026, 1, 1, 0, 0, 59, tzinfo=UTC)),
    ],
)
def test_reads_dates_however_they_are_written(written: bytes, expected: datetime) -> None:
    """Both forms of time and their careless variants are understood; there is no year 0."""
    found = parse_certificate(raw(validity=written + tlv(0x18, b"99991231235959Z")))
    assert (found.not_before, found.not_after) == (expected, datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))


@pytest.mark.parametrize(
    ("written", "form"),
    [
        (tlv(0x17, b"260101000000Z"), DateForm.STANDARD),
        (tlv(0x18, b"20260101000000Z"), DateForm.STANDARD),
        (tlv(0x17, b"2601010000Z"), DateForm.VARIANT),
        (tlv(0x17, b"260101000000+0100"), DateForm.VARIANT),
        (tlv(0x18, b"20260101000000-0100"), DateForm.VARIANT),
        (tlv(0x17, b"260101000000+0000"), DateForm.MALFORMED),
        (tlv(0x17, b"260101000000"), DateForm.MALFORMED),
        (tlv(0x17, b"260101000060Z"), DateForm.MALFORMED),
        (tlv(0x18, b"202601010000Z"), DateForm.MALFORMED),
        (tlv(0x18, b"20260101000000.5Z"), DateForm.MALFORMED),
    ],
)
def test_reports_how_a_date_is_written(written: bytes, form: DateForm) -> None:
    """OpenSSL reads the standard's form alone, Go reads two more; each was tried with both."""
    later = tlv(0x18, b"20500101000000Z")
    assert parse_certificate(raw(validity=written + later)).date_form is form


def test_the_worse_date_counts() -> None:
    """One date that clients cannot read is enough, whichever it is."""
    offset, fraction = tlv(0x17, b"260101000000+0100"), tlv(0x18, b"20360101000000.5Z")
    found = [parse_certificate(raw(validity=one)).date_form for one in (offset + fraction, fraction + offset)]
    assert found == [DateForm.MALFORMED, DateForm.MALFORMED]


@pytest.mark.parametrize(
    "written",
    [tlv(0x17, b"269901000000Z"), tlv(0x17, b"soon"), tlv(0x18, b"260101000000Z"), tlv(0x0C, b"2026"), b""],
)
def test_without_dates_there_is_no_certificate(written: bytes) -> None:
    """A certificate whose dates cannot be read is of no use to a monitor of dates."""
    with pytest.raises(UnreadableCertificateError):
        parse_certificate(raw(validity=written + tlv(0x17, b"360101000000Z")))


@pytest.mark.parametrize(
    ("encoded", "expected"),
    [
        (one_name(0x0C, "Müller".encode()), "CN=Müller"),
        (one_name(0x14, "Müller".encode("latin-1")), "CN=Müller"),
        (one_name(0x1E, "Müller".encode("utf-16-be")), "CN=Müller"),
        (one_name(0x1C, "Müller".encode("utf-32-be")), "CN=Müller"),
        (one_name(0x13, b"a_b*@"), "CN=a_b*@"),
        (one_name(0x04, b"\x01\x02"), "CN=#0102"),
        (one_name(0x1E, b"abc"), "CN=abc"),
        (one_name(0x0C, b""), "CN="),
        (one_name(0x0C, b"a,b"), "CN=a\\,b"),
        (one_name(0x0C, b"a\r\nb"), "CN=a  b"),
        (one_name(0x13, b"DEU", NameOID.COUNTRY_NAME), "C=DEU"),
        (one_name(0x0C, b"x", x509.ObjectIdentifier("1.2.3.4")), "1.2.3.4=x"),
        (tlv(0x30), ""),
    ],
)
def test_reads_names_of_any_string_type(encoded: bytes, expected: str) -> None:
    """Names are shown whatever their encoding, special characters escaped, control characters gone."""
    assert parse_certificate(raw(subject=encoded)).subject == expected


def test_the_most_specific_part_comes_first() -> None:
    """The order is that of RFC 4514 and Windows."""
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "DE"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Port"),
            x509.NameAttribute(NameOID.COMMON_NAME, "nvr"),
        ]
    )
    assert parse_certificate(issue(subject).der).subject == "CN=nvr, O=Port, C=DE"


@pytest.mark.parametrize(
    ("public_key", "expected"),
    [
        (spki(rsa_key()), ("RSA", 2048)),
        (spki(dsa_key()), ("DSA", 1024)),
        (spki(ec.generate_private_key(ec.SECP384R1())), ("EC", 384)),
        (spki(ec.generate_private_key(ec.BrainpoolP256R1())), ("EC", 256)),
        (spki(ed25519.Ed25519PrivateKey.generate()), ("Ed25519", 256)),
        (
            tlv(0x30, tlv(0x30, object_identifier(x509.ObjectIdentifier("1.2.3.4"))), tlv(0x03, b"\0a")),
            ("1.2.3.4", 0),
        ),
        (
            tlv(0x30, tlv(0x30, object_identifier(x509.ObjectIdentifier(EC_PUBLIC))), tlv(0x03, b"\0a")),
            ("EC", 0),
        ),
        (
            tlv(
                0x30,
                tlv(0x30, object_identifier(x509.ObjectIdentifier(EC_PUBLIC)), tlv(0x30, b"")),
                tlv(0x03, b"\0\x04" + b"a" * 64),
            ),
            ("EC", 256),
        ),
    ],
    ids=["rsa", "dsa", "p384", "brainpool", "ed25519", "unknown", "unnamed_curve", "damaged_curve"],
)
def test_names_the_key(public_key: bytes, expected: tuple[str, int]) -> None:
    """The kind and size of a key are read; an unknown kind is its object identifier."""
    found = parse_certificate(raw(public_key=public_key))
    assert (found.key_type, found.key_bits) == expected


@pytest.mark.parametrize(
    ("algorithm", "expected"),
    [
        ("1.2.840.113549.1.1.5", "sha1"),
        ("1.2.840.113549.1.1.4", "md5"),
        ("1.2.840.113549.1.1.10", "sha1"),
        ("1.3.101.112", ""),
        ("1.2.3.4", "1.2.3.4"),
    ],
)
def test_names_the_hash_of_the_signature(algorithm: str, expected: str) -> None:
    """The hash comes from the algorithm; PSS without parameters means SHA-1 (RFC 4055)."""
    encoded = tlv(0x30, object_identifier(x509.ObjectIdentifier(algorithm)))
    assert parse_certificate(raw(algorithm=encoded)).signature_hash == expected


def test_reads_the_hash_of_a_pss_signature() -> None:
    """RSASSA-PSS names its hash in its parameters."""
    pss = padding.PSS(padding.MGF1(SHA256()), padding.PSS.DIGEST_LENGTH)
    assert parse_certificate(issue("pss", key=rsa_key(), rsa_padding=pss).der).signature_hash == "sha256"


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


@pytest.mark.parametrize(
    ("der", "expected"),
    [
        (ROOT.der, True),
        (LEAF.der, False),
        (issue("not", ca=False).der, False),
        (issue("usage", ROOT, extensions=[(_usage(signs=True), True)]).der, True),
        (issue("usage", extensions=[(_usage(signs=False), True)]).der, False),
        (issue("old root").der, True),
        (raw(version=b""), True),
        (issue("no root", ROOT).der, False),
        (issue("server", names=["server.example"]).der, False),
        (issue("server", usages=[SERVER_AUTH]).der, False),
    ],
)
def test_reports_a_ca(der: bytes, *, expected: bool) -> None:
    """BasicConstraints decide, then the key usage; with neither a self-issued one without a host is a CA."""
    assert parse_certificate(der).is_ca == expected


def test_without_the_extension_usages_are_unknown() -> None:
    """An absent extended key usage is None, which means any."""
    assert parse_certificate(ROOT.der).extended_usages is None


def test_the_same_bytes_give_the_same_object() -> None:
    """A certificate at many locations is one object."""
    assert parse_certificate(LEAF.der) is parse_certificate(bytes(bytearray(LEAF.der)))


def test_nobody_keeps_what_nobody_holds() -> None:
    """A certificate that nobody holds any more is forgotten."""
    der = leaf("fleeting", ROOT).der
    known = weakref.ref(parse_certificate(der))
    gc.collect()
    assert known() is None


@pytest.mark.parametrize(
    "der",
    [
        b"",
        b"\x30",
        b"\x30\x00",
        b"hello",
        LEAF.der[:-1],
        LEAF.der + b"x",
        tlv(0x30, LEAF.der),
        b"\x30\x84\xff\xff\xff\xff",
    ],
)
def test_refuses_what_is_no_certificate(der: bytes) -> None:
    """Anything but exactly one certificate is refused with our own error."""
    with pytest.raises(UnreadableCertificateError):
        parse_certificate(der)


@given(st.binary())
@example(b"\x30\x80\x30\x80")
def test_random_bytes_raise_nothing_else(der: bytes) -> None:
    """Random bytes are refused, never more."""
    with pytest.raises(UnreadableCertificateError):
        parse_certificate(der)


@given(st.data())
def test_damaged_certificates_raise_nothing_else(data: st.DataObject) -> None:
    """A certificate with any octets changed is read or refused, never more."""
    der = bytearray(LEAF.der)
    for _ in range(data.draw(st.integers(1, 4))):
        der[data.draw(st.integers(0, len(der) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = parse_certificate(bytes(der))
    except UnreadableCertificateError:
        return
    assert (found.subject.isprintable(), found.not_after.tzinfo) == (True, UTC)


def test_what_no_extension_says_is_a_guess() -> None:
    """A self-issued certificate without names counts as a CA, but nothing in it says so."""
    bare, marked, usage = (
        issue("bare"),
        issue("marked", ca=True),
        issue("usage", extensions=[key_usage("key_cert_sign")]),
    )
    found = [parse_certificate(one.der) for one in (bare, marked, usage)]
    assert [(one.is_ca, one.presumed_ca) for one in found] == [(True, True), (True, False), (True, False)]
