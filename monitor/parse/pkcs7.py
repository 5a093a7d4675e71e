"""Take the certificates out of a PKCS#7 file (.p7b, RFC 2315 section 9.1), as Windows exports chains.

It must not look at signatures: such files carry none.
"""

from collections.abc import Iterator

from monitor.parse.der import OBJECT_IDENTIFIER, SEQUENCE, DerError, Element, children, several

_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_CONTENT = 0xA0
_CERTIFICATES = 0xA0


def certificates_of(outer: Element) -> Iterator[bytes] | None:
    """Return the certificates in signed data, ``None`` when the element is something else.

    Iterating raises ``DerError`` where the data is damaged.
    """
    first = next(children(outer), None)
    if first is None or first.tag != OBJECT_IDENTIFIER or first.content != _SIGNED_DATA:
        return None
    return _held(outer)


def _held(outer: Element) -> Iterator[bytes]:
    content = several(outer, 2)[1]
    if content.tag != _CONTENT:
        raise DerError("the PKCS#7 data has no content")
    for part in children(several(content, 1)[0]):
        if part.tag == _CERTIFICATES:
            yield from (one.encoded for one in children(part) if one.tag == SEQUENCE)
