"""Read the certificates of a PKCS#12 file (RFC 7292): .p12, .pfx, and Java's default since version 9.

Private keys are never decrypted, so none is ever in memory. Libraries that read the whole file decrypt them,
reject files whose keys have another passphrase, and support one key only. It must not judge what it finds.
"""

import hmac
import re

from monitor.model import Message
from monitor.parse import texts
from monitor.parse.der import (
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    SEQUENCE,
    DerElement,
    DerError,
    child_list,
    children,
    dotted,
    element,
    expect,
    parse_children,
)
from monitor.parse.stores.aliased import AliasedCertificates, locked_file, merge_parts
from monitor.parse.stores.bags import Bags
from monitor.parse.stores.derive import (
    HASHES,
    MAC_KEY,
    Pkcs12Derivation,
    hash_function,
    octet_string,
    oid_and_parameters,
    pbkdf2,
    pkcs12_key,
    prf_hash,
    unsigned,
)
from monitor.parse.stores.encrypted import WrongPassphraseError, decrypt
from monitor.parse.stores.open_attempt import Key, OpenAttempt

# SEQUENCE, version 3, SEQUENCE: no other DER format that is commonly stored in files begins so.
_BEGIN = re.compile(rb"\x30(?:[\x00-\x80]|\x81.|\x82..|\x83...|\x84....)\x02\x01\x03\x30", re.DOTALL)
_DATA = "1.2.840.113549.1.7.1"
_SIGNED = "1.2.840.113549.1.7.2"
_ENCRYPTED = "1.2.840.113549.1.7.6"
_PBMAC1 = "1.2.840.113549.1.5.14"
_EXPLICIT = 0xA0


def is_pkcs12(data: bytes) -> bool:
    """Return whether data begins like PKCS#12, complete or not."""
    return _BEGIN.match(data) is not None


def read(data: bytes, opening: OpenAttempt) -> AliasedCertificates:
    """Return the certificates of PKCS#12 data; problems are part of the result, nothing is raised."""
    found, locked = Bags(), None
    try:
        locked = _read(element(data), opening, found)
    except DerError as error:
        found.problems.append(texts.pkcs12_unreadable(problem=error.message))
    return AliasedCertificates(
        merge_parts(found.entries(), found.problems), locked_file(locked), texts.PKCS12_EMPTY
    )


def _read(outer: DerElement, opening: OpenAttempt, found: Bags) -> Message | None:
    """Fill ``found``; return the message that no passphrase fits, ``None`` if one does."""
    parts = child_list(expect(outer, SEQUENCE), 2)
    content = _authenticated(parts[1])
    safes = parse_children(content, SEQUENCE)
    closed = any(_kind(safe) == _ENCRYPTED for safe in safes)
    keys = list(opening.keys())
    if len(parts) > 2 and (closed or opening.configured) and _checkable(parts[2]):
        fitting = next((key for key in keys if _fits(parts[2], content, key, opening)), None)
        # The passphrase of the MAC comes first; it may differ from that of the certificates.
        keys = [fitting, *(key for key in keys if key is not fitting)] if fitting else []
    fits = [_safe(safe, keys, opening, found) for safe in safes]
    if not all(fits):
        return opening.wrong_passphrase
    return None if keys else texts.unverified(problem=opening.wrong_passphrase)


def _authenticated(info: DerElement) -> bytes:
    """Return the encoded AuthenticatedSafe; a signature around it is not verified."""
    kind, content = child_list(expect(info, SEQUENCE), 2)[:2]
    inner = child_list(expect(content, _EXPLICIT), 1)[0]
    if dotted(kind.content) == _SIGNED:
        wrapped = child_list(child_list(inner, 3)[2], 2)
        inner = child_list(wrapped[1], 1)[0]
    return octet_string(inner)


def _kind(safe: DerElement) -> str:
    return dotted(expect(child_list(expect(safe, SEQUENCE), 2)[0], OBJECT_IDENTIFIER).content)


def _checkable(mac: DerElement) -> bool:
    """Return whether the MAC has a supported algorithm; any other is ignored."""
    algorithm = child_list(expect(child_list(expect(mac, SEQUENCE), 2)[0], SEQUENCE), 2)[0]
    name, parameters = oid_and_parameters(algorithm)
    return name in HASHES or (name == _PBMAC1 and bool(parameters))


def _fits(mac: DerElement, content: bytes, key: Key, opening: OpenAttempt) -> bool:
    """Return whether a passphrase matches the file's MAC (RFC 7292 section 4, RFC 9579)."""
    info, salt, *rest = child_list(mac, 2)
    algorithm, digest = child_list(info, 2)[:2]
    name, parameters = oid_and_parameters(algorithm)
    if name == _PBMAC1:
        derivation, scheme = child_list(expect(parameters[0], SEQUENCE), 2)[:2]
        made, way = pbkdf2(derivation, key, None, opening), prf_hash(scheme)
    else:
        way = HASHES[name]
        size = hash_function(way)(b"").digest_size
        how = Pkcs12Derivation(way, expect(salt, OCTET_STRING).content, unsigned(rest[0]) if rest else 1)
        made = pkcs12_key(how, key, MAC_KEY, size, opening)
    return hmac.compare_digest(hmac.digest(made, content, way), expect(digest, OCTET_STRING).content)


def _safe(safe: DerElement, keys: list[Key], opening: OpenAttempt, found: Bags) -> bool:
    """Read one safe; return whether it could be decrypted."""
    kind = _kind(safe)
    inner = child_list(expect(child_list(safe, 2)[1], _EXPLICIT), 1)[0]
    if kind == _DATA:
        found.read(element(octet_string(inner)))
        return True
    if kind != _ENCRYPTED:
        found.problems.append(texts.PKCS12_FOR_KEY)
        return True
    _, algorithm, sealed = child_list(child_list(expect(inner, SEQUENCE), 2)[1], 3)[:3]
    for key in keys:
        contents = _contents(algorithm, octet_string(sealed), key, opening)
        if contents is not None:
            found.read(contents)
            return True
    return False


def _contents(algorithm: DerElement, sealed: bytes, key: Key, opening: OpenAttempt) -> DerElement | None:
    """Return the bags decrypted with a passphrase, ``None`` when it is the wrong one."""
    try:
        plain = decrypt(algorithm, sealed, key, opening)
    except WrongPassphraseError:
        return None
    try:
        contents = expect(element(plain), SEQUENCE)
        for bag in children(contents):
            child_list(expect(bag, SEQUENCE), 2)
    except DerError:
        return None
    return contents
