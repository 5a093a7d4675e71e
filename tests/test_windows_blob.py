"""Tests of reading the registry's form of a stored certificate."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stored_blobs import blob, properties, provider

from monitor.model import Link, PrivateKey
from monitor.windows.blob import BlobError, Stored, stored
from monitor.windows.providers import is_hardware

SOFTWARE = "Microsoft Software Key Storage Provider"
DER = b"\x30\x03\x02\x01\x05"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (blob(DER), Stored(DER, key=PrivateKey(Link.MISSING))),
        (blob(DER, "Recorder"), Stored(DER, "Recorder", key=PrivateKey(Link.MISSING))),
        (blob(DER, archived=True), Stored(DER, archived=True, key=PrivateKey(Link.MISSING))),
        (blob(DER, key=("box", SOFTWARE)), Stored(DER, key=PrivateKey(Link.PRESENT, SOFTWARE, "box"))),
        (
            blob(DER, key=("card", "Microsoft Smart Card Key Storage Provider")),
            Stored(
                DER,
                key=PrivateKey(
                    Link.PRESENT, "Microsoft Smart Card Key Storage Provider", "card", hardware=True
                ),
            ),
        ),
        (properties([(2, b"short"), (32, DER)]), Stored(DER, key=PrivateKey(Link.UNKNOWN))),
        (properties([(11, b"A\0\x07\0B"), (32, DER)]), Stored(DER, "A\ufffd", key=PrivateKey(Link.MISSING))),
    ],
)
def test_properties_are_read(written: bytes, expected: Stored) -> None:
    """Each property says what it is for; texts are cleaned."""
    assert stored(written) == expected


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (b"", "it holds no certificate"),
        (properties([(3, b"\0" * 20)]), "it holds no certificate"),
        (blob(DER)[:-1], "property 32 claims 5 octets, 4 are left"),
        (blob(DER) + b"\0", "it ends within the head of a property (octet 49)"),
    ],
)
def test_damage_is_said(written: bytes, said: str) -> None:
    """Damaged bytes raise with where they are damaged."""
    with pytest.raises(BlobError) as raised:
        stored(written)
    assert str(raised.value) == said


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(written: bytes) -> None:
    """No bytes at all make anything but a stored certificate or a refusal."""
    try:
        der = stored(written).der
    except BlobError:
        return
    assert der


@given(st.binary(max_size=80))
def test_any_provider_is_read(data: bytes) -> None:
    """A damaged link to a key costs nothing else."""
    assert stored(properties([(2, data), (32, DER)])).der == DER


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("", False),
        (SOFTWARE, False),
        ("Microsoft Enhanced RSA and AES Cryptographic Provider", False),
        ("Microsoft Platform Crypto Provider", True),
        ("Microsoft Base Smart Card Crypto Provider", True),
        ("nCipher Security World Key Storage Provider", True),
    ],
)
def test_hardware_is_told_by_the_provider(name: str, expected: bool) -> None:  # noqa: FBT001 - the value expected
    """TPM, smart card and HSM count as hardware, Microsoft's keys in files do not."""
    assert is_hardware(name) is expected


def test_offsets_beyond_the_end_give_no_text() -> None:
    """A link whose texts lie outside of it is a link without names."""
    data = provider("box", SOFTWARE)
    data = b"\xff\xff\0\0" * 2 + data[8:]
    assert stored(properties([(2, data), (32, DER)])).key == PrivateKey(Link.PRESENT)
