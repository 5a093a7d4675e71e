"""Elements of DER are taken one at a time, so that a hostile file costs little more than its size."""

import tracemalloc

import pytest
from cryptography.x509 import ObjectIdentifier

from monitor.parse import aliased_certificates
from monitor.parse.der import DerError, child_list, element, parse_children
from support.pki import object_identifier, tlv

EMPTY = b"\x05\x00"


@pytest.mark.parametrize(("count", "fits"), [(64, True), (65, False)])
def test_fields_are_bounded(count: int, *, fits: bool) -> None:
    """No structure has more than 64 fields."""
    parent = element(tlv(0x30, EMPTY * count))
    if fits:
        assert len(child_list(parent, 1)) == count
    else:
        with pytest.raises(DerError, match="contains more than 64 others"):
            child_list(parent, 1)


@pytest.mark.parametrize(("count", "fits"), [(1000, True), (1001, False)])
def test_lists_are_bounded(count: int, *, fits: bool) -> None:
    """No list inside a certificate's extension is read beyond a thousand elements."""
    data = tlv(0x30, EMPTY * count)
    if fits:
        assert len(parse_children(data, 0x30)) == count
    else:
        with pytest.raises(DerError, match="contains more than 1000 others"):
            parse_children(data, 0x30)


MANY = EMPTY * 500_000
VERSION = b"\x02\x01\x03"
DATA = object_identifier(ObjectIdentifier("1.2.840.113549.1.7.1"))


@pytest.mark.parametrize(
    "data",
    [
        tlv(0x30, MANY),
        tlv(0x30, VERSION, tlv(0x30, b""), MANY),
        tlv(0x30, VERSION, tlv(0x30, DATA, tlv(0xA0, tlv(0x04, tlv(0x30, MANY))))),
    ],
    ids=["DER", "PKCS#12", "safes"],
)
def test_a_file_of_tiny_elements(data: bytes) -> None:
    """A file of half a million empty elements takes no more room than itself."""
    tracemalloc.start()
    aliased_certificates(data)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 4 * len(data)
