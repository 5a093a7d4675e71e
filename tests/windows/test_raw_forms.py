"""Small binary forms of Windows."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import KeyPermission
from monitor.windows.raw_forms import key_file_name, key_permissions, socket_address

ALLOWED, DENIED, OBJECT = 0, 1, 5
SYSTEM = bytes.fromhex("010100000000000512000000")
NETWORK = bytes.fromhex("010100000000000514000000")
ADMINISTRATORS = bytes.fromhex("01020000000000052000000020020000")
FULL, READ_DATA, WRITE, GENERIC_READ = 0x1F01FF, 0x1, 0x2, 0x80000000


def entry(kind: int, mask: int, sid: bytes, flags: int = 0) -> bytes:
    """Return one entry of an access list."""
    return struct.pack("<BBHI", kind, flags, 8 + len(sid), mask) + sid


def access_list(*entries: bytes) -> bytes:
    """Return an access list of these entries."""
    size = 8 + sum(map(len, entries))
    return struct.pack("<BBHHH", 2, 0, size, len(entries), 0) + b"".join(entries)


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        ("020001bb00000000" + "00" * 8, ("0.0.0.0", 443)),
        ("02002328c0000207" + "00" * 120, ("192.0.2.7", 9000)),
        ("170001bb00000000" + "00" * 16 + "00000000", ("::", 443)),
        ("170020fb00000000" + "20010db8000000000000000000000007" + "00000000", ("2001:db8::7", 8443)),
    ],
)
def test_socket_address(octets: str, expected: tuple[str, int]) -> None:
    """Family little-endian, port big-endian, and what follows does not matter."""
    assert socket_address(bytes.fromhex(octets)) == expected


@pytest.mark.parametrize("octets", ["", "02", "020001bb", "010001bb00000000", "170001bb00000000" + "00" * 15])
def test_what_is_no_socket_address(octets: str) -> None:
    """Too short, or of a family that http.sys does not know."""
    with pytest.raises(ValueError, match="no address"):
        socket_address(bytes.fromhex(octets))


def test_key_file_name() -> None:
    """The published example of how older providers call their files."""
    assert key_file_name("MyCoolContainer", "guid") == "52ab417621a9d74c73e3e0f1bc374e0a_guid"


def test_grants_in_their_order() -> None:
    """Who may read data, and who may not; rights that do not read are ignored."""
    octets = access_list(
        entry(DENIED, READ_DATA, NETWORK),
        entry(ALLOWED, FULL, SYSTEM),
        entry(ALLOWED, WRITE, NETWORK),
        entry(ALLOWED, GENERIC_READ, ADMINISTRATORS),
    )
    assert key_permissions(octets) == (
        KeyPermission("S-1-5-20", allowed=False),
        KeyPermission("S-1-5-18"),
        KeyPermission("S-1-5-32-544"),
    )


def test_entries_for_others_are_passed_over() -> None:
    """What only files below inherit, and entries of other kinds."""
    octets = access_list(entry(ALLOWED, FULL, SYSTEM, flags=0x08), entry(OBJECT, FULL, NETWORK))
    assert key_permissions(octets) == ()


def test_an_empty_list_lets_nobody_read() -> None:
    """That is not the same as no list."""
    assert key_permissions(access_list()) == ()


@given(st.integers(0, 200))
def test_a_list_that_is_cut(length: int) -> None:
    """Wherever it ends, it is said, and nothing is made up."""
    octets = access_list(*[entry(ALLOWED, FULL, ADMINISTRATORS)] * 5)
    if length >= len(octets):
        assert len(key_permissions(octets[:length])) == 5
    else:
        with pytest.raises(ValueError, match="ends too early"):
            key_permissions(octets[:length])
