"""Distinguish a certificate from other DER data, and split it into its fields.

It must not interpret the fields.
"""

from typing import NamedTuple

from monitor.parse import texts
from monitor.parse.der import BIT_STRING, INTEGER, SEQUENCE, DerElement, DerError, child_list, element, expect

_VERSION = 0xA0
_EXTENSIONS = 0xA3


class Fields(NamedTuple):
    """The fields of a certificate (RFC 5280 section 4.1); ``None`` for an absent one."""

    version: DerElement | None
    serial: DerElement
    issuer: DerElement
    validity: DerElement
    subject: DerElement
    key: DerElement
    extensions: DerElement | None
    algorithm: DerElement


def fields(der: bytes) -> Fields:
    """Return the fields of the certificate that fills the bytes; raise ``DerError`` if none does."""
    outer = expect(element(der), SEQUENCE)
    if outer.end != len(der):
        raise DerError(texts.TRAILING_BYTES)
    return fields_of(outer)


def fields_of(outer: DerElement) -> Fields:
    """Return the fields of a certificate; raise ``DerError`` for anything else, such as CRLs and requests."""
    tbs, algorithm, signature = child_list(outer, 3)[:3]
    expect(signature, BIT_STRING)
    parts = child_list(expect(tbs, SEQUENCE), 6)
    version = parts.pop(0) if parts[0].tag == _VERSION else None
    if len(parts) < 6:
        raise DerError(texts.FIELDS_MISSING)
    serial, _, issuer, validity, subject, key, *rest = parts
    for part in (algorithm, issuer, validity, subject, key):
        expect(part, SEQUENCE)
    extensions = next((part for part in rest if part.tag == _EXTENSIONS), None)
    return Fields(version, expect(serial, INTEGER), issuer, validity, subject, key, extensions, algorithm)
