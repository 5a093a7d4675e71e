"""The dates of revocation lists are read from any form, whatever else is wrong with them."""

import time
import tracemalloc
from contextlib import suppress
from datetime import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from hypothesis import given
from hypothesis import strategies as st

from monitor.parse import UnreadableCrlError, find_certificates, parse_crl, texts
from monitor.parse.times import LATEST
from support.pki import authority, days, extension, leaf, name, tlv
from support.pki.crls import UNTIL, bare, pem, weekly

ROOT = authority("Test Root")
LEAF = leaf("rec.vms.example", ROOT)
LIST = weekly(ROOT, number=4096, revoked=3)
ENTRY = tlv(0x30, tlv(0x02, b"\x01\x02\x03"), tlv(0x17, b"261122120000Z"))


def test_reads_what_a_list_says_of_itself() -> None:
    """Issuer, both dates, the number in decimal and how many entries there are."""
    found = parse_crl(LIST, "ca.crl", 0)
    assert (found.issuer, found.number, found.entries, found.delta) == ("CN=Test Root", "4096", 3, False)
    assert (found.this_update, found.next_update) == (days(-1), days(6))


def test_its_fingerprint_is_that_of_its_bytes() -> None:
    """The SHA-256 is the one that any tool gives for the file."""
    expected = x509.load_der_x509_crl(LIST).fingerprint(hashes.SHA256()).hex()
    assert parse_crl(LIST, "ca.crl", 0).sha256 == expected


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(LIST, id="DER"),
        pytest.param(LIST + b"\r\n", id="DER with a line end"),
        pytest.param(pem(LIST), id="PEM"),
        pytest.param(pem(LIST).replace(b"X509 CRL", b"CRL"), id="PEM under its old label"),
        pytest.param(pem(LIST).decode().encode("utf-16"), id="PEM in UTF-16"),
    ],
)
def test_a_list_is_found_by_content(data: bytes) -> None:
    """A list is no certificate and no problem."""
    found = find_certificates(data)
    assert (found.ders, found.lists, found.problems) == ((), (LIST,), ())


@pytest.mark.parametrize(
    "data", [LEAF.pem + pem(LIST) + ROOT.pem, pem(LIST) + LEAF.pem + ROOT.pem, LEAF.der + ROOT.der + LIST]
)
def test_a_list_is_found_beside_certificates(data: bytes) -> None:
    """Web servers and OpenVPN take both in one file."""
    found = find_certificates(data)
    assert (found.ders, found.lists, found.problems) == ((LEAF.der, ROOT.der), (LIST,), ())


@pytest.mark.parametrize("ders", [(LEAF.der, ROOT.der), ()], ids=["with certificates", "alone"])
def test_a_list_is_found_in_pkcs7(ders: tuple[bytes, ...]) -> None:
    """``openssl crl2pkcs7`` and Windows put both into one file."""
    signed = bytes.fromhex("06092a864886f70d010702")
    held = (tlv(0xA0, *ders) if ders else b"") + tlv(0xA1, LIST)
    inner = tlv(0x30, tlv(0x02, b"\x01"), tlv(0x31), tlv(0x30), held, tlv(0x31))
    found = find_certificates(tlv(0x30, signed, tlv(0xA0, inner)))
    assert (found.ders, found.lists, found.problems) == (ders, (LIST,), ())


def test_a_damaged_list_costs_only_itself() -> None:
    """The certificate beside it is found, and the damage is named."""
    broken = pem(LIST).replace(b"\nMI", b"\nM!", 1)
    found = find_certificates(LEAF.pem + broken)
    assert (found.ders, found.problems) == (
        (LEAF.der,),
        (texts.pem_block(number=2, problem=texts.BAD_BASE64),),
    )


def test_half_a_large_list_is_said_to_be_damaged() -> None:
    """A list that is being copied must not pass for a file that holds nothing."""
    whole = bare(revoked=tlv(0x30, ENTRY * 5000))
    problem = texts.damaged_crl(problem=texts.TOO_SHORT)
    assert find_certificates(whole[:70_000]).problems == (problem,)


@pytest.mark.parametrize(
    ("der", "next_update"),
    [
        pytest.param(bare(), days(6), id="version 2"),
        pytest.param(bare(version=b""), days(6), id="version 1 leaves its number out"),
        pytest.param(bare(dates=UNTIL), None, id="no next update"),
        pytest.param(bare(dates=UNTIL + tlv(0x17, b"soon")), None, id="unreadable next update"),
        pytest.param(bare(dates=UNTIL + tlv(0x18, b"99991231235959Z")), LATEST, id="the end of time"),
    ],
)
def test_dates_of_odd_lists(der: bytes, next_update: datetime | None) -> None:
    """What makes no sense as next update counts as absent."""
    assert parse_crl(der, "ca.crl", 0).next_update == next_update


