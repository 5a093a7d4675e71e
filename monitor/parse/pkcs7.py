"""Extract certificates and CRLs from a PKCS#7 file (.p7b, RFC 2315 section 9.1), as Windows exports chains.

Signatures are not checked: such files carry none.
"""

from collections.abc import Iterator

from monitor.parse import texts
from monitor.parse.der import OBJECT_IDENTIFIER, SEQUENCE, DerElement, DerError, child_list, children

_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_CONTENT = 0xA0
_CERTIFICATES = 0xA0
_LISTS = 0xA1


def certificates_of(outer: DerElement) -> Iterator[bytes] | None:
    """Return the certificates in signed data, ``None`` when the element is something else.

    Iterating raises ``DerError`` where the data is damaged.
    """
    if not _is_signed_data(outer):
        return None
    return (one.encoded for one in _elements(outer, _CERTIFICATES))


def crls_of(outer: DerElement) -> Iterator[DerElement]:
    """Iterate over the CRLs in signed data, none when the element is something else."""
    if _is_signed_data(outer):
        yield from _elements(outer, _LISTS)


def _is_signed_data(outer: DerElement) -> bool:
    first = next(children(outer), None)
    return first is not None and first.tag == OBJECT_IDENTIFIER and first.content == _SIGNED_DATA


def _elements(outer: DerElement, wanted: int) -> Iterator[DerElement]:
    content = child_list(outer, 2)[1]
    if content.tag != _CONTENT:
        raise DerError(texts.NO_PKCS7_CONTENT)
    for part in children(child_list(content, 1)[0]):
        if part.tag == wanted:
            yield from (one for one in children(part) if one.tag == SEQUENCE)
