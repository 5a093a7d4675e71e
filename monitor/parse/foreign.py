"""Recognize DER data that is stored beside certificates and is none, so that it does not count as damaged.

It must not read any of it.
"""

from contextlib import suppress

from monitor.model import Message
from monitor.parse import texts
from monitor.parse.der import (
    BIT_STRING,
    INTEGER,
    OBJECT_IDENTIFIER,
    SEQUENCE,
    DerElement,
    DerError,
    child_list,
    expect,
)

_ATTRIBUTES = 0xA0
_CONTENT = 0xA0
# PKCS#7 and CMS: 1.2.840.113549.1.7.* and 1.2.840.113549.1.9.16.1.*
_CONTENT_TYPES = (bytes.fromhex("2a864886f70d0107"), bytes.fromhex("2a864886f70d01091001"))
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")


def foreign(outer: DerElement) -> Message | None:
    """Return what an element is if it is no certificate by design, ``None`` if it may be one."""
    with suppress(DerError):
        if _is_other_pkcs7(outer):
            return texts.OTHER_PKCS7
        if _is_request(outer):
            return texts.CERTIFICATE_REQUEST
    return None


def _is_request(outer: DerElement) -> bool:
    """Return whether it is a request (RFC 2986): its inner part has a version, a name and a key only."""
    inner, algorithm, signature = child_list(outer, 3)[:3]
    expect(algorithm, SEQUENCE)
    expect(signature, BIT_STRING)
    version, subject, key, *attributes = child_list(expect(inner, SEQUENCE), 3)
    tags = [version.tag, subject.tag, key.tag, *(one.tag for one in attributes)]
    return tags in ([INTEGER, SEQUENCE, SEQUENCE], [INTEGER, SEQUENCE, SEQUENCE, _ATTRIBUTES])


def _is_other_pkcs7(outer: DerElement) -> bool:
    kind, *content = child_list(outer, 1)
    if kind.tag != OBJECT_IDENTIFIER or kind.content == _SIGNED_DATA:
        return False
    return kind.content.startswith(_CONTENT_TYPES) and all(one.tag == _CONTENT for one in content)
