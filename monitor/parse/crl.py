"""Read the dates of a certificate revocation list (RFC 5280 section 5), whatever its size.

It must not judge the dates or check the signature. The entries are counted in place and not copied.
"""

from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from itertools import islice
from typing import NamedTuple

from monitor.model import Message, RevocationList
from monitor.parse import texts
from monitor.parse.der import (
    BIT_STRING,
    INTEGER,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    SEQUENCE,
    DerElement,
    DerError,
    child_list,
    children,
    element,
    expect,
)
from monitor.parse.names import format_name
from monitor.parse.times import parse_time

_TIMES = frozenset({0x17, 0x18})
_EXTENSIONS = 0xA0
_NUMBER = bytes.fromhex("551d14")
_DELTA = bytes.fromhex("551d1b")
_POINT = bytes.fromhex("551d1c")
_KEY = bytes.fromhex("551d23")
_MOST_EXTENSIONS = 64
_MOST_ENTRIES = 1_000_000
_LONGEST_NUMBER = 20


class UnreadableCrlError(ValueError):
    """The bytes are not a CRL, or a CRL without a readable issue date; ``message`` says why."""

    def __init__(self, message: Message) -> None:
        """Store the message."""
        super().__init__(message.code)
        self.message = message


class _Fields(NamedTuple):
    """The fields of a CRL that are used; ``None`` for an absent one."""

    issuer: DerElement
    this_update: DerElement
    next_update: DerElement | None
    revoked: DerElement | None
    extensions: DerElement | None


def is_crl(outer: DerElement) -> bool:
    """Return whether an element has the shape of a CRL, which no certificate has."""
    try:
        _fields(outer)
    except DerError:
        return False
    return True


def parse_crl(der: bytes, location: str, position: int) -> RevocationList:
    """Return the fields of a CRL found at a location; raise ``UnreadableCrlError`` when they cannot be read.

    ``number`` is decimal (RFC 5280 section 5.2.3); ``entries`` stops at a million. An invalid ``nextUpdate``
    counts as absent. Lists with equal ``scope`` replace one another.
    """
    try:
        parts = _fields(expect(element(der), SEQUENCE))
        issued_at, _ = parse_time(parts.this_update)
    except DerError as error:
        raise UnreadableCrlError(error.message) from None
    found = _extensions(parts.extensions)
    return RevocationList(
        location=location,
        position=position,
        issuer=format_name(parts.issuer.encoded)[0],
        this_update=issued_at,
        next_update=_next(parts),
        number=_number(found.get(_NUMBER)),
        sha256=sha256(der).hexdigest(),
        entries=_entries(parts.revoked),
        scope=_scope(parts, found),
        delta=_DELTA in found,
    )


def _fields(outer: DerElement) -> _Fields:
    tbs, algorithm, signature = child_list(outer, 3)[:3]
    expect(algorithm, SEQUENCE)
    expect(signature, BIT_STRING)
    parts = child_list(expect(tbs, SEQUENCE), 3)
    if parts[0].tag == INTEGER:
        parts.pop(0)
    if len(parts) < 3 or parts[2].tag not in _TIMES:
        raise DerError(texts.NO_ISSUE_DATE)
    expect(parts[0], SEQUENCE)
    rest = parts[3:]
    next_update = rest.pop(0) if rest and rest[0].tag in _TIMES else None
    return _Fields(
        expect(parts[1], SEQUENCE),
        parts[2],
        next_update,
        next((part for part in rest if part.tag == SEQUENCE), None),
        next((part for part in rest if part.tag == _EXTENSIONS), None),
    )


def _next(parts: _Fields) -> datetime | None:
    try:
        return parse_time(parts.next_update)[0] if parts.next_update else None
    except DerError:
        return None


def _extensions(wrapper: DerElement | None) -> dict[bytes, bytes]:
    """Return the extension values by encoded OID; what follows a malformed extension is ignored."""
    found: dict[bytes, bytes] = {}
    if wrapper is None:
        return found
    with suppress(DerError):
        for one in islice(children(expect(child_list(wrapper, 1)[0], SEQUENCE)), _MOST_EXTENSIONS):
            pair = child_list(one, 2)
            oid = expect(pair[0], OBJECT_IDENTIFIER).content
            found.setdefault(oid, expect(pair[-1], OCTET_STRING).content)
    return found


def _number(value: bytes | None) -> str:
    try:
        content = expect(element(value), INTEGER).content if value else b""
    except DerError:
        return ""
    return str(int.from_bytes(content, "big")) if 0 < len(content) <= _LONGEST_NUMBER else ""


def _scope(parts: _Fields, found: dict[bytes, bytes]) -> str:
    """Return a key that differs between lists that one issuer publishes in parallel.

    A CA signs with both keys after a key rollover; a list may be partitioned by distribution points (section
    5.2.5); a delta CRL (section 5.2.4) is published beside its base.
    """
    digest = sha256(parts.issuer.encoded)
    for oid in (_KEY, _POINT):
        digest.update(b"\0" + found.get(oid, b""))
    digest.update(b"delta" if _DELTA in found else b"")
    return digest.hexdigest()[:16]


def _entries(revoked: DerElement | None) -> int:
    """Return the number of entries by lengths alone: a million objects would cost a second and 100 MB."""
    if revoked is None:
        return 0
    data, position, end = revoked.data, revoked.content_start, revoked.content_end
    count = 0
    while position + 2 <= end and count < _MOST_ENTRIES:
        length = data[position + 1]
        if length < 0x80:
            position += 2 + length
        else:
            octets = length & 0x7F
            if not 0 < octets <= 4:
                break
            position += 2 + octets + int.from_bytes(data[position + 2 : position + 2 + octets], "big")
        count += 1
    return count
