"""Build the unique identifier of a certificate for ACME renewal information (RFC 9773 section 4.1); pure."""

from base64 import urlsafe_b64encode

from monitor.parse.der import (
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    SEQUENCE,
    DerError,
    child_list,
    children,
    expect,
    parse_children,
)
from monitor.parse.shape import Fields, fields

_AUTHORITY_KEY = bytes.fromhex("551d23")
_KEY_IDENTIFIER = 0x80
_LONGEST = 64


def renewal_id(der: bytes) -> str:
    """Return the identifier, empty for a certificate without a key identifier.

    It consists of the keyIdentifier of the authorityKeyIdentifier and the content octets of the serial
    number, including a leading zero, both in base64url without padding.
    """
    try:
        found = fields(der)
        issuer, serial = _key_identifier(found), found.serial.content
    except DerError:
        return ""
    if not (0 < len(issuer) <= _LONGEST and 0 < len(serial) <= _LONGEST):
        return ""
    return f"{_written(issuer)}.{_written(serial)}"


def _key_identifier(found: Fields) -> bytes:
    if found.extensions is None:
        return b""
    for one in children(expect(child_list(found.extensions, 1)[0], SEQUENCE)):
        parts = child_list(one, 2)
        if expect(parts[0], OBJECT_IDENTIFIER).content == _AUTHORITY_KEY:
            value = parse_children(expect(parts[-1], OCTET_STRING).content, SEQUENCE)
            return next((part.content for part in value if part.tag == _KEY_IDENTIFIER), b"")
    return b""


def _written(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()
