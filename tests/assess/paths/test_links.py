"""Signatures between any certificates are verified."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519
from hypothesis import given
from hypothesis import strategies as st

from monitor.assess.paths.links import canonical, is_signed_by, old_style_ca
from support.pki import Key, authority, dsa_key, extension, issue, leaf, raw, rsa_key

ROOT = authority("Root")
LEAF = leaf("nvr", ROOT)
CONSTRAINTS = extension(x509.ExtensionOID.BASIC_CONSTRAINTS, bytes.fromhex("30030101ff"))


@pytest.mark.parametrize(
    "key",
    [
        rsa_key(),
        dsa_key(),
        ec.generate_private_key(ec.SECP384R1()),
        ed25519.Ed25519PrivateKey.generate(),
        ed448.Ed448PrivateKey.generate(),
    ],
)
def test_knows_signatures_of_every_kind(key: Key) -> None:
    """The true issuer is distinguished from a namesake, whatever the kind of key."""
    root = authority("Root", key=key)
    own = leaf("nvr", root)
    assert (is_signed_by(own.der, root.der), is_signed_by(own.der, ROOT.der)) == (True, False)


def test_what_cannot_be_read_cannot_be_checked() -> None:
    """A version number of 5 stops the library, which is no answer."""
    assert is_signed_by(raw(version=bytes.fromhex("a003020104")), ROOT.der) is None


@pytest.mark.parametrize(
    ("der", "expected"),
    [
        (issue("old").der, True),
        (raw(version=b""), True),
        (ROOT.der, False),
        (issue("none", ca=False).der, False),
        (raw(extensions=[CONSTRAINTS, CONSTRAINTS]), False),
        (raw(version=bytes.fromhex("a003020104")), False),
    ],
)
def test_reports_the_old_style(der: bytes, *, expected: bool) -> None:
    """Only what says nothing at all about being a CA is of the old style."""
    assert old_style_ca(der) == expected


@pytest.mark.parametrize("other", ["cn=root", "CN=Root", "CN=  Root "])
def test_names_are_compared_without_case_and_runs_of_spaces(other: str) -> None:
    """Tools write the same name in slightly different ways."""
    assert canonical(other.replace("=  ", "=")) == canonical("CN=Root")


@given(st.data())
def test_damaged_certificates_are_answered(data: st.DataObject) -> None:
    """Any damage gives an answer, never an error."""
    der = bytearray(LEAF.der)
    for _ in range(data.draw(st.integers(1, 4))):
        der[data.draw(st.integers(0, len(der) - 1))] = data.draw(st.integers(0, 255))
    answers = is_signed_by(bytes(der), ROOT.der), is_signed_by(LEAF.der, bytes(der)), old_style_ca(bytes(der))
    assert all(answer in {True, False, None} for answer in answers)


def test_a_key_of_another_kind_did_not_sign() -> None:
    """An EC signature was not made by an RSA key."""
    other = authority("Root", key=rsa_key())
    assert is_signed_by(LEAF.der, other.der) is False