@pytest.mark.parametrize(
    "der",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(LEAF.der, id="a certificate"),
        pytest.param(bare(dates=tlv(0x17, b"never")), id="no date of issue"),
        pytest.param(bare(dates=b""), id="no date at all"),
    ],
)
def test_what_is_no_list_is_refused(der: bytes) -> None:
    """Only something with a date of issue is taken."""
    with pytest.raises(UnreadableCrlError):
        parse_crl(der, "ca.crl", 0)


def test_lists_of_one_issuer_and_key_have_one_scope() -> None:
    """Next week's list replaces this week's."""
    later = weekly(ROOT, number=4097, issued=days(0))
    assert parse_crl(later, "b", 0).scope == parse_crl(LIST, "a", 0).scope


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(weekly(ROOT, number=4097, base=4096), id="a delta"),
        pytest.param(weekly(authority("Test Root"), number=1), id="the CA's next key"),
        pytest.param(weekly(authority("Other Root"), number=4097), id="another CA"),
        pytest.param(
            bare(extensions=tlv(0xA0, tlv(0x30, extension(x509.ObjectIdentifier("2.5.29.28"), b"\x30\0")))),
            id="a part of a divided list",
        ),
    ],
)
def test_other_lists_have_other_scopes(other: bytes) -> None:
    """What lies beside a list and does not replace it is kept apart."""
    assert parse_crl(other, "b", 0).scope != parse_crl(LIST, "a", 0).scope


def test_a_delta_is_known() -> None:
    """A delta is distinguished from its base."""
    assert parse_crl(weekly(ROOT, number=7, base=5), "a", 0).delta


def test_malformed_extensions_cost_only_themselves() -> None:
    """The dates count, whatever stands in the extensions."""
    found = parse_crl(bare(extensions=tlv(0xA0, b"\x30\x05\x01")), "a", 0)
    assert (found.number, found.next_update) == ("", days(6))


def test_an_endless_number_is_left_out() -> None:
    """RFC 5280 allows 20 octets; more would only fill the page."""
    number = extension(x509.ObjectIdentifier("2.5.29.20"), tlv(0x02, b"\x01" * 21))
    assert parse_crl(bare(extensions=tlv(0xA0, tlv(0x30, number))), "a", 0).number == ""


def test_hostile_names_are_cleaned() -> None:
    """An issuer cannot steer a terminal."""
    assert "\x1b" not in parse_crl(bare(issuer="CA \x1b[2J"), "a", 0).issuer


def test_entries_are_counted_without_objects_for_them() -> None:
    """Reading a long list takes hardly more memory than its bytes."""
    der = bare(revoked=tlv(0x30, ENTRY * 100_000))
    tracemalloc.start()
    found = parse_crl(der, "a", 0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (found.entries, peak < 100_000) == (100_000, True)


def test_the_longest_list_that_is_read_takes_no_time() -> None:
    """A list of 16 MiB, the most that is read of a file, is counted in a fraction of a second."""
    der = bare(revoked=tlv(0x30, ENTRY * 750_000))
    began = time.process_time()
    assert parse_crl(der, "a", 0).entries == 750_000
    assert time.process_time() - began < 2


def test_counting_ends_at_a_million() -> None:
    """Entries of two octets would otherwise be counted for long."""
    assert parse_crl(bare(revoked=tlv(0x30, b"\x30\0" * 2_000_000)), "a", 0).entries == 1_000_000


@given(st.binary(max_size=64), st.integers(0, 400), st.integers(0, 8))
def test_damage_never_raises_anything_else(junk: bytes, at: int, cut: int) -> None:
    """Whatever stands in the bytes, there is a list or the one error."""
    damaged = LIST[:at] + junk + LIST[at + cut :]
    found = find_certificates(damaged)
    for der in found.lists:
        with suppress(UnreadableCrlError):
            assert parse_crl(der, "a", 0).location == "a"


def test_the_name_in_the_list_is_the_name_in_the_certificate() -> None:
    """Issuers read the same in both, so that people can compare."""
    assert parse_crl(LIST, "a", 0).issuer == name("Test Root").rfc4514_string()
